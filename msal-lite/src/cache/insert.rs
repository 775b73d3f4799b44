//! What a token response changes in the cache.

use serde_json::{Map, Value};

use super::{Cache, Section, schema::key};
use crate::{
    Account, Application, Scopes, Secret, Timestamp, TokenResponse, authority::same_environment, json,
};

impl Cache {
    /// Takes a token response in and returns whose it is. `requested` is what was asked for; `known` is
    /// the account of a refresh.
    ///
    /// Older access tokens of the account for the same scopes, its ended ones, and older refresh tokens
    /// of the account and client are removed.
    pub fn insert(
        &mut self,
        app: &Application,
        requested: &Scopes,
        response: &TokenResponse,
        known: Option<&Account>,
        now: Timestamp,
    ) -> Account {
        let mut account = Account::of(app, response, known);
        // Stay with the alias of the host under which the account is in the file.
        let alias = self
            .entities(Section::Account)
            .find(|entity| entity.belongs_to(&account))
            .map(|entity| entity.text("environment").to_owned());
        if let Some(alias) = alias {
            account.environment = alias;
        }
        self.put_account(app, response, &account);
        self.put_access_token(app, requested, response, &account, now);
        if let Some(refresh_token) = &response.refresh_token {
            self.put_refresh_token(app, requested, response, refresh_token, &account, now);
        }
        if let Some(id_token) = &response.id_token {
            self.put_id_token(app, id_token, &account);
        }
        self.put_app_metadata(app, response, &account);
        account
    }

    /// Takes a token in that belongs to the application itself. There is no account and no refresh token;
    /// the tenant is that of the application's authority.
    pub fn insert_app_token(
        &mut self,
        app: &Application,
        requested: &Scopes,
        response: &TokenResponse,
        now: Timestamp,
    ) -> Account {
        let account = Account::of_application(app);
        self.put_access_token(app, requested, response, &account, now);
        self.put_app_metadata(app, response, &account);
        account
    }

    fn put_account(&mut self, app: &Application, response: &TokenResponse, account: &Account) {
        let key = || key(&[&account.home_account_id, &account.environment, &account.realm]);
        let same = |object: &Map<String, Value>| {
            super::Entity(object).belongs_to(account)
                && json::text(object, "realm").is_some_and(|realm| realm.eq_ignore_ascii_case(&account.realm))
        };
        let mut fields = vec![
            ("home_account_id", account.home_account_id.as_str()),
            ("environment", &account.environment),
            ("realm", &account.realm),
            ("local_account_id", &account.local_account_id),
            ("username", &account.username),
            ("authority_type", if app.authority().is_entra() { "MSSTS" } else { "Generic" }),
        ];
        fields.extend(account.name.as_deref().map(|name| ("name", name)));
        fields.extend(response.client_info.as_deref().map(|info| ("client_info", info)));
        self.put(Section::Account, key, same, &fields);
    }

    fn put_access_token(
        &mut self,
        app: &Application,
        requested: &Scopes,
        response: &TokenResponse,
        account: &Account,
        now: Timestamp,
    ) {
        let target = response.scopes.union(requested).without_reserved();
        let mut sorted: Vec<&str> = target.iter().collect();
        sorted.sort_unstable();
        let key = key(&[
            &account.home_account_id,
            &account.environment,
            "accesstoken",
            app.client_id(),
            &account.realm,
            &sorted.join(" "),
        ]);
        // What is under the key itself is written over.
        self.remove_where(Section::AccessToken, |one, entity| {
            one != key
                && entity.is_of(Section::AccessToken)
                && entity.belongs_to(account)
                && entity.is_client(app.client_id())
                && (entity.time("expires_on").is_none_or(|end| end <= now)
                    || (entity.text("realm").eq_ignore_ascii_case(&account.realm)
                        && Scopes::lenient(entity.text("target")).intersects(&target)))
        });
        let decimal = |time: Timestamp| time.as_unix().to_string();
        let (target, cached_at, expires_on) =
            (target.to_string(), decimal(now), decimal(response.expires_on));
        let extended = decimal(response.extended_expires_on.unwrap_or(response.expires_on));
        let refresh_on = response.refresh_on.map(decimal);
        let mut fields = vec![
            ("credential_type", "AccessToken"),
            ("secret", response.access_token.expose()),
            ("home_account_id", &account.home_account_id),
            ("environment", &account.environment),
            ("client_id", app.client_id()),
            ("target", &target),
            ("realm", &account.realm),
            ("token_type", "Bearer"),
            ("cached_at", &cached_at),
            ("expires_on", &expires_on),
            ("extended_expires_on", &extended),
        ];
        fields.extend(refresh_on.as_deref().map(|time| ("refresh_on", time)));
        let Some(object) = self.put(Section::AccessToken, || key, |_| false, &fields) else { return };
        // Whatever else was known of the token before is not true of this one.
        object.retain(|name, value| {
            let stays = fields.iter().any(|(field, _)| field == name);
            if !stays {
                json::wipe(value);
            }
            stays
        });
    }

    fn put_refresh_token(
        &mut self,
        app: &Application,
        requested: &Scopes,
        response: &TokenResponse,
        refresh_token: &Secret,
        account: &Account,
        now: Timestamp,
    ) {
        let target = response.scopes.union(requested).without_reserved().to_string();
        let key = || {
            key(&[
                &account.home_account_id,
                &account.environment,
                "refreshtoken",
                app.client_id(),
                "",
                &target,
            ])
        };
        let same = |object: &Map<String, Value>| {
            let entity = super::Entity(object);
            entity.belongs_to(account) && entity.is_client(app.client_id())
        };
        let now = now.as_unix().to_string();
        let mut fields = vec![
            ("credential_type", "RefreshToken"),
            ("secret", refresh_token.expose()),
            ("home_account_id", account.home_account_id.as_str()),
            ("environment", &account.environment),
            ("client_id", app.client_id()),
            ("target", &target),
            ("last_modification_time", &now),
        ];
        fields.extend(response.family_id.as_deref().map(|family| ("family_id", family)));
        self.put(Section::RefreshToken, key, same, &fields);
    }

    fn put_id_token(&mut self, app: &Application, id_token: &Secret, account: &Account) {
        let key = || {
            key(&[
                &account.home_account_id,
                &account.environment,
                "idtoken",
                app.client_id(),
                &account.realm,
                "",
            ])
        };
        let same = |object: &Map<String, Value>| {
            let entity = super::Entity(object);
            entity.belongs_to(account)
                && entity.is_client(app.client_id())
                && entity.text("realm").eq_ignore_ascii_case(&account.realm)
        };
        let fields = [
            ("credential_type", "IdToken"),
            ("secret", id_token.expose()),
            ("home_account_id", &account.home_account_id),
            ("environment", &account.environment),
            ("realm", &account.realm),
            ("client_id", app.client_id()),
        ];
        self.put(Section::IdToken, key, same, &fields);
    }

    fn put_app_metadata(&mut self, app: &Application, response: &TokenResponse, account: &Account) {
        let key = || key(&["appmetadata", &account.environment, app.client_id()]);
        let same = |object: &Map<String, Value>| {
            let entity = super::Entity(object);
            entity.is_client(app.client_id())
                && same_environment(entity.text("environment"), &account.environment)
        };
        let mut fields = vec![("client_id", app.client_id()), ("environment", account.environment.as_str())];
        fields.extend(response.family_id.as_deref().map(|family| ("family_id", family)));
        self.put(Section::AppMetadata, key, same, &fields);
    }

    /// Sets fields of the first entry that is the `same`, under the key that it has, and removes further
    /// ones; or makes an entry under `key`. Fields that are not named stay as they are, and what is the same
    /// already is not written again: of a refresh, most.
    fn put(
        &mut self,
        section: Section,
        key: impl FnOnce() -> String,
        same: impl Fn(&Map<String, Value>) -> bool,
        fields: &[(&str, &str)],
    ) -> Option<&mut Map<String, Value>> {
        let entries = self.section_mut(section)?;
        let is_same = |value: &Value| {
            value.as_object().is_some_and(|object| super::Entity(object).is_of(section) && same(object))
        };
        let keys: Vec<String> =
            entries.iter().filter(|(_, value)| is_same(value)).map(|(key, _)| key.clone()).collect();
        for extra in keys.iter().skip(1) {
            if let Some(value) = entries.get_mut(extra) {
                json::wipe(value);
            }
            entries.remove(extra);
        }
        let key = keys.into_iter().next().unwrap_or_else(key);
        let entry = entries.entry(key).or_insert_with(|| Value::Object(Map::new()));
        if !entry.is_object() {
            *entry = Value::Object(Map::new());
        }
        let object = entry.as_object_mut()?;
        for (name, text) in fields {
            let value = || match (*name, *text) {
                // MSAL Python looks for null in a token of the application itself.
                ("home_account_id", "") => Value::Null,
                (_, text) => Value::String(text.to_owned()),
            };
            match object.get_mut(*name) {
                Some(Value::String(old)) if !old.is_empty() && old == text => {}
                Some(old) => {
                    json::wipe(old);
                    *old = value();
                }
                None => {
                    object.insert((*name).to_owned(), value());
                }
            }
        }
        Some(object)
    }
}
