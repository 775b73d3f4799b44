//! The names of the schema, and an entry read by its fields.

use serde_json::{Map, Value};

use crate::{
    Account, Timestamp,
    authority::{canonical_environment, same_environment},
    json,
};

/// A top-level object of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    AccessToken,
    RefreshToken,
    IdToken,
    Account,
    AppMetadata,
}

impl Section {
    pub(super) const ALL: [Self; 5] =
        [Self::AccessToken, Self::RefreshToken, Self::IdToken, Self::Account, Self::AppMetadata];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "AccessToken",
            Self::RefreshToken => "RefreshToken",
            Self::IdToken => "IdToken",
            Self::Account => "Account",
            Self::AppMetadata => "AppMetadata",
        }
    }
}

/// One entry.
#[derive(Clone, Copy)]
pub(super) struct Entity<'c>(pub(super) &'c Map<String, Value>);

impl<'c> Entity<'c> {
    pub(super) fn text(self, field: &str) -> &'c str {
        json::text(self.0, field).unwrap_or_default()
    }

    /// Seconds since the epoch, written as a decimal string by the MSALs and as a number by others.
    pub(super) fn time(self, field: &str) -> Option<Timestamp> {
        self.0.get(field).and_then(json::number).map(Timestamp::from_unix)
    }

    /// Whether it is what its section says. An access token bound to a key, which this crate cannot use,
    /// has a `credential_type` of its own.
    pub(super) fn is_of(self, section: Section) -> bool {
        match json::text(self.0, "credential_type") {
            Some(credential) => credential.eq_ignore_ascii_case(section.name()),
            None => true,
        }
    }

    /// Whose it is, the same for all aliases of a host and in any case: to look up and not to show.
    pub(super) fn owner(self) -> Owner {
        owner(self.text("home_account_id"), self.text("environment"))
    }

    pub(super) fn belongs_to(self, account: &Account) -> bool {
        self.text("home_account_id").eq_ignore_ascii_case(&account.home_account_id)
            && same_environment(self.text("environment"), &account.environment)
    }

    pub(super) fn is_client(self, client_id: &str) -> bool {
        self.text("client_id").eq_ignore_ascii_case(client_id)
    }

    pub(super) fn account(self) -> Option<Account> {
        let home_account_id = json::text(self.0, "home_account_id")?.to_owned();
        Some(Account {
            home_account_id,
            environment: self.text("environment").to_owned(),
            realm: self.text("realm").to_owned(),
            local_account_id: self.text("local_account_id").to_owned(),
            username: self.text("username").to_owned(),
            name: json::text(self.0, "name").map(str::to_owned),
        })
    }
}

/// An account id and an issuer.
pub(super) type Owner = (String, String);

/// The [`Owner`] of an account.
pub(super) fn owner(home_account_id: &str, environment: &str) -> Owner {
    (home_account_id.to_ascii_lowercase(), canonical_environment(environment).to_ascii_lowercase())
}

/// Joins the parts of a key as MSAL Python does.
pub(super) fn key(parts: &[&str]) -> String {
    parts.join("-").to_lowercase()
}
