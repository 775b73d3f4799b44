use super::catalogue;

/// A cause of a mailbox that does not work, and how the tenant brings it about: by faults, by how it is set up, or not at
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// Its number in the project's table, 1 to 105.
    pub row: u8,
    /// What is wrong, in a few words.
    pub what: &'static str,
    /// Lines of a scenario file that make it so; empty if only faults do. The builder's methods have the same names.
    pub setting: &'static str,
    /// What is read on the wire under the setting; empty if it takes time or a person first.
    pub says: &'static str,
    /// What the client has to do, or the test, for it to show; or why no server can cause it.
    pub note: &'static str,
    /// Whether a server can cause it at all.
    pub ours: bool,
}

impl Cause {
    /// The names of the faults in the [`catalogue`] that bring it about.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let all = catalogue().into_iter();
        all.filter(|entry| entry.rows.contains(&self.row)).map(|entry| entry.name).collect()
    }

    const fn set(self, setting: &'static str, says: &'static str) -> Self {
        Self { setting, says, ..self }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

/// Every cause of the project's table, in its order.
#[must_use]
pub fn causes() -> &'static [Cause] {
    &CAUSES
}

const fn cause(row: u8, what: &'static str) -> Cause {
    Cause { row, what, setting: "", says: "", note: "", ours: true }
}

/// One that lies in the client's own machine or network.
const fn not_ours(row: u8, what: &'static str, why: &'static str) -> Cause {
    Cause { row, what, setting: "", says: "", note: why, ours: false }
}

const PUBLIC: &str = r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#;
const DAEMON: &str = r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true, secrets = [{ value = "s" }] }]"#;
const NOT_CONNECTED: &str = "BAD User is authenticated but not connected.";
const SHARED: &str = r#"user = [{ upn = "adele@contoso.example" }]
mailbox = [{ address = "invoices@contoso.example" }]"#;

#[rustfmt::skip]
const CAUSES: [Cause; 105] = [
    cause(1, "client id is no GUID, or a placeholder").set(PUBLIC, "AADSTS700016").note("ask with any other client id"),
    cause(2, "secret id in place of the secret").set(DAEMON, "AADSTS7000215").note("ask with any other secret"),
    cause(3, "secret damaged by encoding").set(DAEMON, "AADSTS7000215").note("ask with any other secret"),
    cause(4, "secret sent for a public client").set(PUBLIC, "AADSTS700025").note("ask with a secret"),
    cause(5, "clock wrong").note("the Date header and the token's times are off; Tenant::advance moves both"),
    not_ours(6, "token store not writable or locked", "a file of the client"),
    not_ours(7, "SELinux or AppArmor", "a policy of the client's machine"),
    cause(8, "another process refreshed at the same time").note("once: set_fault_times(fault, 1)"),
    not_ours(9, "callback port busy, or browser elsewhere", "a port of the client's machine"),
    not_ours(10, "host does not resolve", "the client's resolver: give it a name that does not exist"),
    not_ours(11, "IPv6 broken", "the client's network; the tenant listens on 127.0.0.1 only"),
    not_ours(12, "wrong host for the provider", "the client's configuration: another port of the tenant is another host"),
    not_ours(13, "domain not at the chosen provider", "DNS, which the tenant does not serve"),
    cause(14, "port blocked"),
    cause(15, "proxy needed for HTTPS"),
    cause(16, "TLS interception"),
    cause(17, "TLS and STARTTLS mixed up").note("or connect to the other port of the service"),
    cause(18, "certificate for another name"),
    cause(19, "TLS below 1.2"),
    cause(20, "STARTTLS not offered"),
    cause(21, "no XOAUTH2 offered"),
    cause(22, "login needs ID"),
    cause(23, "initial response not taken").note("POP3 of the Exchange profile never takes one: -ERR Protocol error. Connection is closed. 10"),
    cause(24, "token longer than a line"),
    cause(25, "malformed SASL message").note("send one"),
    cause(26, "tenant unknown").set(r#"tenant_id = "5f1c0b7e-6a4d-4c9b-9d53-0c2f6a1e8b90""#, "AADSTS90002").note("ask under any other name"),
    cause(27, "wrong national cloud").set(r#"cloud = "us-government""#, "AADSTS90038").note("ask under the Host of another cloud; cloud_instance_name in the metadata tells"),
    cause(28, "app of one tenant under common").set(r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", audience = "tenant" }]"#, "AADSTS50194"),
    cause(29, "app for work accounts under consumers").set(r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", audience = "organizations" }]"#, "AADSTS9002332"),
    cause(30, "password or client credentials under common").set(PUBLIC, "AADSTS9001023"),
    cause(31, "personal account at an app of work").set(r#"user = [{ upn = "adele@contoso.example", kind = "personal" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", audience = "tenant" }]"#, "AADSTS50020"),
    cause(32, "user unknown").set(PUBLIC, "AADSTS50034").note("sign in as anybody"),
    cause(33, "app not in the tenant").set(PUBLIC, "AADSTS700016").note("ask with any other client id"),
    cause(34, "app disabled"),
    cause(35, "public client flows off").set(r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", public_flows = false }]"#, "AADSTS7000218"),
    cause(36, "redirect address registered for web").set(r#"user = [{ upn = "adele@contoso.example" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", redirects = [{ platform = "web", uri = "http://localhost" }] }]"#, "AADSTS7000218"),
    cause(37, "redirect address registered for a page app").set(r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", redirects = [{ platform = "spa", uri = "http://localhost" }] }]"#, "").note("its refresh tokens die after 24 hours: AADSTS700084"),
    cause(38, "redirect address missing or different").set(r#"app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", redirects = [{ platform = "desktop", uri = "http://localhost/other" }] }]"#, "AADSTS50011"),
    cause(39, "secret wrong").set(DAEMON, "AADSTS7000215").note("ask with any other secret"),
    cause(40, "secret expired").set(r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true, secrets = [{ value = "s", expires_in = 0 }] }]"#, "AADSTS7000222"),
    cause(41, "certificate or assertion wrong").set(DAEMON, "AADSTS50012").note("ask with any assertion"),
    cause(42, "permission not declared"),
    cause(43, "permission that does not exist"),
    cause(44, "Exchange Online not subscribed"),
    cause(45, "scope wrong").set(PUBLIC, "AADSTS70011").note("ask for it"),
    cause(46, "scopes of two resources").set(PUBLIC, "AADSTS700022").note("ask for both"),
    cause(47, "client id of Microsoft's own app"),
    cause(48, "consent of the user missing").set(r#"user = [{ upn = "adele@contoso.example", password = "x", policies = ["needs-consent"] }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS65001"),
    cause(49, "consent of an administrator needed").set(r#"user = [{ upn = "adele@contoso.example" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", scopes = [], admin_consent_only = true }]"#, "AADSTS90094"),
    cause(50, "user declined").set(PUBLIC, "AADSTS65004").note("Tenant::cancel_sign_in, Tenant::decline"),
    cause(51, "assignment required").set(r#"user = [{ upn = "adele@contoso.example" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555", assigned_to = [] }]"#, "AADSTS50105"),
    cause(52, "second factor required").set(r#"user = [{ upn = "adele@contoso.example", password = "x", policies = ["mfa"] }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS50076"),
    cause(53, "second factor's session expired"),
    cause(54, "sign-in frequency").set(r#"user = [{ upn = "adele@contoso.example", sign_in_frequency = 3600 }]"#, "").note("refresh after Tenant::advance: AADSTS70043"),
    cause(55, "blocked by Conditional Access").set(r#"user = [{ upn = "adele@contoso.example", password = "x", policies = ["blocked-by-conditional-access"] }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS53003"),
    cause(56, "device must be managed").set(r#"user = [{ upn = "adele@contoso.example", password = "x", policies = ["compliant-device"] }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS53000"),
    cause(57, "device flow blocked").set(r#"security_defaults = true
user = [{ upn = "adele@contoso.example" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS530035").note("block_device_flow = true gives AADSTS53003"),
    cause(58, "refresh token idle").note("Tenant::advance by 90 days: AADSTS700082"),
    cause(59, "password changed, or sessions revoked").note("Tenant::change_password, Tenant::revoke_sessions: AADSTS50173"),
    cause(60, "account disabled, locked, or password expired").set(r#"user = [{ upn = "adele@contoso.example", password = "x", policies = ["disabled"] }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "AADSTS50057"),
    cause(61, "tenant restrictions"),
    cause(62, "device code not confirmed, expired or wrong").set(PUBLIC, "AADSTS70016").note("poll before Tenant::approve; after device_code_lifetime: AADSTS70020"),
    cause(63, "no refresh token").note("or ask without offline_access"),
    cause(64, "another person signed in").set(r#"auto_approve = "megan@contoso.example"
user = [{ upn = "megan@contoso.example" }]"#, "").note("preferred_username and upn are megan's; also Tenant::approve and Tenant::sign_in"),
    cause(65, "token endpoint throttled"),
    cause(66, "Google: app in testing").note("with profile = \"gmail\""),
    cause(67, "Google: policy of the administrator").note("with profile = \"gmail\""),
    cause(68, "Google: no delegation for the service account").note("with profile = \"gmail\""),
    cause(69, "audience is Graph").set(PUBLIC, "NO AUTHENTICATE failed.").note("ask for a short scope, or TokenSpec::audience"),
    cause(70, "scp lacks the protocol").set(PUBLIC, "NO AUTHENTICATE failed.").note("ask for another scope, or TokenSpec::scopes"),
    cause(71, "app-only token without role").set(r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true, secrets = [{ value = "s" }], roles = [] }]"#, "NO AUTHENTICATE failed."),
    cause(72, "delegated and application permissions mixed up"),
    cause(73, "guest, or foreign tenant").set(r#"user = [{ upn = "adele@contoso.example", kind = "guest" }]"#, NOT_CONNECTED).note("TokenSpec::tenant_id for a foreign tenant"),
    cause(74, "token expired or expiring").set(r#"token_lifetime = 60
user = [{ upn = "adele@contoso.example", password = "x" }]
app = [{ client_id = "11112222-bbbb-3333-cccc-4444dddd5555" }]"#, "\"expires_in\":60").note("TokenSpec::expired, Tenant::advance"),
    cause(75, "opaque token").set(r#"user = [{ upn = "adele@contoso.example", kind = "personal" }]"#, "").note("personal accounts have them: EwB..."),
    cause(76, "address in place of the UPN for SMTP").set(r#"user = [{ upn = "adele@contoso.example", primary_address = "adele.vance@contoso.example" }]"#, "535 5.7.3 Authentication unsuccessful").note("log in to SMTP by the address"),
    cause(77, "service principal with the wrong object id").set(r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true, exchange = "wrong-object-id" }]"#, "NO AUTHENTICATE failed."),
    cause(78, "service principal without rights to the mailbox").set(r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true }]
mailbox = [{ address = "invoices@contoso.example" }]"#, NOT_CONNECTED),
    cause(79, "IMAP or POP3 off for the mailbox").set(r#"user = [{ upn = "adele@contoso.example" }]
mailbox = [{ address = "adele@contoso.example", imap = false, pop3 = false }]"#, NOT_CONNECTED),
    cause(80, "no rights to the shared mailbox").set(SHARED, NOT_CONNECTED),
    cause(81, "token of another user").set(SHARED, NOT_CONNECTED).note("open a mailbox with somebody else's token"),
    cause(82, "old form user\\shared").set(PUBLIC, "NO AUTHENTICATE failed.").note("any bad token; with a good one it does not connect"),
    cause(83, "alias in place of the address").set(r#"user = [{ upn = "adele@contoso.example", aliases = ["av@contoso.example"] }]"#, NOT_CONNECTED).note("log in by the alias"),
    cause(84, "no licence, or no mailbox").set(r#"user = [{ upn = "adele@contoso.example", mailbox = false }]"#, NOT_CONNECTED),
    cause(85, "personal account: IMAP off").set(r#"user = [{ upn = "adele@contoso.example", kind = "personal" }]
mailbox = [{ address = "adele@contoso.example", imap = false }]"#, NOT_CONNECTED),
    cause(86, "Workspace: IMAP off").set(r#"profile = "gmail"
user = [{ upn = "adele@contoso.example" }]
mailbox = [{ address = "adele@contoso.example", imap = false }]"#, "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"),
    cause(87, "too many connections"),
    cause(88, "throttled").note("Fault::Mail(MailFault::ImapThrottled { backoff_ms }) for another time"),
    cause(89, "incident of the service").note("set_fault_times for one that comes and goes"),
    cause(90, "XOAUTH2 error challenge").set(r#"profile = "gmail""#, "+ eyJzdGF0dXMiOiI0MDEi").note("log in with any bad token"),
    cause(91, "SMTP AUTH off for the tenant").set(r#"smtp_auth = false
user = [{ upn = "adele@contoso.example" }]"#, "SmtpClientAuthentication is disabled for the Tenant."),
    cause(92, "SMTP AUTH off for the mailbox").set(r#"user = [{ upn = "adele@contoso.example" }]
mailbox = [{ address = "adele@contoso.example", smtp_auth = false }]"#, "SmtpClientAuthentication is disabled for the Mailbox."),
    cause(93, "authentication policy or security defaults"),
    cause(94, "password in place of a token").set(r#"user = [{ upn = "adele@contoso.example" }]"#, "LOGIN failed.").note("no password is ever right"),
    cause(95, "shared mailbox as SMTP user").set(r#"user = [{ upn = "adele@contoso.example" }]
mailbox = [{ address = "invoices@contoso.example", send_as = ["adele@contoso.example"] }]"#, "535 5.7.3 Authentication unsuccessful").note("log in to SMTP as the shared mailbox"),
    cause(96, "no SendAs").set(SHARED, "554 5.2.252 SendAsDenied").note("MAIL FROM the shared mailbox"),
    cause(97, "not authenticated").set(PUBLIC, "530 5.7.57 Client not authenticated").note("send without AUTH"),
    cause(98, "too many sessions, or too fast"),
    cause(99, "message too big").set(r#"message_limit = 1000
user = [{ upn = "adele@contoso.example" }]"#, "552 5.3.4").note("EHLO says SIZE 1000"),
    cause(100, "High Volume Email: recipient, permission or billing"),
    cause(101, "secret or certificate expires soon").set(r#"app = [{ client_id = "33334444-dddd-5555-eeee-6666ffff7777", confidential = true, secrets = [{ value = "s", expires_in = 86400 }] }]"#, "").note("Tenant::advance by a day: AADSTS7000222"),
    cause(102, "refresh token long unused").note("Tenant::advance; from 90 days on AADSTS700082"),
    cause(103, "only a password works"),
    cause(104, "device flow in use though it may be blocked").set("block_device_flow = true", ""),
    cause(105, "app holds more permissions than it uses").note("or TokenSpec::scopes"),
];

#[cfg(test)]
mod tests {
    use super::causes;
    use crate::TenantBuilder;

    #[test]
    fn every_row_is_there_and_every_cause_that_is_ours_can_be_set() {
        assert_eq!(causes().len(), 105);
        for (row, cause) in (1..).zip(causes()) {
            assert_eq!(cause.row, row);
            let faults = cause.faults();
            assert_eq!(cause.ours, !faults.is_empty() || !cause.setting.is_empty(), "{cause:?} {faults:?}");
            assert!(cause.ours || !cause.note.is_empty(), "{cause:?} needs a reason");
        }
    }

    #[test]
    fn every_setting_is_a_scenario() {
        for cause in causes() {
            if let Err(error) = TenantBuilder::from_scenario(cause.setting) {
                panic!("row {}: {error}", cause.row);
            }
        }
    }
}
