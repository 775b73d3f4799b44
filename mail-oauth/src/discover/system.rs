//! The questions over the network: the system's name servers, and HTTPS.

use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::lookup::{HttpAnswer, Lookup, LookupError, MAX_BODY, MAX_RECORDS, Srv};
use crate::error::Error;
use crate::transport::Tls;

/// Asks the name servers that the system is configured with, and HTTPS servers with the given trust.
///
/// Without a usable configuration of name servers, each DNS question is answered by that fact, and HTTPS still works.
#[derive(Debug)]
pub struct SystemLookup {
    resolver: Result<TokioResolver, LookupError>,
    https: reqwest::Client,
}

impl SystemLookup {
    /// Reads the system's configuration. Nothing is sent. Runs on tokio.
    ///
    /// # Errors
    /// [`Error::HttpSetup`] when the HTTPS client cannot be built.
    pub fn new(tls: &Tls) -> Result<Self, Error> {
        Ok(SystemLookup { resolver: resolver(), https: tls.https()? })
    }

    async fn dns(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, LookupError> {
        let resolver = self.resolver.as_ref().map_err(Clone::clone)?;
        // The dot keeps the system's search domains out.
        match resolver.lookup(format!("{name}."), kind).await {
            Ok(found) => {
                let data = found.answers().iter().map(|record| &record.data);
                Ok(data.filter(|data| data.record_type() == kind).take(MAX_RECORDS).cloned().collect())
            }
            Err(none) if none.is_no_records_found() || none.is_nx_domain() => Ok(Vec::new()),
            Err(failed) => Err(LookupError::new(failed.to_string())),
        }
    }
}

impl Lookup for SystemLookup {
    async fn mx(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let mut found: Vec<(u16, String)> = Vec::new();
        for data in self.dns(name, RecordType::MX).await? {
            if let RData::MX(mx) = data {
                found.push((mx.preference, host(&mx.exchange)));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }

    async fn cname(&self, name: &str) -> Result<Option<String>, LookupError> {
        let found = self.dns(name, RecordType::CNAME).await?;
        Ok(found.iter().find_map(|data| match data {
            RData::CNAME(alias) => Some(host(alias)),
            _ => None,
        }))
    }

    async fn srv(&self, name: &str) -> Result<Vec<Srv>, LookupError> {
        let mut found = Vec::new();
        for data in self.dns(name, RecordType::SRV).await? {
            if let RData::SRV(srv) = data {
                let record = Srv { host: host(&srv.target), port: srv.port };
                found.push((srv.priority, std::cmp::Reverse(srv.weight), record));
            }
        }
        found.sort_by_key(|(priority, weight, _)| (*priority, *weight));
        Ok(found.into_iter().map(|(_, _, record)| record).collect())
    }

    async fn txt(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let mut found = Vec::new();
        for data in self.dns(name, RecordType::TXT).await? {
            if let RData::TXT(txt) = data {
                found.push(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned());
            }
        }
        Ok(found)
    }

    async fn get(&self, url: &str) -> Result<HttpAnswer, LookupError> {
        let failed = |error: reqwest::Error| LookupError::new(chain(&error.without_url()));
        let mut answer = self.https.get(url).send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            let room = MAX_BODY.saturating_sub(body.len());
            body.extend(chunk.iter().take(room));
            if body.len() >= MAX_BODY {
                break;
            }
        }
        Ok(HttpAnswer { status: answer.status().as_u16(), body })
    }
}

fn resolver() -> Result<TokioResolver, LookupError> {
    let unusable = |why: String| LookupError::new(format!("the system's name servers are not known: {why}"));
    let mut builder = TokioResolver::builder_tokio().map_err(|e| unusable(e.to_string()))?;
    let options = builder.options_mut();
    options.timeout = Duration::from_secs(2);
    options.attempts = 2;
    // A question is asked once; there is nothing to remember.
    options.cache_size = 0;
    builder.build().map_err(|e| unusable(e.to_string()))
}

fn host(name: &hickory_resolver::proto::rr::Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_resolver::TokioResolver;
    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{CNAME, MX, SRV, TXT};
    use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
    use tokio::net::UdpSocket;

    use super::{Lookup, Srv, SystemLookup};
    use crate::transport::{Tls, Trust};

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn records(asked: &str, kind: RecordType) -> Result<Vec<RData>, ResponseCode> {
        Ok(match (asked, kind) {
            ("contoso.example.", RecordType::MX) => {
                vec![RData::MX(MX::new(20, name("b.example."))), RData::MX(MX::new(10, name("A.Example.")))]
            }
            ("contoso.example.", RecordType::TXT) => {
                vec![RData::TXT(TXT::new(vec!["v=spf1 ".to_owned(), "-all".to_owned()]))]
            }
            ("autodiscover.contoso.example.", RecordType::CNAME) => {
                vec![RData::CNAME(CNAME(name("autodiscover.outlook.com.")))]
            }
            ("_imaps._tcp.contoso.example.", RecordType::SRV) => vec![
                RData::SRV(SRV::new(1, 0, 993, name("late.example."))),
                RData::SRV(SRV::new(0, 1, 993, name("light.example."))),
                RData::SRV(SRV::new(0, 9, 1993, name("first.example."))),
            ],
            ("empty.example.", _) => Vec::new(),
            ("broken.example.", _) => return Err(ResponseCode::ServFail),
            _ => return Err(ResponseCode::NXDomain),
        })
    }

    /// A name server on this machine, and a lookup that asks it.
    async fn lookup() -> SystemLookup {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut udp = ConnectionConfig::udp();
        udp.port = socket.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
                let asked = Message::from_vec(&buffer[..len]).unwrap();
                let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
                let query = asked.queries[0].clone();
                match records(&query.name().to_ascii().to_ascii_lowercase(), query.query_type()) {
                    Ok(found) => {
                        let record = |data| Record::from_rdata(query.name().clone(), 60, data);
                        answer.answers = found.into_iter().map(record).collect();
                    }
                    Err(code) => answer.metadata.response_code = code,
                }
                answer.queries = vec![query];
                socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
            }
        });
        let mut server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
        server.connections = vec![udp];
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let https = Tls::new(&Trust::System).unwrap().https().unwrap();
        SystemLookup { resolver: Ok(resolver.build().unwrap()), https }
    }

    #[tokio::test]
    async fn records_come_in_order_and_as_plain_names() {
        let lookup = lookup().await;
        assert_eq!(lookup.mx("contoso.example").await.unwrap(), ["a.example", "b.example"]);
        assert_eq!(lookup.txt("contoso.example").await.unwrap(), ["v=spf1 -all"]);
        let alias = lookup.cname("autodiscover.contoso.example").await.unwrap();
        assert_eq!(alias.as_deref(), Some("autodiscover.outlook.com"));
        let srv = |host: &str, port| Srv { host: host.to_owned(), port };
        assert_eq!(
            lookup.srv("_imaps._tcp.contoso.example").await.unwrap(),
            [srv("first.example", 1993), srv("light.example", 993), srv("late.example", 993)]
        );
    }

    #[tokio::test]
    async fn nothing_is_an_answer_and_a_failure_is_none() {
        let lookup = lookup().await;
        assert_eq!(lookup.mx("empty.example").await, Ok(Vec::new()));
        assert_eq!(lookup.mx("missing.example").await, Ok(Vec::new()));
        assert_eq!(lookup.cname("missing.example").await, Ok(None));
        assert!(lookup.mx("broken.example").await.is_err());
    }
}
