//! What an access token says about itself.

use crate::{Secret, Timestamp, json, jwt, text::escape_and_cut};

/// The claims of an access token, for diagnosis only: an access token is the resource's business, its
/// format may change, and no signature is checked here.
///
/// ```
/// use msal_lite::{Secret, TokenInspection};
///
/// // Tokens of personal Microsoft accounts are opaque.
/// assert_eq!(TokenInspection::of(&Secret::new("EwB4A8l6BAAU".to_owned())), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInspection {
    /// `aud`: the resource, such as `https://outlook.office.com`.
    pub audience: Option<String>,
    /// `scp`: delegated permissions.
    pub scopes: Vec<String>,
    /// `roles`: application permissions.
    pub roles: Vec<String>,
    /// `tid`: the tenant.
    pub tenant: Option<String>,
    /// `upn`, else `unique_name`, else `preferred_username`: whose token it is.
    pub user: Option<String>,
    /// `oid`: the user's or application's object id.
    pub object_id: Option<String>,
    /// `appid`, else `azp`: the client.
    pub client_id: Option<String>,
    /// `exp`: when it ends.
    pub expires_on: Option<Timestamp>,
    /// `nbf`, else `iat`: when it begins.
    pub not_before: Option<Timestamp>,
}

impl TokenInspection {
    /// Decodes a token; `None` if it is opaque: not a JWT.
    pub fn of(token: &Secret) -> Option<Self> {
        let claims = jwt::claims(token.expose())?;
        let claims = &claims.0;
        let keep = |text: &str| escape_and_cut(text, 256);
        let first = |names: &[&str]| names.iter().find_map(|name| json::text(claims, name)).map(keep);
        let audience =
            first(&["aud"]).or_else(|| json::array(claims, "aud").find_map(|one| one.as_str()).map(keep));
        Some(Self {
            audience,
            scopes: json::text(claims, "scp").unwrap_or_default().split_whitespace().map(keep).collect(),
            roles: json::array(claims, "roles").filter_map(|role| role.as_str()).map(keep).collect(),
            tenant: first(&["tid"]),
            user: first(&["upn", "unique_name", "preferred_username"]),
            object_id: first(&["oid"]),
            client_id: first(&["appid", "azp"]),
            expires_on: claims.get("exp").and_then(json::number).map(Timestamp::from_unix),
            not_before: ["nbf", "iat"]
                .iter()
                .find_map(|name| claims.get(*name).and_then(json::number))
                .map(Timestamp::from_unix),
        })
    }
}
