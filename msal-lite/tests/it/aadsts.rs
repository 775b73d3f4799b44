//! Entra's refusals, number by number: what a caller is told to do about each, from `error` and `suberror`.

use msal_lite::{ErrorKind, Flow};

use crate::tenant::{NOW, answer, refresh_flow, sent};

/// Status, `error`, `suberror`, the numbers that come with them, and what to do. Numbers that the sign-in page shows
/// and no client ever gets are not here.
type Row = (u16, &'static str, &'static str, &'static [u64], ErrorKind);

const TABLE: &[Row] = {
    use ErrorKind::{CodeExpired, Declined, FixConfiguration, SignInAgain, Wait};
    &[
        // Password, account and session.
        (400, "invalid_grant", "", &[50034, 50053, 50055, 50056, 50057, 50126, 50144], SignInAgain),
        (400, "invalid_grant", "", &[50132, 50133, 50173, 80001, 80014], SignInAgain),
        (400, "login_required", "", &[50058], SignInAgain),
        // A second factor, or a device.
        (400, "invalid_grant", "basic_action", &[50074, 50076], SignInAgain),
        (400, "interaction_required", "basic_action", &[50072, 50078, 50079], SignInAgain),
        (400, "interaction_required", "", &[50097, 50129, 53000, 53001, 53002, 90072], SignInAgain),
        (400, "interaction_required", "", &[50131, 50158, 530_032, 530_035], SignInAgain),
        // Nothing that a person at the client could do.
        (400, "interaction_required", "message_only", &[53003], FixConfiguration),
        (400, "invalid_grant", "message_only", &[50105, 53003], FixConfiguration),
        // Codes.
        (400, "invalid_grant", "", &[54005, 70008, 501_481], SignInAgain),
        (400, "bad_verification_code", "", &[70018], CodeExpired),
        (400, "expired_token", "", &[70019, 70020], CodeExpired),
        (400, "code_expired", "", &[70020], CodeExpired),
        (400, "authorization_declined", "", &[70017], Declined),
        (400, "access_denied", "", &[65004], Declined),
        // Consent, scopes and resources.
        (400, "invalid_grant", "consent_required", &[65001], SignInAgain),
        (400, "invalid_grant", "", &[65002], SignInAgain),
        (
            400,
            "invalid_resource",
            "",
            &[65005, 650_052, 650_054, 650_056, 650_057, 500_011],
            FixConfiguration,
        ),
        (400, "invalid_scope", "", &[70011, 28002, 28003, 700_022, 700_023, 1_002_012], FixConfiguration),
        // Refresh tokens.
        (400, "invalid_grant", "bad_token", &[70000, 700_081, 700_082, 700_084, 50173], SignInAgain),
        (400, "invalid_grant", "token_expired", &[70043], SignInAgain),
        // The application.
        (400, "invalid_grant", "", &[700_005], SignInAgain),
        (400, "unauthorized_client", "", &[70001, 7_000_112, 700_016], FixConfiguration),
        (401, "invalid_client", "", &[700_025, 700_027, 7_000_215, 7_000_218, 7_000_222], FixConfiguration),
        (401, "invalid_client", "", &[70021, 700_211, 700_213], FixConfiguration),
        // The tenant and the request.
        (400, "invalid_instance", "", &[50049], FixConfiguration),
        (400, "invalid_tenant", "", &[90002], FixConfiguration),
        (400, "invalid_request", "", &[50059, 50128, 50194, 90002, 90019, 900_023, 90130], FixConfiguration),
        (
            400,
            "invalid_request",
            "",
            &[90014, 900_144, 9_001_023, 9_002_313, 9_002_332, 901_002],
            FixConfiguration,
        ),
        // Too much, too often, or out of order.
        (400, "authorization_pending", "", &[70016], Wait),
        (400, "slow_down", "", &[0], Wait),
        (400, "invalid_grant", "", &[50196], Wait),
        (400, "temporarily_unavailable", "", &[90033, 90055], Wait),
        (429, "temporarily_unavailable", "", &[90055], Wait),
    ]
};

#[test]
fn every_number_has_its_outcome() {
    for (status, error, suberror, codes, kind) in TABLE {
        for code in *codes {
            // In the manner of before 2023 and after.
            for tail in [
                "\\r\\nTrace ID: t-1\\r\\nCorrelation ID: c-1\\r\\nTimestamp: 2026-01-02 03:04:05Z",
                " Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-01-02 03:04:05Z",
            ] {
                let body = format!(
                    r#"{{"error":"{error}","suberror":"{suberror}","error_description":"AADSTS{code}: Words.{tail}","error_uri":"https://login.microsoftonline.com/error?code={code}"}}"#
                );
                let mut flow = refresh_flow();
                sent(&mut flow);
                let found = flow.receive(&answer(*status, body), NOW).unwrap_err();
                let refusal = found.server().unwrap();
                assert_eq!((found.kind(), refusal.codes()), (*kind, &[*code][..]), "{error} {suberror}");
                assert_eq!((refusal.trace_id(), refusal.correlation_id()), (Some("t-1"), Some("c-1")));
                assert_eq!(refusal.timestamp(), Some("2026-01-02 03:04:05Z"));
                assert_eq!(refusal.description(), Some(format!("AADSTS{code}: Words.").as_str()));
            }
        }
    }
}
