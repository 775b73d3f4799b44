//! The classes of attack that are known of clients for mail and tokens, S1 to S15, each in its variants, and the tests
//! that meet them: none may be missing. `README.md` beside this file is the same table for people.

use std::fmt::Write as _;
use std::path::Path;

type Variant = (&'static str, &'static [&'static str]);

/// Class, what it is, and its variants: what is done, and the tests of it as `file: function`, below the root.
const CLASSES: [(&str, &str, &[Variant]); 15] = [
    (
        "S1",
        "octets injected behind STARTTLS (NO STARTTLS, EAST B 1 to 3)",
        &[
            (
                "in the segment of the answer, in the next one, half a line, behind the ClientHello; IMAP, POP3, SMTP",
                &[
                    "mail-oauth/tests/hostile/before_tls.rs: what_is_injected_behind_starttls_ends_the_connection",
                ],
            ),
            (
                "the same at each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s1_bytes_behind_the_answer_to_starttls",
                    "pop3-min/tests/it/hardening.rs: s1_bytes_behind_the_answer_to_stls",
                    "smtp-min/tests/it/hardening.rs: s1_bytes_behind_the_answer_to_starttls",
                ],
            ),
        ],
    ),
    (
        "S2",
        "TLS that is stripped (EAST O 1 to 4)",
        &[
            (
                "no offer; NO, BAD, -ERR, 454, 500; an OK for a tag that was not sent",
                &["mail-oauth/tests/hostile/before_tls.rs: without_starttls_nothing_is_said"],
            ),
            (
                "the answer before the question",
                &["mail-oauth/tests/hostile/before_tls.rs: an_answer_before_its_question_is_an_error"],
            ),
            (
                "the same at each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s2_starttls_is_not_stripped",
                    "pop3-min/tests/it/hardening.rs: s2_stls_is_not_stripped",
                    "smtp-min/tests/it/hardening.rs: s2_starttls_is_not_stripped",
                ],
            ),
        ],
    ),
    (
        "S3",
        "a session that is pretended to be signed in (EAST P 1 to 5)",
        &[
            (
                "PREAUTH before TLS, alone and with answers behind it",
                &["mail-oauth/tests/hostile/before_tls.rs: preauth_before_tls_is_the_end"],
            ),
            (
                "greetings that pretend it in the other protocols",
                &[
                    "imap-min/tests/it/hardening.rs: s3_no_greeting_logs_in",
                    "pop3-min/tests/it/hardening.rs: s3_no_greeting_logs_in",
                    "smtp-min/tests/it/hardening.rs: s3_no_greeting_logs_in",
                ],
            ),
        ],
    ),
    (
        "S4",
        "data from before TLS",
        &[
            (
                "ALERT, EXISTS, LIST, STATUS, FLAGS, a referral",
                &["mail-oauth/tests/hostile/before_tls.rs: nothing_that_was_learned_before_tls_is_kept"],
            ),
            (
                "a referral in place of the sign-in (RFC 2221)",
                &["mail-oauth/tests/hostile/sign_in.rs: a_referral_leads_nowhere"],
            ),
            (
                "the same at each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s4_nothing_is_kept_from_before_tls",
                    "pop3-min/tests/it/hardening.rs: s4_nothing_is_kept_from_before_tls",
                    "smtp-min/tests/it/hardening.rs: s4_nothing_is_kept_from_before_tls",
                ],
            ),
        ],
    ),
    (
        "S5",
        "capabilities from before TLS",
        &[
            (
                "in the greeting, in a line of their own, in the answer to STARTTLS, in the first EHLO",
                &["mail-oauth/tests/hostile/before_tls.rs: capabilities_count_from_tls_on"],
            ),
            (
                "the same at each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s5_capabilities_are_asked_again",
                    "pop3-min/tests/it/hardening.rs: s5_capabilities_are_asked_again",
                    "smtp-min/tests/it/hardening.rs: s5_capabilities_are_asked_again",
                ],
            ),
        ],
    ),
    (
        "S6",
        "connections and sessions used again under other trust",
        &[
            (
                "a TLS ticket under other authorities, and under another name",
                &[
                    "mail-oauth/tests/hostile/certificates.rs: a_session_is_not_resumed_under_other_trust_or_another_name",
                ],
            ),
            (
                "a second identity on one connection",
                &[
                    "imap-min/tests/it/hardening.rs: s6_a_connection_has_one_identity",
                    "pop3-min/tests/it/hardening.rs: s6_a_connection_has_one_identity",
                    "smtp-min/tests/it/hardening.rs: s6_a_connection_has_one_identity",
                ],
            ),
        ],
    ),
    (
        "S7",
        "certificates (EAST Certificate Validation)",
        &[
            (
                "expired, not yet valid, another name, a name below, self-signed, another authority, a hole in the chain, \
                 signed by a server, for clients; with TLS at once and with STARTTLS",
                &[
                    "mail-oauth/tests/hostile/certificates.rs: a_certificate_with_a_flaw_is_refused_everywhere",
                ],
            ),
            (
                "an IP address in place of a name",
                &["mail-oauth/tests/hostile/certificates.rs: an_address_is_a_name_like_any_other"],
            ),
            (
                "of the identity provider",
                &[
                    "mail-oauth/tests/hostile/certificates.rs: no_token_is_asked_for_where_the_certificate_does_not_hold",
                ],
            ),
        ],
    ),
    (
        "S8",
        "arguments that are two commands",
        &[
            (
                "CR, LF, NUL, U+0085, ^A and > in addresses, hosts, EHLO names and client ids",
                &["mail-oauth/tests/hostile/framing.rs: settings_that_would_be_two_commands_are_refused"],
            ),
            (
                "a mailbox name with a literal's mark at its end ({5+})",
                &["mail-oauth/tests/hostile/framing.rs: a_folder_of_any_name_is_one_command"],
            ),
            (
                "every public argument of each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s8_no_argument_is_two_commands",
                    "pop3-min/tests/it/hardening.rs: s8_no_argument_is_two_commands",
                    "smtp-min/tests/it/hardening.rs: s8_no_argument_is_two_commands",
                ],
            ),
            (
                "^A in user and token; comma and equals sign in OAUTHBEARER's name",
                &[
                    "sasl-xoauth2/tests/it/validation.rs: what_would_break_the_message_is_refused_by_place_and_class",
                    "sasl-xoauth2/tests/it/properties.rs: any_user_and_token_make_one_message_or_none",
                ],
            ),
        ],
    ),
    (
        "S9",
        "messages that end early (SMTP smuggling)",
        &[
            (
                "LF.LF, CR.CR, LF.CRLF and their like on the wire, at the edges of pieces",
                &["mail-oauth/tests/hostile/framing.rs: a_message_ends_once"],
            ),
            (
                "the stuffing against an oracle, at every cut; the ends that servers were smuggled by",
                &[
                    "smtp-min/tests/it/stuffing.rs: as_the_oracle_says_at_every_cut",
                    "smtp-min/tests/it/stuffing.rs: smuggled_ends_never_reach_the_wire",
                ],
            ),
            ("messages that come", &["pop3-min/tests/it/hardening.rs: s9_no_message_ends_early"]),
        ],
    ),
    (
        "S10",
        "too long, too many",
        &[
            (
                "literals of 2^64-1 and 2^64, lines and quoted strings without end, 10^6 literals, flags, capabilities",
                &["mail-oauth/tests/hostile/bombs.rs: imap_bombs"],
            ),
            (
                "replies of many lines (250-), lines without end, no line at all",
                &["mail-oauth/tests/hostile/bombs.rs: pop3_and_smtp_bombs"],
            ),
            (
                "a message or a listing without its dot, a literal that never fills",
                &[
                    "mail-oauth/tests/hostile/bombs.rs: a_message_without_an_end_is_none",
                    "pop3-min/tests/it/hostile.rs: an_endless_listing_ends_at_its_limit",
                ],
            ),
            (
                "before the sign-in, and as its challenge",
                &["mail-oauth/tests/hostile/bombs.rs: a_flood_before_the_sign_in_is_refused"],
            ),
            (
                "sets such as 1:4294967295, which stay ranges",
                &["imap-min/tests/it/hardening.rs: s10_floods_end"],
            ),
            (
                "time that is linear: in literals, and one octet at a time",
                &[
                    "imap-min/tests/it/hostile.rs: many_literals_are_linear",
                    "imap-min/tests/it/hostile.rs: a_long_line_is_linear",
                    "pop3-min/tests/it/hostile.rs: one_byte_at_a_time_is_linear",
                    "smtp-min/tests/it/hostile.rs: one_byte_at_a_time_is_linear",
                ],
            ),
            (
                "answers of the identity provider",
                &[
                    "msal-lite/tests/it/responses.rs: bodies_and_nesting_are_bounded",
                    "msal-lite/tests/it/transport.rs: a_body_without_end_is_cut",
                ],
            ),
        ],
    ),
    (
        "S11",
        "too deep",
        &[
            (
                "10^6 parentheses in BODYSTRUCTURE, ENVELOPE, THREAD, SEARCH and where nothing is known",
                &[
                    "imap-min/tests/it/hardening.rs: s11_nesting_ends",
                    "imap-min/tests/it/hostile.rs: a_million_parentheses_are_read_in_no_time",
                    "mail-oauth/tests/hostile/bombs.rs: imap_bombs",
                ],
            ),
            (
                "where nesting means nothing",
                &[
                    "pop3-min/tests/it/hardening.rs: s11_nesting_means_nothing",
                    "smtp-min/tests/it/hardening.rs: s11_nesting_means_nothing",
                ],
            ),
        ],
    ),
    (
        "S12",
        "a sign-in that is pretended, downgraded, or said twice",
        &[
            (
                "the token once, however often the server asks",
                &["mail-oauth/tests/hostile/sign_in.rs: a_refused_token_is_not_sent_again"],
            ),
            (
                "a yes that is not the answer",
                &["mail-oauth/tests/hostile/sign_in.rs: only_the_answer_to_the_question_is_a_yes"],
            ),
            (
                "passwords offered in place of tokens",
                &["mail-oauth/tests/hostile/sign_in.rs: no_other_mechanism_is_tried"],
            ),
            (
                "no answer at all, for ever",
                &["mail-oauth/tests/hostile/sign_in.rs: to_go_on_and_on_is_no_answer"],
            ),
            (
                "the same at each machine",
                &[
                    "imap-min/tests/it/hardening.rs: s12_a_log_in_is_what_was_asked_for",
                    "pop3-min/tests/it/hardening.rs: s12_a_login_is_what_was_asked_for",
                    "smtp-min/tests/it/hardening.rs: s12_a_login_is_what_was_asked_for",
                    "sasl-xoauth2/tests/it/exchange.rs: the_token_leaves_once",
                ],
            ),
        ],
    ),
    (
        "S13",
        "secrets in logs, errors and Debug",
        &[
            (
                "twelve octets in a row, raw or in base64 at any alignment; the test of the test",
                &["mail-oauth/tests/hostile/secret.rs: a_secret_is_found_however_it_is_shown"],
            ),
            (
                "all that the crates and those below log at trace level, in every flow and dialogue",
                &[
                    "mail-oauth/tests/hostile/sign_in.rs: what_is_logged_at_trace_level_shows_no_token",
                    "mail-oauth/tests/hostile/flows.rs: no_way_to_a_token_shows_a_secret",
                    "msal-lite/tests/it/logs.rs: no_flow_logs_a_secret",
                    "imap-min/tests/it/secrets.rs: a_log_in_shows_no_token",
                ],
            ),
            (
                "a peer that repeats what it was sent",
                &[
                    "mail-oauth/tests/hostile/sign_in.rs: a_server_that_repeats_the_token_does_not_get_it_printed",
                    "msal-lite/tests/it/redaction.rs: a_provider_that_repeats_what_it_was_sent",
                    "sasl-xoauth2/tests/it/redaction.rs: a_server_that_repeats_the_token_is_not_quoted",
                ],
            ),
            (
                "reports, and Debug of everything",
                &["mail-oauth/tests/it/secrets.rs: nothing_that_can_be_printed_holds_a_token"],
            ),
        ],
    ),
    (
        "S14",
        "redirects and devices (RFC 8252, 7636, 9700)",
        &[
            (
                "the listener is on the loopback interface alone",
                &["msal-lite/tests/it/interactive.rs: it_listens_to_this_machine_alone"],
            ),
            (
                "another path, another state, another method; one answer",
                &[
                    "msal-lite/tests/it/interactive.rs: a_form_after_everything_that_browsers_ask_for",
                    "msal-lite/tests/it/authorization_code.rs: what_is_not_the_answer_changes_nothing",
                    "msal-lite/tests/it/authorization_code.rs: a_code_is_redeemed_once_whatever_happens",
                ],
            ),
            (
                "PKCE S256 always; comparison in constant time",
                &[
                    "msal-lite/tests/it/authorization_code.rs: the_address_and_the_request",
                    "msal-lite/src/flow/authorization_code/pkce.rs: rfc_7636_appendix_b",
                    "msal-lite/src/flow/authorization_code/pkce.rs: equal_is_equal",
                ],
            ),
            (
                "an answer of another issuer (RFC 9207)",
                &["msal-lite/tests/it/authorization_code.rs: the_issuer_is_checked_where_it_is_named"],
            ),
            (
                "a token endpoint without TLS, with a bad certificate, that redirects",
                &[
                    "mail-oauth/tests/hostile/certificates.rs: no_token_is_asked_for_where_the_certificate_does_not_hold",
                    "mail-oauth/tests/hostile/certificates.rs: a_token_endpoint_that_redirects_is_not_followed",
                    "msal-lite/tests/it/transport.rs: a_redirect_is_not_followed",
                ],
            ),
            (
                "secrets among the arguments of a process",
                &["mail-oauth-cli/src/options.rs: no_option_takes_a_secret"],
            ),
        ],
    ),
    (
        "S15",
        "a token for whoever asks",
        &[
            (
                "a provider's token for a host that is not the provider's, whatever the account calls the provider",
                &["mail-oauth/tests/hostile/foreign_host.rs: a_providers_token_goes_to_no_foreign_host"],
            ),
            (
                "unless the host is named; and an issuer of one's own binds nothing",
                &[
                    "mail-oauth/tests/hostile/foreign_host.rs: a_host_that_is_named_gets_it",
                    "mail-oauth/tests/hostile/foreign_host.rs: an_issuer_of_ones_own_binds_nothing",
                ],
            ),
            (
                "a connection in the clear",
                &["mail-oauth/tests/hostile/certificates.rs: a_token_goes_to_no_place_in_the_clear"],
            ),
        ],
    ),
];

#[test]
fn each_variant_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (number, (class, what, variants)) in (1..).zip(CLASSES) {
        assert_eq!(class, format!("S{number}"), "{what}");
        for (variant, tests) in variants {
            assert!(!tests.is_empty(), "{class}, {variant}: no test");
            for test in *tests {
                let (file, function) = test.split_once(": ").unwrap();
                let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
                let at = text.find(&format!("fn {function}("));
                let before = at.map(|at| text[..at].lines().rev().take(2).collect::<Vec<_>>().concat());
                // A function of that name that nobody runs is no test.
                let runs = before.as_ref().is_some_and(|before| before.contains("test]"));
                assert!(runs, "{class}, {variant}: {test} is gone");
            }
        }
    }
}

#[test]
fn the_table_for_people_is_this_one() {
    let mut table = "| | attack | test |\n|---|---|---|\n".to_owned();
    for (class, what, variants) in CLASSES {
        for (number, (variant, tests)) in variants.iter().enumerate() {
            let head = if number == 0 { format!("{class} | {what}: ") } else { " | ".to_owned() };
            let tests: Vec<String> =
                tests.iter().filter_map(|test| test.split_once(": ")).map(link).collect();
            writeln!(table, "| {head}{variant} | {} |", tests.join("<br>")).unwrap();
        }
    }
    let document = include_str!("README.md");
    assert!(document.ends_with(&table), "put this at the end of README.md:\n{table}");
}

fn link((file, function): (&str, &str)) -> String {
    let package = file.split('/').next().unwrap_or_default();
    format!("[`{function}`](../../../{file}) in {package}")
}
