//! The classes of attack that are known of clients for mail and tokens, S1 to S15, and the tests that meet them: none may
//! be missing. Those of the machines are in the crates of the protocols.

use std::path::Path;

/// Class, what it is, and its tests: `file: function`, below `tests/`.
const CLASSES: [(&str, &str, &[&str]); 15] = [
    (
        "S1",
        "what is injected behind STARTTLS",
        &["mail-oauth/tests/hostile/before_tls.rs: what_is_injected_behind_starttls_ends_the_connection"],
    ),
    (
        "S2",
        "TLS that is stripped, answers before their question",
        &[
            "mail-oauth/tests/hostile/before_tls.rs: without_starttls_nothing_is_said",
            "mail-oauth/tests/hostile/before_tls.rs: an_answer_before_its_question_is_an_error",
        ],
    ),
    ("S3", "PREAUTH", &["mail-oauth/tests/hostile/before_tls.rs: preauth_before_tls_is_the_end"]),
    (
        "S4",
        "data before TLS",
        &["mail-oauth/tests/hostile/before_tls.rs: nothing_that_was_learned_before_tls_is_kept"],
    ),
    (
        "S5",
        "capabilities before TLS",
        &["mail-oauth/tests/hostile/before_tls.rs: capabilities_count_from_tls_on"],
    ),
    (
        "S6",
        "connections and sessions used again under other trust",
        &[
            "mail-oauth/tests/hostile/certificates.rs: a_session_is_not_resumed_under_other_trust_or_another_name",
            "pop3-min/tests/it/hardening.rs: s6_a_connection_has_one_identity",
            "smtp-min/tests/it/hardening.rs: s6_a_connection_has_one_identity",
        ],
    ),
    (
        "S7",
        "certificates",
        &[
            "mail-oauth/tests/hostile/certificates.rs: a_certificate_with_a_flaw_is_refused_everywhere",
            "mail-oauth/tests/hostile/certificates.rs: an_address_is_a_name_like_any_other",
        ],
    ),
    (
        "S8",
        "arguments that are two commands",
        &[
            "mail-oauth/tests/hostile/framing.rs: settings_that_would_be_two_commands_are_refused",
            "mail-oauth/tests/hostile/framing.rs: a_folder_of_any_name_is_one_command",
            "pop3-min/tests/it/hardening.rs: s8_no_argument_is_two_commands",
            "smtp-min/tests/it/hardening.rs: s8_no_argument_is_two_commands",
        ],
    ),
    (
        "S9",
        "messages that end early",
        &[
            "mail-oauth/tests/hostile/framing.rs: a_message_ends_once",
            "smtp-min/tests/it/stuffing.rs: as_the_oracle_says_at_every_cut",
        ],
    ),
    (
        "S10",
        "too long, too many",
        &[
            "mail-oauth/tests/hostile/bombs.rs: imap_bombs",
            "mail-oauth/tests/hostile/bombs.rs: pop3_and_smtp_bombs",
            "mail-oauth/tests/hostile/bombs.rs: a_message_without_an_end_is_none",
            "mail-oauth/tests/hostile/bombs.rs: a_flood_before_the_sign_in_is_refused",
            "imap-min/tests/it/hostile.rs: many_literals_are_linear",
            "pop3-min/tests/it/hostile.rs: an_endless_listing_ends_at_its_limit",
        ],
    ),
    (
        "S11",
        "too deep",
        &[
            "mail-oauth/tests/hostile/bombs.rs: imap_bombs",
            "imap-min/tests/it/hostile.rs: a_million_parentheses_are_read_in_no_time",
        ],
    ),
    (
        "S12",
        "sign-in that is pretended, downgraded, or said twice",
        &[
            "mail-oauth/tests/hostile/sign_in.rs: a_refused_token_is_not_sent_again",
            "mail-oauth/tests/hostile/sign_in.rs: only_the_answer_to_the_question_is_a_yes",
            "mail-oauth/tests/hostile/sign_in.rs: no_other_mechanism_is_tried",
            "mail-oauth/tests/hostile/sign_in.rs: to_go_on_and_on_is_no_answer",
        ],
    ),
    (
        "S13",
        "tokens in logs and errors",
        &[
            "mail-oauth/tests/hostile/secret.rs: a_secret_is_found_however_it_is_shown",
            "mail-oauth/tests/hostile/sign_in.rs: a_server_that_repeats_the_token_does_not_get_it_printed",
            "mail-oauth/tests/hostile/sign_in.rs: what_is_logged_at_trace_level_shows_no_token",
            "mail-oauth/tests/it/secrets.rs: nothing_that_can_be_printed_holds_a_token",
        ],
    ),
    (
        "S14",
        "redirects and devices",
        &[
            "mail-oauth/tests/hostile/certificates.rs: no_token_is_asked_for_where_the_certificate_does_not_hold",
            "mail-oauth/tests/hostile/certificates.rs: a_token_endpoint_that_redirects_is_not_followed",
            "msal-lite/tests/it/authorization_code.rs: what_is_not_the_answer_changes_nothing",
            "msal-lite/tests/it/authorization_code.rs: the_issuer_is_checked_where_it_is_named",
        ],
    ),
    (
        "S15",
        "a token for whoever asks",
        &["mail-oauth/tests/hostile/certificates.rs: a_token_goes_to_no_place_in_the_clear"],
    ),
];

#[test]
fn each_class_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (number, (class, what, tests)) in (1..).zip(CLASSES) {
        assert_eq!(class, format!("S{number}"), "{what}");
        assert!(!tests.is_empty(), "{class}, {what}: no test");
        for test in tests {
            let (file, function) = test.split_once(": ").unwrap();
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            assert!(text.contains(&format!("fn {function}(")), "{class}, {what}: {test} is gone");
        }
    }
}
