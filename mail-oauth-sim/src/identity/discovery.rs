use hyper::StatusCode;
use serde_json::json;

use super::aadsts::Refusal;
use super::answer::Answer;
use super::request::Request;
use crate::state::State;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery section 4). The endpoints carry the
/// tenant's id, whatever name was asked, as Entra's do.
pub(super) fn configuration(request: &Request, state: &State) -> Answer {
    let root = request.base_url();
    let base = format!("{root}/{}", state.directory.tenant_id());
    Answer::json(
        StatusCode::OK,
        &json!({
            "issuer": format!("{base}/v2.0"),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "introspection_endpoint": format!("{base}/oauth2/v2.0/introspect"),
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
            "cloud_instance_name": "microsoftonline.com",
            "tenant_region_scope": "EU",
        }),
    )
}

/// `GET /{tenant}/discovery/v2.0/keys` (RFC 7517 section 5).
pub(super) fn keys(state: &State) -> Answer {
    Answer::json(StatusCode::OK, &json!({ "keys": [state.key.jwk()] }))
}

/// `GET /common/discovery/instance`: which hosts belong to one cloud. The tenant's own host is a cloud of its own.
pub(super) fn instance(request: &Request) -> Result<Answer, Refusal> {
    let endpoint = request.query("authorization_endpoint").ok_or_else(Refusal::unknown_instance)?;
    let rest = endpoint.strip_prefix("https://").ok_or_else(Refusal::unknown_instance)?;
    let (host, path) = rest.split_once('/').ok_or_else(Refusal::unknown_instance)?;
    let tenant = path.split('/').next().unwrap_or_default();
    let root = request.base_url();
    let own = root.trim_start_matches("https://");
    let public = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];
    if !public.contains(&host) && host != own {
        return Err(Refusal::unknown_instance());
    }
    Ok(Answer::json(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint": format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [
                { "preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
                  "aliases": public },
                { "preferred_network": own, "preferred_cache": own, "aliases": [own] },
            ],
        }),
    ))
}

/// `GET /common/userrealm/{upn}`: whether the tenant checks this user's password itself.
pub(super) fn user_realm(upn: &str, state: &State) -> Answer {
    let domain = upn.rsplit_once('@').map_or("", |(_, domain)| domain);
    let known = domain.eq_ignore_ascii_case(state.directory.domain()) || state.directory.user(upn).is_some();
    Answer::json(
        StatusCode::OK,
        &json!({
            "ver": "1.0",
            "account_type": if known { "Managed" } else { "Unknown" },
            "domain_name": domain,
            "cloud_instance_name": "microsoftonline.com",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
    )
}
