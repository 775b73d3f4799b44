//! What the cache has for a request.

use std::{collections::HashSet, time::Duration};

use super::{
    Cache,
    schema::{Entity, Owner, Section, owner},
};
use crate::{
    Account, AccountQuery, Application, Error, Scopes, Secret, Timestamp, Token,
    authority::{PERSONAL_TENANT, is_guid, same_environment},
    scopes::list_covers,
};

/// What can be had without a person.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Silent {
    /// An access token from the cache.
    Hit(Token),
    /// A refresh token to begin a [`RefreshFlow`](crate::RefreshFlow) with. It serves every resource of
    /// the account.
    Refresh {
        /// The account.
        account: Account,
        /// Its newest refresh token.
        refresh_token: Secret,
    },
}

impl Cache {
    /// The accounts that the application has a token for, in its own cloud.
    pub fn accounts_of(&self, app: &Application) -> Vec<Account> {
        let served: HashSet<Owner> = [Section::RefreshToken, Section::AccessToken]
            .into_iter()
            .flat_map(|section| self.entities(section))
            .filter(|entity| entity.is_client(app.client_id()))
            .map(Entity::owner)
            .collect();
        let mut accounts = self.accounts();
        accounts.retain(|account| {
            same_environment(&account.environment, app.authority().environment())
                && served.contains(&owner(&account.home_account_id, &account.environment))
        });
        accounts
    }

    /// The one account that a query means.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`], [`Error::AmbiguousAccount`].
    pub fn account(&self, app: &Application, query: &AccountQuery) -> Result<Account, Error> {
        let mut fitting = match query {
            AccountQuery::Only => self.accounts_of(app),
            AccountQuery::Username(_) | AccountQuery::HomeAccountId(_) => self.accounts_like(app, query),
        };
        if fitting.len() > 1 {
            let accounts =
                fitting.iter().take(10).map(|account| crate::text::shown(&account.username)).collect();
            return Err(Error::AmbiguousAccount { accounts });
        }
        fitting.pop().ok_or_else(|| Error::NoAccount { wanted: query.wanted().map(str::to_owned) })
    }

    /// What [`accounts_of`](Self::accounts_of) has for a query that names one account, without building a
    /// list of all: of 1,000 accounts, most are passed by with one comparison.
    fn accounts_like(&self, app: &Application, query: &AccountQuery) -> Vec<Account> {
        let named = |entity: &Entity<'_>| match query {
            AccountQuery::Only => true,
            AccountQuery::Username(name) => same_name(entity.text("username"), name),
            AccountQuery::HomeAccountId(id) => entity.text("home_account_id").eq_ignore_ascii_case(id),
        };
        let owners: HashSet<Owner> = self
            .entities(Section::Account)
            .filter(named)
            .filter(|entity| same_environment(entity.text("environment"), app.authority().environment()))
            .map(Entity::owner)
            .collect();
        let all_of = |(id, environment): &Owner| {
            let mut entries = self.entities(Section::Account).filter(|entity| {
                entity.text("home_account_id").eq_ignore_ascii_case(id)
                    && same_environment(entity.text("environment"), environment)
            });
            super::chosen(entries.by_ref().filter_map(Entity::account))
        };
        let is_served = |account: &Account| {
            [Section::RefreshToken, Section::AccessToken].into_iter().any(|section| {
                self.entities(section)
                    .any(|entity| entity.is_client(app.client_id()) && entity.belongs_to(account))
            })
        };
        let mut fitting: Vec<Account> = owners.iter().filter_map(all_of).collect();
        // The entry that has the name need not be the one that the account is known by.
        fitting.retain(|account| query.matches(account) && is_served(account));
        fitting
    }

    /// Looks for an access token that lives longer than `skew`, or else for a refresh token.
    ///
    /// An access token fits if its account, client, cloud and tenant do, and its scopes cover those asked
    /// for. What was asked for when it was made counts beside what was granted, because providers answer
    /// with other names.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`], [`Error::AmbiguousAccount`]; [`Error::NoRefreshToken`] if a person must sign
    /// in again.
    pub fn silent(
        &self,
        app: &Application,
        scopes: &Scopes,
        query: &AccountQuery,
        now: Timestamp,
        skew: Duration,
    ) -> Result<Silent, Error> {
        let account = self.account(app, query)?;
        if let Some(token) = self.access_token(app, scopes, &account, now, skew) {
            return Ok(Silent::Hit(token));
        }
        self.renewal_of(app, account)
    }

    /// Looks for a refresh token, whatever access tokens there are: always [`Silent::Refresh`].
    ///
    /// # Errors
    ///
    /// As [`silent`](Self::silent).
    pub fn renewal(&self, app: &Application, query: &AccountQuery) -> Result<Silent, Error> {
        self.renewal_of(app, self.account(app, query)?)
    }

    /// When the refresh token of an account was last got or used: providers end one that lies idle, Entra after 90
    /// days. `None` if another program has written it without saying when.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`], [`Error::AmbiguousAccount`].
    pub fn refreshed_on(&self, app: &Application, query: &AccountQuery) -> Result<Option<Timestamp>, Error> {
        let account = self.account(app, query)?;
        let last = self
            .entities(Section::RefreshToken)
            .filter(|entity| entity.belongs_to(&account) && entity.is_client(app.client_id()))
            .filter_map(|entity| entity.time("last_modification_time"));
        Ok(last.max())
    }

    fn renewal_of(&self, app: &Application, account: Account) -> Result<Silent, Error> {
        match self.refresh_token(app, &account) {
            Some(refresh_token) => Ok(Silent::Refresh { account, refresh_token }),
            None => Err(Error::NoRefreshToken { username: crate::text::shown(&account.username) }),
        }
    }

    /// Looks for an access token of the application itself, which belongs to no account.
    pub fn app_token(
        &self,
        app: &Application,
        scopes: &Scopes,
        now: Timestamp,
        skew: Duration,
    ) -> Option<Token> {
        self.access_token(app, scopes, &Account::of_application(app), now, skew)
    }

    fn access_token(
        &self,
        app: &Application,
        scopes: &Scopes,
        account: &Account,
        now: Timestamp,
        skew: Duration,
    ) -> Option<Token> {
        let fits = |entity: &Entity<'_>| {
            entity.belongs_to(account)
                && entity.is_client(app.client_id())
                && is_realm(app.authority().tenant(), entity.text("realm"), account)
                && list_covers(entity.text("target"), scopes)
                && matches!(entity.text("token_type"), kind if kind.is_empty() || kind.eq_ignore_ascii_case("bearer"))
                // Made after now: the clock was set back, and the end of the token cannot be believed.
                && entity.time("cached_at").is_none_or(|made| made <= now + skew)
        };
        let (expires_on, entity) = self
            .entities(Section::AccessToken)
            .filter(fits)
            .filter_map(|entity| Some((entity.time("expires_on").filter(|end| *end > now + skew)?, entity)))
            .filter(|(_, entity)| !entity.text("secret").is_empty())
            .max_by_key(|(end, _)| *end)?;
        Some(Token::cached(
            Secret::new(entity.text("secret").to_owned()),
            (entity.time("cached_at"), expires_on),
            entity.time("refresh_on"),
            Scopes::lenient(entity.text("target")),
            account.clone(),
        ))
    }

    fn refresh_token(&self, app: &Application, account: &Account) -> Option<Secret> {
        self.entities(Section::RefreshToken)
            .filter(|entity| entity.belongs_to(account) && entity.is_client(app.client_id()))
            .filter(|entity| !entity.text("secret").is_empty())
            .max_by_key(|entity| entity.time("last_modification_time"))
            .map(|entity| Secret::new(entity.text("secret").to_owned()))
    }
}

/// Whether a token of tenant `realm` serves an authority of tenant `tenant`. A domain or a word stands for
/// the tenant that the account was signed in to.
fn is_realm(tenant: &str, realm: &str, account: &Account) -> bool {
    let same = |one: &str| one.eq_ignore_ascii_case(realm);
    if tenant.eq_ignore_ascii_case("consumers") {
        return same(tenant) || same(PERSONAL_TENANT);
    }
    same(tenant) || (!is_guid(tenant) && (same(&account.realm) || account.home_tenant().is_some_and(same)))
}

/// Whether two user names are one, in any case. Nearly all are ASCII.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || (!(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase())
}
