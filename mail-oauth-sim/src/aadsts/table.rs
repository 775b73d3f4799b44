use super::Aadsts;
use super::code::Row;

pub(super) fn row(aadsts: Aadsts) -> Row {
    match aadsts {
        Aadsts::ScopesOfSeveralResources => told(
            28000,
            "invalid_scope",
            "Provided value for the input parameter scope is not valid because it contains more than one resource.",
        ),
        Aadsts::ScopeNotValid => told(
            28002,
            "invalid_scope",
            "Provided value for the input parameter scope is not valid when requesting an access token.",
        ),
        Aadsts::RedirectMismatch => shown(
            50011,
            "invalid_request",
            "The redirect URI specified in the request does not match the redirect URIs configured for the application. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
        ),
        Aadsts::AssertionInvalid => {
            told(50012, "invalid_client", "Authentication failed. The client assertion is not valid.")
        }
        Aadsts::WrongDirectory => shown(
            50020,
            "invalid_request",
            "User account from identity provider 'live.com' does not exist in the tenant and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.",
        ),
        Aadsts::UserNotFound => told(
            50034,
            "invalid_grant",
            "The user account does not exist in the directory. To sign into this application, the account must be added to the directory.",
        ),
        Aadsts::UnknownInstance => told(50049, "invalid_instance", "Unknown or invalid instance."),
        Aadsts::UserLocked => told(
            50053,
            "invalid_grant",
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        ),
        Aadsts::PasswordExpired => told(50055, "invalid_grant", "The password is expired."),
        Aadsts::NoPassword => told(
            50056,
            "invalid_grant",
            "Invalid or missing password: password does not exist in the directory for this user.",
        ),
        Aadsts::UserDisabled => told(50057, "invalid_grant", "The user account is disabled."),
        Aadsts::NoSession => {
            told(50058, "login_required", "A silent sign-in request was sent but no user is signed in.")
        }
        Aadsts::NoTenant => told(
            50059,
            "invalid_request",
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        ),
        Aadsts::MfaRegistration => sub(
            "basic_action",
            told(
                50072,
                "interaction_required",
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '00000002-0000-0ff1-ce00-000000000000'.",
            ),
        ),
        Aadsts::MfaByPolicyChange => {
            sub("basic_action", told(50074, "invalid_grant", "Strong Authentication is required."))
        }
        Aadsts::MfaRequired => sub(
            "basic_action",
            told(
                50076,
                "invalid_grant",
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000002-0000-0ff1-ce00-000000000000'.",
            ),
        ),
        Aadsts::MfaSessionExpired => sub(
            "basic_action",
            told(
                50078,
                "invalid_grant",
                "Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access the resource.",
            ),
        ),
        Aadsts::MfaEnrolmentRequired => sub(
            "basic_action",
            told(
                50079,
                "interaction_required",
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '00000002-0000-0ff1-ce00-000000000000'.",
            ),
        ),
        Aadsts::DeviceAuthentication => {
            told(50097, "interaction_required", "Device authentication is required.")
        }
        Aadsts::AssignmentRequired => {
            shown(50105, "invalid_grant", "The signed in user is not assigned to a role for the application.")
        }
        Aadsts::WrongPassword => {
            told(50126, "invalid_grant", "Error validating credentials due to invalid username or password.")
        }
        Aadsts::BlockedByPolicy => told(
            50131,
            "interaction_required",
            "Device is not in required device state, or the request was blocked due to suspicious activity, access policy, or security policy decisions.",
        ),
        Aadsts::SessionRevoked => told(
            50132,
            "invalid_grant",
            "The session is not valid due to password expiration or recent password change.",
        ),
        Aadsts::SessionExpired => {
            told(50133, "invalid_grant", "Session is invalid due to expiration or recent password change.")
        }
        Aadsts::WrongDataCenter => told(
            50134,
            "invalid_grant",
            "Sign-in failed because the wrong data center was used. Please retry.",
        ),
        Aadsts::PasswordExpiredOnPremises => {
            told(50144, "invalid_grant", "User's Active Directory password has expired.")
        }
        Aadsts::ExternalChallenge => told(
            50158,
            "interaction_required",
            "External security challenge not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges.",
        ),
        Aadsts::GrantRevoked => sub(
            "bad_token",
            told(
                50173,
                "invalid_grant",
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
            ),
        ),
        Aadsts::SingleTenant => told(
            50194,
            "invalid_request",
            "Application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
        ),
        Aadsts::ClientLoop => told(
            50196,
            "invalid_grant",
            "The server terminated an operation because it encountered a client request loop.",
        ),
        Aadsts::UnknownUserAccount => told(
            51004,
            "invalid_grant",
            "The user account does not exist in the directory. To sign into this application, the account must be added to the directory.",
        ),
        Aadsts::DeviceNotCompliant => sub(
            "message_only",
            told(
                53000,
                "interaction_required",
                "Your device is required to be managed to access this resource.",
            ),
        ),
        Aadsts::DeviceNotJoined => sub(
            "message_only",
            told(
                53001,
                "interaction_required",
                "Your device is required to be domain joined to access this resource.",
            ),
        ),
        Aadsts::AppNotApproved => sub(
            "message_only",
            told(
                53002,
                "interaction_required",
                "The application used is not an approved application for Conditional Access.",
            ),
        ),
        Aadsts::BlockedByConditionalAccess => sub(
            "message_only",
            told(
                53003,
                "interaction_required",
                "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
            ),
        ),
        Aadsts::CodeRedeemed => told(
            54005,
            "invalid_grant",
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ),
        Aadsts::ConsentRequired => sub(
            "consent_required",
            told(
                65001,
                "invalid_grant",
                "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.",
            ),
        ),
        Aadsts::FirstPartyPreauthorization => told(
            65002,
            "invalid_grant",
            "Consent between first party application and first party resource must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the API owner before requesting tokens for that API.",
        ),
        Aadsts::ConsentDeclined => {
            told(65004, "access_denied", "User declined to consent to access the app.")
        }
        Aadsts::MisconfiguredApplication => told(
            65005,
            "invalid_resource",
            "The application required resource access list does not contain applications discoverable by the resource.",
        ),
        Aadsts::InvalidPermission => told(
            65006,
            "invalid_resource",
            "The permission requested by the application is not valid for the resource.",
        ),
        Aadsts::RefreshTokenInvalid => sub(
            "bad_token",
            told(
                70000,
                "invalid_grant",
                "The provided authorization code or refresh token is not valid. The token was issued to another application, is malformed, or has been revoked.",
            ),
        ),
        Aadsts::AppDisabled => told(70001, "unauthorized_client", "The application is disabled."),
        Aadsts::UnsupportedGrant => {
            told(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
        }
        Aadsts::RedirectInvalid => shown(
            70004,
            "invalid_request",
            "The app returned an invalid redirect URI. The redirect address specified by the client does not match any configured addresses.",
        ),
        Aadsts::CodeExpired => told(
            70008,
            "invalid_grant",
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ),
        Aadsts::ScopeInvalid => {
            told(70011, "invalid_scope", "The provided value for the input parameter 'scope' is not valid.")
        }
        Aadsts::AuthorizationPending => told(
            70016,
            "authorization_pending",
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        ),
        Aadsts::AuthorizationDeclined => told(
            70017,
            "authorization_declined",
            "OAuth 2.0 device flow error. The end user denied the authorization request.",
        ),
        Aadsts::BadVerificationCode => told(
            70018,
            "bad_verification_code",
            "The provided value for the input parameter 'device_code' is not valid. Device codes are supported only for existing requests.",
        ),
        Aadsts::VerificationCodeExpired => told(
            70019,
            "expired_token",
            "The provided value for the input parameter 'device_code' is not valid. The verification code has expired.",
        ),
        Aadsts::DeviceCodeExpired => told(
            70020,
            "expired_token",
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        ),
        Aadsts::SignInFrequency => sub(
            "token_expired",
            told(
                70043,
                "invalid_grant",
                "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued too long ago and the maximum allowed lifetime for this request has passed.",
            ),
        ),
        Aadsts::PassThroughUnavailable => {
            told(80001, "invalid_grant", "Authentication Agent unable to connect to Active Directory.")
        }
        Aadsts::TenantNotFound => told(
            90002,
            "invalid_tenant",
            "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
        ),
        Aadsts::Transient => {
            told(90033, "temporarily_unavailable", "A transient error has occurred. Please try again.")
        }
        Aadsts::NationalCloud => told(
            90038,
            "invalid_request",
            "The tenant is in a national cloud. Sign in to the cloud of the tenant.",
        ),
        Aadsts::CrossCloud => {
            told(900_382, "invalid_request", "Confidential Client is not supported in Cross Cloud request.")
        }
        Aadsts::CrossCloudUser => {
            told(900_432, "invalid_request", "Confidential Client is not supported in Cross Cloud request.")
        }
        Aadsts::TenantThrottled => {
            told(90055, "temporarily_unavailable", "Tenant throttled due to too many requests.")
        }
        Aadsts::GuestMissing => told(
            90072,
            "interaction_required",
            "User account from external identity provider does not exist in the tenant and cannot access the application in that tenant.",
        ),
        Aadsts::AdminConsentRequired => shown(
            90094,
            "access_denied",
            "An administrator of the tenant has set a policy that prevents you from granting this application the permissions that it is requesting. Contact an administrator, who can grant permissions to this application on your behalf.",
        ),
        Aadsts::AdminConsentRequested => shown(
            90095,
            "access_denied",
            "Admin consent is required for the permissions requested by this application. An admin consent request may be sent to the admin.",
        ),
        Aadsts::WrongAudience => told(
            90124,
            "invalid_request",
            "The resource is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        ),
        Aadsts::AudienceMismatch => told(
            90130,
            "invalid_request",
            "The application is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        ),
        Aadsts::ResourceNotFound => told(
            500_011,
            "invalid_resource",
            "The resource principal was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.",
        ),
        Aadsts::TenantRestrictions => shown(500_021, "access_denied", "Access to the tenant is denied."),
        Aadsts::TenantRestrictionsDevice => {
            shown(500_022, "access_denied", "Access to the tenant is denied by the policy of the proxy.")
        }
        Aadsts::ReplyAddressChanged => told(
            500_112,
            "invalid_grant",
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ),
        Aadsts::NoReplyAddress => {
            shown(500_113, "invalid_request", "No reply address is registered for the application.")
        }
        Aadsts::PersonalAccountNotAllowed => {
            shown(500_208, "invalid_request", "The domain is not a valid login domain for the account type.")
        }
        Aadsts::CrossTenantOutbound => shown(
            500_212,
            "access_denied",
            "The user's administrator has set an outbound access policy that does not allow access to the resource tenant.",
        ),
        Aadsts::CrossTenantInbound => shown(
            500_213,
            "access_denied",
            "The resource tenant's cross-tenant access policy does not allow this user to access this tenant.",
        ),
        Aadsts::VerifierMismatch => told(
            501_481,
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ),
        Aadsts::BlockedBySecurityPolicy => sub(
            "message_only",
            told(530_032, "interaction_required", "User blocked due to risk on home tenant."),
        ),
        Aadsts::SecurityDefaults => sub(
            "message_only",
            told(
                530_035,
                "interaction_required",
                "Access has been blocked by security defaults. This is due to the request being deemed unsafe by security defaults policies.",
            ),
        ),
        Aadsts::ResourceNotSubscribed => told(
            650_052,
            "invalid_client",
            "The app is trying to access a service '00000002-0000-0ff1-ce00-000000000000' (Office 365 Exchange Online) that your organization lacks a service principal for. Contact your IT Admin to review the configuration of your service subscriptions.",
        ),
        Aadsts::ConsentMisconfigured => told(
            650_056,
            "invalid_client",
            "Misconfigured application. This could be due to one of the following: the client has not listed any permissions in the requested permissions in the client's application registration. Or, the admin has not consented in the tenant.",
        ),
        Aadsts::PermissionNotDeclared => told(
            650_057,
            "invalid_resource",
            "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration.",
        ),
        Aadsts::ApplicationNotFound => told(
            700_016,
            "unauthorized_client",
            "Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.",
        ),
        Aadsts::TwoResources => told(
            700_022,
            "invalid_scope",
            "The provided value for the input parameter scope is not valid because it contains more than one resource.",
        ),
        Aadsts::AssertionExpired => {
            told(700_024, "invalid_client", "Client assertion is not within its valid time range.")
        }
        Aadsts::PublicClientWithSecret => told(
            700_025,
            "invalid_client",
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        ),
        Aadsts::CertificateNotRegistered => told(
            700_027,
            "invalid_client",
            "The certificate with identifier used to sign the client assertion is not registered on application.",
        ),
        Aadsts::CertificateInvalid => told(
            700_030,
            "invalid_client",
            "Invalid certificate - subject name in certificate is not authorized.",
        ),
        Aadsts::ResponseTypeUnsupported => {
            told(700_054, "unsupported_response_type", "response_type is not enabled for the application.")
        }
        Aadsts::RefreshTokenInactive => sub(
            "bad_token",
            told(700_082, "invalid_grant", "The refresh token has expired due to inactivity."),
        ),
        Aadsts::SpaRefreshTokenExpired => sub(
            "bad_token",
            told(
                700_084,
                "invalid_grant",
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which can't be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.",
            ),
        ),
        Aadsts::FederatedIssuer => told(
            700_211,
            "invalid_client",
            "No matching federated identity record found for presented assertion issuer.",
        ),
        Aadsts::FederatedAudience => told(
            700_212,
            "invalid_client",
            "No matching federated identity record found for presented assertion audience. The audience should be 'api://AzureADTokenExchange'.",
        ),
        Aadsts::FederatedSubject => told(
            700_213,
            "invalid_client",
            "No matching federated identity record found for presented assertion subject.",
        ),
        Aadsts::ParameterMissing => {
            told(900_144, "invalid_request", "The request body must contain a required parameter.")
        }
        Aadsts::RedirectMissing => shown(900_971, "invalid_request", "No reply address provided."),
        Aadsts::ResourceParameter => {
            told(901_002, "invalid_request", "The 'resource' request parameter is not supported.")
        }
        Aadsts::DefaultScopeOnly => told(
            1_002_012,
            "invalid_scope",
            "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        ),
        Aadsts::ServicePrincipalDisabled => {
            told(7_000_112, "unauthorized_client", "Application is disabled.")
        }
        Aadsts::WrongSecret => told(
            7_000_215,
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to the app.",
        ),
        Aadsts::AppOnlyWithoutCredential => told(
            7_000_216,
            "invalid_client",
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        ),
        Aadsts::CredentialMissing => told(
            7_000_218,
            "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
        Aadsts::SecretExpired => told(
            7_000_222,
            "invalid_client",
            "The provided client secret keys for app are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
        ),
        Aadsts::PasswordGrantAtCommon => told(
            9_001_023,
            "invalid_request",
            "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        ),
        Aadsts::MalformedRequest => {
            told(9_002_313, "invalid_request", "Invalid request. Request is malformed or invalid.")
        }
        Aadsts::CrossOriginOnlyForSpa => told(
            9_002_326,
            "invalid_request",
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
        ),
        Aadsts::SpaNeedsCrossOrigin => told(
            9_002_327,
            "invalid_request",
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        ),
        Aadsts::PersonalAppElsewhere => told(
            9_002_331,
            "invalid_request",
            "Application is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.",
        ),
        Aadsts::WorkAppAtConsumers => told(
            9_002_332,
            "invalid_request",
            "Application is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.",
        ),
    }
}

fn told(code: u32, error: &'static str, text: &'static str) -> Row {
    Row { code, error, suberror: None, text, page: false }
}

fn shown(code: u32, error: &'static str, text: &'static str) -> Row {
    Row { page: true, ..told(code, error, text) }
}

fn sub(suberror: &'static str, row: Row) -> Row {
    Row { suberror: Some(suberror), ..row }
}
