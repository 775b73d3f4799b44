//! The user's own ids in the texts of a cause.

use crate::account::Account;
use crate::server::Protocol;

/// What the placeholders of a cause's texts stand for: `{address}`, `{mailbox}`, `{user}`, `{sender}`, `{client_id}`,
/// `{object_id}` (of the enterprise application), `{tenant}`, `{authority}`, `{protocol}`, `{host}`, `{port}`,
/// `{redirect}` and `{detail}` (what was observed, such as the server's words). One without a value becomes its name
/// in angle brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// The placeholders that texts may use.
    pub const NAMES: [&str; 13] = [
        "address",
        "mailbox",
        "user",
        "sender",
        "client_id",
        "object_id",
        "tenant",
        "authority",
        "protocol",
        "host",
        "port",
        "redirect",
        "detail",
    ];

    /// Those of an account.
    pub fn of(account: &Account) -> Self {
        let roles = account.roles();
        let user = roles.token_user.as_deref().unwrap_or(&roles.sign_in);
        let authority = account.authority().unwrap_or_default();
        let tenant = authority.rsplit('/').next().unwrap_or_default().to_owned();
        Facts::default()
            .with("address", &roles.mailbox)
            .with("mailbox", &roles.mailbox)
            .with("user", user)
            .with("sender", &roles.sender)
            .with("client_id", account.client_id())
            .with("tenant", &tenant)
            .with("authority", &authority)
    }

    /// One more, or another value for one; an empty value is none.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.0.push((name, value.to_owned()));
        }
        self
    }

    /// Those of a protocol's server.
    #[must_use]
    pub fn at(self, account: &Account, protocol: Protocol) -> Self {
        let filled = self.with("protocol", protocol.name());
        match account.server(protocol) {
            Ok(server) => filled.with("host", server.host()).with("port", &server.port().to_string()),
            Err(_) => filled,
        }
    }

    /// The text with its placeholders filled.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match (self.0.iter().find(|(known, _)| *known == name), Facts::NAMES.contains(&name)) {
                (Some((_, value)), _) => out.push_str(value),
                (None, true) => {
                    out.push('<');
                    out.push_str(name);
                    out.push('>');
                }
                // Braces that are no placeholder, as in a command.
                (None, false) => {
                    out.push('{');
                    rest = after;
                    continue;
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let facts = Facts::default().with("mailbox", "invoices@contoso.com");
        assert_eq!(facts.fill("Set-CASMailbox {mailbox}"), "Set-CASMailbox invoices@contoso.com");
        assert_eq!(facts.fill("for {client_id}"), "for <client_id>");
        assert_eq!(facts.fill("Where-Object { $_.Id } {x"), "Where-Object { $_.Id } {x");
        assert_eq!(facts.with("mailbox", "").fill("{mailbox}"), "<mailbox>");
    }
}
