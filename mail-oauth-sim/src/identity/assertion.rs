//! Assertions by which an app proves who it is: signed with its certificate, or by an issuer that it trusts (RFC 7523).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::refusal::Refusal;
use super::request::Request;
use crate::model::Cloud;
use crate::state::State;
use crate::{Aadsts, App};

/// The audience of every federated assertion.
pub(crate) const FEDERATED_AUDIENCE: &str = "api://AzureADTokenExchange";
/// How far the clocks may differ, in seconds.
const LEEWAY: f64 = 300.0;

pub(super) fn check(jwt: &str, app: &App, request: &Request, state: &State) -> Result<(), Refusal> {
    let invalid = || Refusal::from(Aadsts::AssertionInvalid);
    let (signed, signature) = jwt.rsplit_once('.').ok_or_else(invalid)?;
    let (header, claims) = signed.split_once('.').ok_or_else(invalid)?;
    let header = object(header).ok_or_else(invalid)?;
    let claims = object(claims).ok_or_else(invalid)?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();

    // Seconds may have a fraction (RFC 7519 section 2): MSAL Python's do.
    let now = state.clock.now() as f64;
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    let expires = number("exp").ok_or_else(invalid)?;
    if now > expires + LEEWAY || number("nbf").or(number("iat")).is_some_and(|from| from > now + LEEWAY) {
        return Err(Aadsts::AssertionExpired.into());
    }

    let issuer = text(&claims, "iss");
    if !issuer.eq_ignore_ascii_case(&app.client_id) {
        return federated(jwt, &issuer, &text(&claims, "sub"), &text(&claims, "aud"), app, state);
    }
    if !text(&claims, "sub").eq_ignore_ascii_case(&app.client_id)
        || !is_own_endpoint(&text(&claims, "aud"), request, state)
    {
        return Err(invalid());
    }
    let signature = decode(signature).ok_or_else(invalid)?;
    // With padding or without, and in either alphabet.
    let thumbprint = |name| decode(&text(&header, name)).map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let (sha1, sha256) = (thumbprint("x5t"), thumbprint("x5t#S256"));
    let certificate = state.directory.certificates(&app.client_id).iter().find(|known| {
        let is = |given: &Option<String>, known: &str| given.as_deref() == Some(known);
        is(&sha256, &known.x5t_s256) || is(&sha1, &known.x5t)
    });
    let algorithm = text(&header, "alg");
    match certificate {
        Some(known) if known.verifies(&algorithm, signed.as_bytes(), &signature) => Ok(()),
        _ => {
            let text = format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - The key was not found., Please visit the Azure Portal, Graph Explorer or directly use MS \
                 Graph to see configured keys for app Id '{}'.]",
                app.client_id
            );
            Err(Refusal::saying(Aadsts::CertificateNotRegistered, text))
        }
    }
}

fn federated(
    jwt: &str,
    issuer: &str,
    subject: &str,
    audience: &str,
    app: &App,
    state: &State,
) -> Result<(), Refusal> {
    if !app.federated.iter().any(|(known, _)| known == issuer) {
        return Err(Aadsts::FederatedIssuer.into());
    }
    if audience != FEDERATED_AUDIENCE {
        return Err(Aadsts::FederatedAudience.into());
    }
    if !app.federated.iter().any(|(known, for_whom)| known == issuer && for_whom == subject) {
        return Err(Aadsts::FederatedSubject.into());
    }
    match state.issuer_key.verify(jwt) {
        Some(_) => Ok(()),
        None => Err(Aadsts::AssertionInvalid.into()),
    }
}

/// Whether an audience is the token endpoint, under any of its names, or the issuer.
fn is_own_endpoint(audience: &str, request: &Request, state: &State) -> bool {
    let Some((host, path)) = audience.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let known = host == request.host() || Cloud::ALL.iter().any(|cloud| cloud.aliases().contains(&host));
    let (tenant, endpoint) = path.split_once('/').unwrap_or((path, ""));
    known
        && state.directory.authority(tenant).is_some()
        && matches!(endpoint.trim_end_matches('/'), "oauth2/v2.0/token" | "oauth2/token" | "v2.0" | "")
}

fn object(encoded: &str) -> Option<Value> {
    serde_json::from_slice::<Value>(&decode(encoded)?).ok().filter(Value::is_object)
}

/// Base64 in either alphabet, with padding or without.
fn decode(encoded: &str) -> Option<Vec<u8>> {
    let encoded = encoded.trim_end_matches('=').replace('-', "+").replace('_', "/");
    (!encoded.is_empty()).then(|| STANDARD_NO_PAD.decode(encoded).ok()).flatten()
}
