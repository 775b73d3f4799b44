//! The tenant of a domain, by its OpenID configuration.

use serde_json::{Map, Value};

use super::domain::Domain;
use super::lookup::{HttpAnswer, Lookup, LookupError};
use crate::provider::Provider;

/// A tenant of the Microsoft identity platform, as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tenant {
    /// The tenant id.
    pub id: String,
    /// Whose servers it belongs to: one of Microsoft's clouds.
    pub provider: Provider,
    /// Where its data are, such as `EU`; empty when it was not said.
    pub region: String,
}

impl Tenant {
    /// The tenant that an authority names, such as `https://login.microsoftonline.com/contoso.com`: `Ok(None)` when
    /// there is none of that name.
    ///
    /// # Errors
    /// [`LookupError`] when the identity provider did not answer, or with something else.
    pub async fn at(authority: &str, lookup: &impl Lookup) -> Result<Option<Self>, LookupError> {
        let authority = authority.trim_end_matches('/');
        let answer = lookup.get(&format!("{authority}/v2.0/.well-known/openid-configuration")).await?;
        read(&answer).map_err(LookupError::new)
    }
}

/// The tenant of all personal accounts.
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Where the world-wide cloud describes the tenant of a domain.
pub(crate) fn address(domain: &Domain) -> String {
    format!("https://login.microsoftonline.com/{domain}/v2.0/.well-known/openid-configuration")
}

/// Reads the description: `Ok(None)` is the answer that there is no such tenant.
pub(crate) fn read(answer: &HttpAnswer) -> Result<Option<Tenant>, String> {
    let document: Map<String, Value> = match serde_json::from_slice(&answer.body) {
        Ok(document) => document,
        Err(_) => return Err(format!("HTTP {} with something that is not JSON", answer.status)),
    };
    let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default();
    match answer.status {
        200 => {}
        // It exists, and its cloud does not say which one it is.
        400 if numbers(&document).any(|number| matches!(number, 90038 | 900_382 | 900_432)) => {
            return Err("the tenant is in a national cloud".to_owned());
        }
        // OAuth's error is what counts; the AADSTS number in the text may change.
        400 if matches!(text("error"), "invalid_tenant" | "invalid_request") => return Ok(None),
        status => return Err(format!("HTTP {status}")),
    }
    let of = |key: &str| text(key).split('/').find(|part| is_guid(part));
    let Some(id) = of("issuer").or_else(|| of("token_endpoint")) else {
        return Err("a description without a tenant id".to_owned());
    };
    let region = text("tenant_region_scope");
    let provider = cloud(id, text("cloud_instance_name"), region, text("tenant_region_sub_scope"));
    let plain = region.len() <= 16 && region.bytes().all(|b| b.is_ascii_alphanumeric());
    let region = if plain { region.to_owned() } else { String::new() };
    Ok(Some(Tenant { id: id.to_ascii_lowercase(), provider, region }))
}

/// GCC tenants (`tenant_region_sub_scope` is `GCC`) live in the world-wide cloud; `DODCON` is GCC High.
fn cloud(id: &str, instance: &str, region: &str, sub_region: &str) -> Provider {
    let in_us_gov = instance.ends_with("microsoftonline.us") || matches!(region, "USGov" | "USG");
    if id.eq_ignore_ascii_case(PERSONAL) {
        Provider::OutlookCom
    } else if instance.ends_with("microsoftonline.cn") || instance.ends_with("chinacloudapi.cn") {
        Provider::Microsoft365China
    } else if in_us_gov && sub_region == "DOD" {
        Provider::Microsoft365UsGovDod
    } else if in_us_gov {
        Provider::Microsoft365UsGov
    } else {
        Provider::Microsoft365
    }
}

fn numbers(document: &Map<String, Value>) -> impl Iterator<Item = u64> {
    document.get("error_codes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64)
}

fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::{Provider, read};
    use crate::discover::HttpAnswer;

    const ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

    fn answer(status: u16, body: &str) -> HttpAnswer {
        HttpAnswer { status, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn each_cloud_is_told_by_its_description() {
        for (more, provider) in [
            (
                r#""tenant_region_scope":"EU","cloud_instance_name":"microsoftonline.com""#,
                Provider::Microsoft365,
            ),
            (r#""tenant_region_scope":"NA","tenant_region_sub_scope":"GCC""#, Provider::Microsoft365),
            (
                r#""tenant_region_scope":"USGov","tenant_region_sub_scope":"DODCON","cloud_instance_name":"microsoftonline.us""#,
                Provider::Microsoft365UsGov,
            ),
            (
                r#""tenant_region_sub_scope":"DOD","cloud_instance_name":"microsoftonline.us""#,
                Provider::Microsoft365UsGovDod,
            ),
            (r#""cloud_instance_name":"partner.microsoftonline.cn""#, Provider::Microsoft365China),
        ] {
            let body = format!(r#"{{"issuer":"https://login.microsoftonline.com/{ID}/v2.0",{more}}}"#);
            let tenant = read(&answer(200, &body)).unwrap().unwrap();
            assert_eq!((tenant.id.as_str(), tenant.provider), (ID, provider), "{more}");
        }
        let personal =
            r#"{"issuer":"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"}"#;
        assert_eq!(read(&answer(200, personal)).unwrap().unwrap().provider, Provider::OutlookCom);
    }

    #[test]
    fn no_tenant_is_an_answer_and_nonsense_is_none() {
        for error in ["invalid_tenant", "invalid_request"] {
            let body = format!(r#"{{"error":"{error}","error_description":"AADSTS90002: ..."}}"#);
            assert_eq!(read(&answer(400, &body)), Ok(None));
        }
        for (status, body) in [
            (200, "<html>"),
            (200, "{}"),
            (200, r#"{"issuer":"https://login.microsoftonline.com/common/v2.0"}"#),
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (400, r#"{"error":"invalid_request","error_codes":[90038]}"#),
            (302, "{}"),
            (503, ""),
        ] {
            assert!(read(&answer(status, body)).is_err(), "{status} {body}");
        }
    }
}
