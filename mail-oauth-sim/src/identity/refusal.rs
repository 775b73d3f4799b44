use hyper::StatusCode;

use crate::Aadsts;
use crate::log::shown;

/// A refusal of the identity endpoints: the number, from which the error that programs act on follows, and the text that
/// people search for.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) aadsts: Aadsts,
    /// The text after the number, with a full stop.
    pub(super) text: String,
    /// What to ask for in the next interactive sign-in: a JSON text.
    pub(super) claims: Option<&'static str>,
}

/// What a client hands back in `claims`, so that the page asks for the second factor.
const MFA_CLAIMS: &str = "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"3a9e3f2c-5f1d-4c0e-9a3b-7d1e2f4a5b6c\"]}}}";

impl Refusal {
    /// 401 for a client that cannot prove who it is, 503 for trouble of the server's own, else 400.
    pub(super) fn status(&self) -> StatusCode {
        match self.aadsts.error() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn unknown_tenant(name: &str) -> Self {
        Self::saying(
            Aadsts::TenantNotFound,
            format!(
                "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the \
                 correct cloud. Check with your subscription administrator, this may happen if there are no active \
                 subscriptions for the tenant.",
                shown(name)
            ),
        )
    }

    pub(super) fn unknown_app(client_id: &str, domain: &str) -> Self {
        Self::saying(
            Aadsts::ApplicationNotFound,
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
        Self::saying(Aadsts::ParameterMissing, text)
    }

    pub(super) fn unknown_grant(grant: &str) -> Self {
        let text = format!("The app requested an unsupported grant type '{}'.", shown(grant));
        Self::saying(Aadsts::UnsupportedGrant, text)
    }

    pub(super) fn invalid_scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {} is not valid.",
            shown(scope)
        );
        Self::saying(Aadsts::ScopeInvalid, text)
    }

    pub(super) fn unknown_resource(resource: &str, domain: &str) -> Self {
        let text = format!(
            "The resource principal named {} was not found in the tenant named {domain}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You might have sent your authentication request to the wrong tenant.",
            shown(resource)
        );
        Self::saying(Aadsts::ResourceNotFound, text)
    }

    pub(super) fn no_consent(client_id: &str) -> Self {
        let text = format!(
            "The user or administrator has not consented to use the application with ID '{client_id}'. Send an \
             interactive authorization request for this user and resource."
        );
        Self::saying(Aadsts::ConsentRequired, text)
    }

    pub(super) fn redirect_mismatch(uri: &str, client_id: &str) -> Self {
        let text = format!(
            "The redirect URI '{}' specified in the request does not match the redirect URIs configured for the \
             application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your \
             application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about \
             how to fix this.",
            shown(uri)
        );
        Self::saying(Aadsts::RedirectMismatch, text)
    }

    pub(super) fn refresh_token_inactive(issued: &str) -> Self {
        let text = format!(
            "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for \
             90.00:00:00."
        );
        Self::saying(Aadsts::RefreshTokenInactive, text)
    }

    pub(super) fn revoked(issued: &str, valid_from: &str) -> Self {
        let text = format!(
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have \
             changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before \
             which tokens are not valid) for this user is '{valid_from}'."
        );
        Self::saying(Aadsts::GrantRevoked, text)
    }

    pub(super) fn sign_in_frequency(issued: &str, seconds: u64) -> Self {
        let text = format!(
            "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The \
             token was issued on {issued} and the maximum allowed lifetime for this request is {seconds}."
        );
        Self::saying(Aadsts::SignInFrequency, text)
    }

    pub(super) fn secret_expired(client_id: &str) -> Self {
        let text = format!(
            "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new \
             keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added \
             security: https://aka.ms/certCreds."
        );
        Self::saying(Aadsts::SecretExpired, text)
    }

    /// A text that names what the table's cannot.
    pub(super) fn saying(aadsts: Aadsts, text: impl Into<String>) -> Self {
        let claims =
            matches!(aadsts, Aadsts::MfaRequired | Aadsts::MfaEnrolmentRequired | Aadsts::MfaByPolicyChange);
        Self { aadsts, text: text.into(), claims: claims.then_some(MFA_CLAIMS) }
    }
}

impl From<Aadsts> for Refusal {
    fn from(aadsts: Aadsts) -> Self {
        Self::saying(aadsts, aadsts.text())
    }
}
