use hyper::StatusCode;

use crate::log::shown;

/// A refusal of the devicecode or token endpoint: the error that programs act on, and the number and the text that
/// people search for.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) error: &'static str,
    pub(super) suberror: Option<&'static str>,
    /// The text after the number, with a full stop.
    pub(super) text: String,
}

impl Refusal {
    /// 401 for a client that cannot prove who it is, 503 for trouble of the server's own, else 400.
    pub(super) fn status(&self) -> StatusCode {
        match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn unknown_tenant(name: &str) -> Self {
        Self::new(
            90002,
            "invalid_tenant",
            format!(
                "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the \
                 correct cloud. Check with your subscription administrator, this may happen if there are no active \
                 subscriptions for the tenant.",
                shown(name)
            ),
        )
    }

    pub(super) fn unknown_app(client_id: &str, domain: &str) -> Self {
        Self::new(
            700_016,
            "unauthorized_client",
            format!(
                "Application with identifier '{}' was not found in the directory '{domain}'. This can happen if the \
                 application has not been installed by the administrator of the tenant or consented to by any user in \
                 the tenant. You may have sent your authentication request to the wrong tenant.",
                shown(client_id)
            ),
        )
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new(900_144, "invalid_request", text)
    }

    pub(super) fn unknown_grant(grant: &str) -> Self {
        let text = format!("The app requested an unsupported grant type '{}'.", shown(grant));
        Self::new(70003, "unsupported_grant_type", text)
    }

    pub(super) fn public_flows_off() -> Self {
        let text =
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        Self::new(7_000_218, "invalid_client", text)
    }

    pub(super) fn invalid_scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {} is not valid.",
            shown(scope)
        );
        Self::new(70011, "invalid_scope", text)
    }

    pub(super) fn two_resources() -> Self {
        let text = "The provided value for the input parameter scope is not valid because it contains more than one resource.";
        Self::new(700_022, "invalid_scope", text)
    }

    pub(super) fn unknown_resource(resource: &str, domain: &str) -> Self {
        let text = format!(
            "The resource principal named {} was not found in the tenant named {domain}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You might have sent your authentication request to the wrong tenant.",
            shown(resource)
        );
        Self::new(500_011, "invalid_resource", text)
    }

    pub(super) fn no_consent(client_id: &str) -> Self {
        let text = format!(
            "The user or administrator has not consented to use the application with ID '{client_id}'. Send an \
             interactive authorization request for this user and resource."
        );
        Self { suberror: Some("consent_required"), ..Self::new(65001, "invalid_grant", text) }
    }

    pub(super) fn pending() -> Self {
        let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
        Self::new(70016, "authorization_pending", text)
    }

    pub(super) fn code_expired() -> Self {
        let text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
        Self::new(70020, "expired_token", text)
    }

    pub(super) fn code_unknown() -> Self {
        let text = "The provided value for the input parameter 'device_code' is not valid. Device codes are supported \
                    only for existing requests.";
        Self::new(70018, "bad_verification_code", text)
    }

    pub(super) fn code_redeemed() -> Self {
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an \
                    existing refresh token.";
        Self::new(54005, "invalid_grant", text)
    }

    pub(super) fn declined() -> Self {
        Self::new(
            70017,
            "authorization_declined",
            "OAuth 2.0 device flow error. The end user denied the authorization request.",
        )
    }

    pub(super) fn user_disabled() -> Self {
        Self::new(50057, "invalid_grant", "The user account is disabled.")
    }

    pub(super) fn refresh_token_invalid() -> Self {
        let text = "The provided authorization code or refresh token is not valid. The token was issued to another \
                    application, is malformed, or has been revoked.";
        Self { suberror: Some("bad_token"), ..Self::new(70000, "invalid_grant", text) }
    }

    pub(super) fn refresh_token_inactive(issued: &str) -> Self {
        let text = format!(
            "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for \
             90.00:00:00."
        );
        Self { suberror: Some("bad_token"), ..Self::new(700_082, "invalid_grant", text) }
    }

    pub(super) fn unknown_instance() -> Self {
        Self::new(50049, "invalid_instance", "Unknown or invalid instance.")
    }

    pub(super) fn transient() -> Self {
        Self::new(90033, "temporarily_unavailable", "A transient error has occurred. Please try again.")
    }

    fn new(code: u32, error: &'static str, text: impl Into<String>) -> Self {
        Self { code, error, suberror: None, text: text.into() }
    }
}
