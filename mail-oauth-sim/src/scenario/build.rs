use std::time::Duration;

use toml::Spanned;

use super::file;
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

    // Which item stands in which line, so that a contradiction can be shown where it is written.
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut note = |kind: &str, name: &Spanned<String>| {
        lines.push((format!("{kind} {}", name.get_ref().to_ascii_lowercase()), line_of(name.span().start)));
    };
    file.users.iter().for_each(|user| note("user", &user.upn));
    file.mailboxes.iter().for_each(|mailbox| note("mailbox", &mailbox.address));
    file.apps.iter().for_each(|app| note("app", &app.client_id));
    file.auto_approve.iter().for_each(|upn| note("automatic approval as", upn));

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
        Err(Error::Contradiction { item, problem, fix }) => {
            let line = lines.iter().find(|(known, _)| *known == item).map_or(1, |(_, line)| *line);
            Err(Error::Scenario { line, problem: format!("{item} {problem}: {fix}") })
        }
        Err(error) => Err(error),
        Ok(()) => Ok(builder),
    }
}

fn describe(file: file::File, faults: Vec<Fault>) -> TenantBuilder {
    let mut builder = Tenant::builder().faults(faults);
    if let Some(id) = file.tenant_id {
        builder = builder.tenant_id(id);
    }
    if let Some(domain) = file.domain {
        builder = builder.domain(domain);
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
        user = user.primary_address(address);
    }
    if from.mailbox == Some(false) {
        user = user.without_mailbox();
    }
    if let Some(seconds) = from.sign_in_frequency {
        user = user.policy(Policy::SignInFrequency(Duration::from_secs(seconds)));
    }
    user = from.aliases.into_iter().fold(user, User::alias);
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
    mailbox = from.full_access.into_iter().fold(mailbox, Mailbox::full_access);
    mailbox = from.send_as.into_iter().fold(mailbox, Mailbox::send_as);
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
        app = app.scopes(scopes);
    }
    if let Some(roles) = from.roles {
        app = app.roles(roles);
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
            app.redirect(platform, redirect.uri)
        });
    }
    for secret in &from.secrets {
        app = match secret.expires_in {
            Some(seconds) => app.secret_for(&secret.value, Duration::from_secs(seconds)),
            None => app.secret(&secret.value),
        };
    }
    app = from.certificates.into_iter().fold(app, App::certificate);
    app = from.federated.into_iter().fold(app, |app, known| app.federated(known.issuer, known.subject));
    if let Some(users) = from.assigned_to {
        app = app.assigned_to(users);
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
