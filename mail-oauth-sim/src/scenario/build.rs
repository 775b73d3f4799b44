use std::time::Duration;

use toml::Spanned;

use super::file;
use crate::model::Contradiction;
use crate::{
    App, Audience, Cloud, Error, ExchangeRegistration, Fault, Mailbox, Platform, Policy, Profile, Tenant,
    TenantBuilder, User,
};

/// The builder that a scenario describes, checked to be without contradiction, and the faults that it begins with.
pub(crate) fn builder(text: &str) -> Result<TenantBuilder, Error> {
    let line_of = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let file: file::File = toml::from_str(text).map_err(|error| Error::Scenario {
        line: error.span().map_or(1, |span| line_of(span.start)),
        problem: error.message().to_owned(),
    })?;

    let places = places(&file);
    let mut faults = Vec::new();
    for name in &file.faults {
        let found = name.get_ref().parse::<Fault>().map_err(|error| Error::Scenario {
            line: line_of(name.span().start),
            problem: error.to_string(),
        })?;
        faults.push(found);
    }
    let builder = describe(file, faults);
    match builder.check() {
        Err(Contradiction { item, value, problem, fix }) => {
            let at = value.and_then(|value| places.iter().rfind(|place| place.is(&item, Some(&value))));
            // What is there twice is wrong where it stands for the second time.
            let at = at.or_else(|| places.iter().rfind(|place| place.is(&item, None)));
            let line = at.map_or(1, |place| line_of(place.at));
            Err(Error::Scenario { line, problem: format!("{item} {problem}: {fix}") })
        }
        Ok(()) => Ok(builder),
    }
}

/// Where an item of the file stands, or a value in one, so that a contradiction can be shown where it is written.
struct Place {
    item: String,
    /// Lower case, as the builder has it; `None` for the name of the item.
    value: Option<String>,
    /// In octets from the beginning.
    at: usize,
}

impl Place {
    fn is(&self, item: &str, value: Option<&str>) -> bool {
        let same = match (&self.value, value) {
            (Some(own), Some(value)) => own.eq_ignore_ascii_case(value),
            (own, value) => own.is_none() && value.is_none(),
        };
        same && self.item.eq_ignore_ascii_case(item)
    }
}

fn places(file: &file::File) -> Vec<Place> {
    let mut all = Vec::new();
    let mut note = |kind: &str, name: &Spanned<String>, values: Vec<&Spanned<String>>| {
        let item = format!("{kind} {}", name.get_ref());
        let values = values.into_iter().map(|value| Place {
            item: item.clone(),
            value: Some(value.get_ref().clone()),
            at: value.span().start,
        });
        all.extend(values);
        all.push(Place { item, value: None, at: name.span().start });
    };
    file.tenant_id.iter().for_each(|id| note("tenant id", id, Vec::new()));
    file.domain.iter().for_each(|domain| note("domain", domain, Vec::new()));
    file.auto_approve.iter().for_each(|upn| note("automatic approval as", upn, Vec::new()));
    for user in &file.users {
        note("user", &user.upn, user.primary_address.iter().chain(&user.aliases).collect());
    }
    for mailbox in &file.mailboxes {
        note("mailbox", &mailbox.address, mailbox.full_access.iter().chain(&mailbox.send_as).collect());
    }
    for app in &file.apps {
        let lists = [&app.scopes, &app.roles, &app.assigned_to].into_iter().flatten().flatten();
        let redirects = app.redirects.iter().flatten().map(|redirect| &redirect.uri);
        note("app", &app.client_id, lists.chain(&app.certificates).chain(redirects).collect());
    }
    all
}

fn describe(file: file::File, faults: Vec<Fault>) -> TenantBuilder {
    let mut builder = Tenant::builder().faults(faults);
    if let Some(id) = file.tenant_id {
        builder = builder.tenant_id(id.into_inner());
    }
    if let Some(domain) = file.domain {
        builder = builder.domain(domain.into_inner());
    }
    if let Some(seed) = file.seed {
        builder = builder.seed(seed);
    }
    if let Some(on) = file.smtp_auth {
        builder = builder.smtp_auth(on);
    }
    if let Some(upn) = file.auto_approve {
        builder = builder.auto_approve(upn.into_inner());
    }
    if let Some(seconds) = file.token_lifetime {
        builder = builder.token_lifetime(Duration::from_secs(seconds));
    }
    if let Some(seconds) = file.device_code_lifetime {
        builder = builder.device_code_lifetime(Duration::from_secs(seconds));
    }
    if let Some(seconds) = file.poll_interval {
        builder = builder.poll_interval(Duration::from_secs(seconds));
    }
    if let Some(octets) = file.message_limit {
        builder = builder.message_limit(octets);
    }
    if file.block_device_flow {
        builder = builder.block_device_flow();
    }
    if file.security_defaults {
        builder = builder.security_defaults();
    }
    builder = builder.profile(match file.profile {
        None | Some(file::Profile::Exchange) => Profile::Exchange,
        Some(file::Profile::Gmail) => Profile::Gmail,
        Some(file::Profile::Plain) => Profile::Plain,
    });
    builder = builder.cloud(match file.cloud {
        None | Some(file::Cloud::Public) => Cloud::Public,
        Some(file::Cloud::UsGovernment) => Cloud::UsGovernment,
        Some(file::Cloud::China) => Cloud::China,
    });
    let builder = file.users.into_iter().map(user).fold(builder, TenantBuilder::user);
    let builder = file.mailboxes.into_iter().map(mailbox).fold(builder, TenantBuilder::mailbox);
    file.apps.into_iter().map(app).fold(builder, TenantBuilder::app)
}

fn user(from: file::User) -> User {
    let upn = from.upn.into_inner();
    let mut user = match from.kind {
        Some(file::Kind::Personal) => User::personal(upn),
        Some(file::Kind::Guest) => User::new(upn).guest(),
        Some(file::Kind::Federated) => User::new(upn).federated(),
        Some(file::Kind::Member) | None => User::new(upn),
    };
    if let Some(password) = &from.password {
        user = user.password(password);
    }
    if let Some(address) = from.primary_address {
        user = user.primary_address(address.into_inner());
    }
    if from.mailbox == Some(false) {
        user = user.without_mailbox();
    }
    if let Some(seconds) = from.sign_in_frequency {
        user = user.policy(Policy::SignInFrequency(Duration::from_secs(seconds)));
    }
    user = plain(from.aliases).fold(user, User::alias);
    from.policies.into_iter().map(policy).fold(user, User::policy)
}

fn policy(from: file::Policy) -> Policy {
    match from {
        file::Policy::Mfa => Policy::Mfa,
        file::Policy::EnrolMfa => Policy::EnrolMfa,
        file::Policy::BlockedByConditionalAccess => Policy::BlockedByConditionalAccess,
        file::Policy::CompliantDevice => Policy::CompliantDevice,
        file::Policy::Disabled => Policy::Disabled,
        file::Policy::Locked => Policy::Locked,
        file::Policy::PasswordExpired => Policy::PasswordExpired,
        file::Policy::NeedsConsent => Policy::NeedsConsent,
    }
}

fn mailbox(from: file::Mailbox) -> Mailbox {
    let mut mailbox = Mailbox::new(from.address.into_inner());
    mailbox = plain(from.full_access).fold(mailbox, Mailbox::full_access);
    mailbox = plain(from.send_as).fold(mailbox, Mailbox::send_as);
    if from.imap == Some(false) {
        mailbox = mailbox.without_imap();
    }
    if from.pop3 == Some(false) {
        mailbox = mailbox.without_pop3();
    }
    match from.smtp_auth {
        Some(on) => mailbox.smtp_auth(on),
        None => mailbox,
    }
}

fn app(from: file::App) -> App {
    let id = from.client_id.into_inner();
    let mut app = if from.confidential { App::confidential(id) } else { App::public(id) };
    if let Some(name) = from.name {
        app = app.name(name);
    }
    if from.public_flows == Some(false) {
        app = app.without_public_flows();
    }
    if let Some(scopes) = from.scopes {
        app = app.scopes(plain(scopes));
    }
    if let Some(roles) = from.roles {
        app = app.roles(plain(roles));
    }
    if let Some(audience) = from.audience {
        app = app.audience(match audience {
            file::Audience::Tenant => Audience::Tenant,
            file::Audience::Organizations => Audience::Organizations,
            file::Audience::All => Audience::All,
            file::Audience::Personal => Audience::Personal,
        });
    }
    if let Some(redirects) = from.redirects {
        app = redirects.into_iter().fold(app.without_redirects(), |app, redirect| {
            let platform = match redirect.platform {
                file::Platform::Desktop => Platform::Desktop,
                file::Platform::Web => Platform::Web,
                file::Platform::Spa => Platform::Spa,
            };
            app.redirect(platform, redirect.uri.into_inner())
        });
    }
    for secret in &from.secrets {
        app = match secret.expires_in {
            Some(seconds) => app.secret_for(&secret.value, Duration::from_secs(seconds)),
            None => app.secret(&secret.value),
        };
    }
    app = plain(from.certificates).fold(app, App::certificate);
    app = from.federated.into_iter().fold(app, |app, known| app.federated(known.issuer, known.subject));
    if let Some(users) = from.assigned_to {
        app = app.assigned_to(plain(users));
    }
    if from.admin_consent_only {
        app = app.admin_consent_only();
    }
    if from.smtp_by_rbac {
        app = app.smtp_by_rbac();
    }
    match from.exchange {
        Some(file::Exchange::Missing) => app.exchange(ExchangeRegistration::Missing),
        Some(file::Exchange::WrongObjectId) => app.exchange(ExchangeRegistration::WrongObjectId),
        Some(file::Exchange::Registered) => app.exchange(ExchangeRegistration::Registered),
        None => app,
    }
}

fn plain(values: Vec<Spanned<String>>) -> impl Iterator<Item = String> {
    values.into_iter().map(Spanned::into_inner)
}
