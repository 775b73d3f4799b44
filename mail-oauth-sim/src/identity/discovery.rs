use hyper::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::refusal::Refusal;
use super::request::Request;
use crate::Aadsts;
use crate::model::{Authority, CONSUMERS, Cloud, Kind};
use crate::state::State;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery section 4). The endpoints carry the
/// tenant's id, whatever name of it was asked, as Entra's do; under `common` and `organizations` they keep that name, and
/// the issuer is a pattern.
pub(super) fn configuration(request: &Request, state: &State) -> Answer {
    let root = request.base_url();
    let (name, issuer) = match request.authority {
        Authority::Tenant => (state.directory.tenant_id(), state.directory.tenant_id()),
        Authority::Consumers => ("consumers", CONSUMERS),
        Authority::Organizations => ("organizations", "{tenantid}"),
        Authority::Common => ("common", "{tenantid}"),
    };
    let base = format!("{root}/{name}");
    let cloud = state.directory.cloud();
    Answer::json(
        StatusCode::OK,
        &json!({
            "issuer": format!("{root}/{issuer}/v2.0"),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "introspection_endpoint": format!("{base}/oauth2/v2.0/introspect"),
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
            "cloud_instance_name": cloud.instance_name(),
            "tenant_region_scope": "EU",
        }),
    )
}

/// `GET /{tenant}/discovery/v2.0/keys` (RFC 7517 section 5).
pub(super) fn keys(state: &State) -> Answer {
    Answer::json(StatusCode::OK, &json!({ "keys": [state.key.jwk()] }))
}

/// `GET /common/discovery/instance`: which hosts belong to one cloud. The tenant's own host is a cloud of its own.
/// Version 1.1 lists them; 1.0 only says where the metadata is.
pub(super) fn instance(request: &Request, state: &State) -> Result<Answer, Refusal> {
    let unknown = || Refusal::from(Aadsts::UnknownInstance);
    let endpoint = request.query("authorization_endpoint").ok_or_else(unknown)?;
    let rest = endpoint.strip_prefix("https://").ok_or_else(unknown)?;
    let (host, path) = rest.split_once('/').ok_or_else(unknown)?;
    let tenant = path.split('/').next().unwrap_or_default();
    let own = request.host();
    let public = Cloud::ALL.iter().any(|cloud| cloud.aliases().contains(&host));
    if !public && host != own {
        return Err(unknown());
    }
    let found = format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration");
    if request.query("api-version") == Some("1.0") {
        return Ok(Answer::json(StatusCode::OK, &json!({ "tenant_discovery_endpoint": found })));
    }
    let home = state.directory.cloud();
    let mut clouds: Vec<_> = [home]
        .into_iter()
        .chain(Cloud::ALL.into_iter().filter(|cloud| *cloud != home))
        .map(|cloud| {
            json!({ "preferred_network": cloud.aliases().first(), "preferred_cache": cloud.preferred_cache(),
                "aliases": cloud.aliases() })
        })
        .collect();
    if !Cloud::ALL.iter().any(|cloud| cloud.aliases().contains(&own)) {
        clouds.push(json!({ "preferred_network": own, "preferred_cache": own, "aliases": [own] }));
    }
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "tenant_discovery_endpoint": found, "api-version": "1.1", "metadata": clouds }),
    ))
}

/// `GET /common/userrealm/{upn}`: whether the tenant checks this user's password itself.
pub(super) fn user_realm(upn: &str, request: &Request, state: &State) -> Answer {
    let upn = form_urlencoded::parse(format!("u={upn}").as_bytes())
        .next()
        .map_or(String::new(), |(_, v)| v.into_owned());
    let domain = upn.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    let user = state.directory.user(&upn);
    let home = domain.eq_ignore_ascii_case(state.directory.domain());
    let account_type = match user.map(|user| user.kind) {
        Some(Kind::Federated) => "Federated",
        Some(Kind::Member) => "Managed",
        None if home => "Managed",
        Some(Kind::Guest | Kind::Personal) | None => "Unknown",
    };
    let mut body = json!({
        "ver": "1.0",
        "account_type": account_type,
        "domain_name": domain,
        "cloud_instance_name": state.directory.cloud().instance_name(),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    if let ("Federated", Some(fields)) = (account_type, body.as_object_mut()) {
        let root = request.base_url();
        fields.insert("federation_protocol".into(), "WSTrust".into());
        fields.insert("federation_metadata_url".into(), format!("{root}/adfs/services/trust/mex").into());
        let active = format!("{root}/adfs/services/trust/2005/usernamemixed");
        fields.insert("federation_active_auth_url".into(), active.into());
    }
    Answer::json(StatusCode::OK, &body)
}
