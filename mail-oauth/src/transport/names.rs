//! The names of HTTPS, looked up by the system as those of the mail servers are.

use std::io;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A host has no address, or nobody can say. A type of its own, since the HTTP client tells it from other failures in
/// words only.
#[derive(Debug, thiserror::Error)]
#[error("the name was not found")]
pub(crate) struct NameNotFound(#[source] pub(crate) io::Error);

/// Asks the system.
#[derive(Debug)]
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The HTTP client puts the port in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameNotFound)?;
            let addresses: Vec<SocketAddr> = found.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SystemNames;
    use crate::account::Account;
    use crate::error::{Error, Stage};
    use crate::provider::Provider;

    #[tokio::test]
    async fn a_name_without_an_address_is_told_by_type() {
        let config =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_backend_preconfigured(config)
            .dns_resolver(SystemNames)
            .build()
            .unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        // A label of more than 63 octets is no name of DNS: the system asks nobody for it.
        let nowhere = format!("http://{}.example/", "a".repeat(64));
        for (address, stage) in [(nowhere, Stage::Resolve), (format!("http://{free}/"), Stage::Connect)] {
            let error = client.get(&address).send().await.unwrap_err();
            let kind = msal_lite::TransportErrorKind::Connect;
            let source = msal_lite::TransportError::new(kind, error.to_string()).with_cause(error);
            let account =
                Account::new(Provider::Microsoft365, "a@b.example", "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
            let error = Error::no_token(&account.unwrap(), source.into());
            assert_eq!(error.stage(), Some(stage), "{error:?}");
            assert!(error.network().is_some());
        }
    }
}
