//! The document of the causes is that of the catalogue, and each cause that can be seen is produced by a test.

use std::collections::BTreeSet;

use mail_oauth::diagnosis::{Sight, causes, explain};

use crate::check::{BY_FAULT, BY_NUMBER};

#[path = "../../examples/causes.rs"]
#[allow(dead_code, reason = "an example has a `main`")]
mod example;

#[test]
fn the_document_of_causes_is_up_to_date() {
    let document = include_str!("../../../docs/causes.md");
    assert!(
        document == example::document(),
        "run: cargo run -p mail-oauth --example causes > docs/causes.md"
    );
}

/// Files whose tests produce causes.
const FILES: [(&str, &str); 9] = [
    ("check", include_str!("check.rs")),
    ("produced", include_str!("produced.rs")),
    ("outlook", include_str!("outlook.rs")),
    ("refused", include_str!("refused.rs")),
    ("foreign_host", include_str!("../hostile/foreign_host.rs")),
    ("src/check/domain", include_str!("../../src/check/domain.rs")),
    ("src/check/progress", include_str!("../../src/check/progress.rs")),
    ("cli/causes", include_str!("../../../mail-oauth-cli/tests/it/causes.rs")),
    ("cli/diagnosis", include_str!("../../../mail-oauth-cli/tests/it/diagnosis.rs")),
];

/// The causes that no fault of the simulator brings to the first place by itself: each with the test that produces it.
/// Tests reach no name server, so that what one says comes from a stand-in.
const BY_TEST: [(&str, &str, &str); 46] = [
    ("client-id-form", "cli/diagnosis", "bad_input_is_told_in_both_languages"),
    ("secret-is-id", "cli/diagnosis", "bad_input_is_told_in_both_languages"),
    ("secret-damaged", "produced", "of_an_application"),
    ("store-not-usable", "cli/causes", "of_this_machine"),
    ("no-callback", "cli/causes", "of_this_machine"),
    ("name-not-found", "src/check/progress", "a_name_without_an_address_is_told"),
    ("ipv6-dead", "src/check/progress", "a_silent_ipv6_address_is_remarked_upon"),
    ("host-not-of-provider", "foreign_host", "a_providers_token_goes_to_no_foreign_host"),
    ("domain-elsewhere", "src/check/domain", "records_that_lead_elsewhere_are_told"),
    ("no-refresh-token", "produced", "of_a_sign_in_that_cannot_be_renewed"),
    ("other-person", "cli/causes", "of_another_person"),
    ("google-testing", "check", "google"),
    ("google-policy", "check", "google"),
    ("google-delegation", "check", "google"),
    ("role-missing", "produced", "of_an_application"),
    ("smtp-user-not-upn", "produced", "of_who_signs_in_and_whose_mailbox_it_is"),
    ("service-principal-wrong", "produced", "of_an_application"),
    ("app-without-mailbox-permission", "check", "app_only"),
    ("no-full-access", "check", "whose_mailbox_it_is"),
    ("token-of-other-user", "produced", "of_who_signs_in_and_whose_mailbox_it_is"),
    ("old-shared-syntax", "produced", "of_an_old_way_to_name_a_mailbox"),
    ("consumer-protocol-off", "produced", "of_other_providers"),
    ("workspace-imap-off", "produced", "of_other_providers"),
    ("no-send-as", "cli/causes", "of_a_message"),
    ("never-authenticated", "cli/causes", "of_a_message"),
    ("message-too-big", "cli/causes", "of_a_message"),
    ("high-volume-email", "cli/causes", "of_a_message"),
    ("credential-ends-soon", "outlook", "a_certificate_that_ends_soon"),
    ("refresh-token-old", "outlook", "a_sign_in_that_lies_idle"),
    ("device-code-in-use", "outlook", "a_sign_in_by_device_code_is_remarked_upon_where_it_was_done"),
    ("address-unusable", "cli/diagnosis", "bad_input_is_told_in_both_languages"),
    ("provider-unknown", "cli/diagnosis", "bad_input_is_told_in_both_languages"),
    ("provider-password-only", "src/check/domain", "records_that_lead_elsewhere_are_told"),
    ("scope-of-other-resource", "cli/diagnosis", "bad_input_is_told_in_both_languages"),
    ("account-name-twice", "cli/causes", "of_this_machine"),
    ("store-damaged", "cli/causes", "of_this_machine"),
    ("nobody-signed-in", "check", "what_is_missing_on_the_way_is_named"),
    ("no-network", "check", "what_is_missing_on_the_way_is_named"),
    ("port-closed", "check", "what_is_missing_on_the_way_is_named"),
    ("certificate-not-now", "produced", "of_answers_and_certificates"),
    ("authority-unknown", "produced", "of_the_identity_provider"),
    ("session-missing", "produced", "of_the_identity_provider"),
    ("folder-missing", "cli/causes", "of_a_message"),
    ("recipient-refused", "cli/causes", "of_a_message"),
    ("page-instead-of-answer", "produced", "of_answers_and_certificates"),
    ("old-token-refused", "refused", "a_check_goes_on_with_a_fresh_token_and_says_so"),
];

/// What only other programs and other servers bring about: it is recognised in a pasted text, among the causes that the
/// text can have.
const PASTED: [(&str, &str, &str); 11] = [
    ("refreshed-elsewhere", "AADSTS70000", "the own cache is read again under its lock before a refresh"),
    (
        "redirect-under-web",
        "AADSTS7000218",
        "the simulator's sign-in page and the token endpoint tell it alike",
    ),
    (
        "alias-address",
        "A1 BAD User is authenticated but not connected.",
        "Exchange tells it from others in no way",
    ),
    (
        "no-mailbox",
        "A1 NO MailboxNotEnabledForRESTAPI",
        "words of a part of Exchange that the simulator lacks",
    ),
    (
        "shared-mailbox-as-smtp-user",
        "535 5.7.3 Authentication unsuccessful",
        "the presets sign in as the person",
    ),
    (
        "device-scope",
        "{\"error\":\"invalid_scope\",\"error_description\":\"Invalid device flow scope: https://mail.google.com/\"}",
        "the preset of Gmail has no device flow",
    ),
    (
        "auth-line-cut",
        "535 5.7.8 Error: authentication failed: Invalid base64 data in initial response",
        "Postfix",
    ),
    ("tls-required", "530 5.7.0 Must issue a STARTTLS command first", "no client here signs in without TLS"),
    ("message-refused", "554 5.6.0 message content rejected", "the simulator looks into no message"),
    ("sign-in-over", "{\"error\":\"invalid_grant\"}", "Entra always gives a number"),
    ("verification-unavailable", "454 4.7.0 Temporary authentication failure", "Dovecot and Postfix"),
];

#[test]
fn what_others_bring_about_is_recognised_in_their_words() {
    let now = std::time::SystemTime::now().into();
    for (cause, text, reason) in PASTED {
        let explained = explain(text, now).unwrap();
        let found: Vec<&str> =
            explained.failures.iter().flat_map(|one| &one.candidates).map(|one| one.cause.id).collect();
        assert!(found.contains(&cause) && !reason.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn each_cause_that_can_be_seen_is_produced_by_a_test() {
    let mut produced: BTreeSet<&str> = BTreeSet::new();
    for (cause, file, test) in BY_TEST {
        let text = FILES.iter().find(|(name, _)| *name == file).unwrap().1;
        let (_, body) =
            text.split_once(&format!("fn {test}()")).unwrap_or_else(|| panic!("{file} has no {test}"));
        let body = body.split("\n}\n").next().unwrap_or_default();
        assert!(body.contains(&format!("\"{cause}\"")), "{file}: {test} does not speak of {cause}");
        assert!(produced.insert(cause), "{cause} stands there twice");
    }
    for (cause, ..) in PASTED {
        assert!(produced.insert(cause), "{cause} stands there twice");
    }
    let walked = |number| BY_FAULT.contains(&number) || BY_NUMBER.contains(&number);
    let missing: Vec<(u16, &str)> = causes()
        .filter(|cause| cause.sight == Sight::Seen && !walked(cause.number) && !produced.contains(cause.id))
        .map(|cause| (cause.number, cause.id))
        .collect();
    assert!(missing.is_empty(), "no test produces these: {missing:?}");
    let twice: Vec<&str> = causes()
        .filter(|cause| walked(cause.number) && produced.contains(cause.id))
        .map(|cause| cause.id)
        .collect();
    assert!(twice.is_empty(), "a fault produces these: {twice:?}");
}
