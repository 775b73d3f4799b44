use std::collections::HashMap;

use super::{AppCertificate, Cloud, Contradiction, ExchangeRegistration, Kind};
use crate::identity::scope;
use crate::{App, Audience, Mailbox, Service, User, random};

/// The tenant of all personal accounts.
pub(crate) const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Who and what exists in the tenant, checked to be without contradiction. It does not change while the tenant runs.
#[derive(Debug)]
pub(crate) struct Directory {
    tenant_id: String,
    domain: String,
    cloud: Cloud,
    smtp_auth: bool,
    users: HashMap<String, User>,
    mailboxes: HashMap<String, Rights>,
    /// Further names of mailboxes: UPNs that are not the address, and aliases.
    names: HashMap<String, Name>,
    apps: HashMap<String, App>,
    first_app: Option<String>,
    certificates: HashMap<String, Vec<AppCertificate>>,
}

/// What the builder was told.
pub(crate) struct Parts {
    pub(crate) tenant_id: String,
    pub(crate) domain: String,
    pub(crate) cloud: Cloud,
    pub(crate) smtp_auth: bool,
    pub(crate) users: Vec<User>,
    pub(crate) mailboxes: Vec<Mailbox>,
    pub(crate) apps: Vec<App>,
}

/// Which of the tenant's names an authority was addressed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// The tenant's id or domain.
    Tenant,
    /// Work accounts of any tenant.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// Both.
    Common,
}

#[derive(Debug, Default)]
struct Rights {
    owner: Option<String>,
    full_access: Vec<String>,
    send_as: Vec<String>,
    imap_off: bool,
    pop3_off: bool,
    smtp_auth: Option<bool>,
}

#[derive(Debug)]
struct Name {
    mailbox: String,
    /// Whether logging in by it works, as by a UPN, or not, as by an alias.
    opens: bool,
}

impl Directory {
    pub(crate) fn new(parts: Parts) -> Result<Self, Contradiction> {
        let mut this = Self {
            tenant_id: parts.tenant_id.to_ascii_lowercase(),
            domain: parts.domain.to_ascii_lowercase(),
            cloud: parts.cloud,
            smtp_auth: parts.smtp_auth,
            users: HashMap::new(),
            mailboxes: HashMap::new(),
            names: HashMap::new(),
            apps: HashMap::new(),
            first_app: parts.apps.first().map(|app| app.client_id.clone()),
            certificates: HashMap::new(),
        };
        check_tenant(&this.tenant_id, &this.domain)?;
        for app in parts.apps {
            this.add_app(app)?;
        }
        for user in parts.users {
            this.add_user(user)?;
        }
        for mailbox in parts.mailboxes {
            this.add_mailbox(mailbox)?;
        }
        this.check_assignments()?;
        Ok(this)
    }

    pub(crate) fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    pub(crate) fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Which authority the first segment of a request's path names; `None` if it is no name of this tenant.
    pub(crate) fn authority(&self, segment: &str) -> Option<Authority> {
        let is = |name: &str| name.eq_ignore_ascii_case(segment);
        match () {
            () if is(&self.tenant_id) || is(&self.domain) => Some(Authority::Tenant),
            () if is("common") => Some(Authority::Common),
            () if is("organizations") => Some(Authority::Organizations),
            () if is("consumers") || is(CONSUMERS) => Some(Authority::Consumers),
            () => None,
        }
    }

    pub(crate) fn user(&self, upn: &str) -> Option<&User> {
        self.users.get(&upn.to_ascii_lowercase())
    }

    /// Whether anybody has a password, so that the page has to ask for one.
    pub(crate) fn has_passwords(&self) -> bool {
        self.users.values().any(|user| user.password.is_some())
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.get(&client_id.to_ascii_lowercase())
    }

    /// The client id of the app that was described first.
    pub(crate) fn first_app(&self) -> Option<&str> {
        self.first_app.as_deref()
    }

    pub(crate) fn certificates(&self, client_id: &str) -> &[AppCertificate] {
        self.certificates.get(&client_id.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The addresses of all mailboxes, in no particular order.
    pub(crate) fn mailboxes(&self) -> impl Iterator<Item = &str> {
        self.mailboxes.keys().map(String::as_str)
    }

    /// The address of the mailbox that receives for this name, be it the address, a UPN or an alias.
    pub(crate) fn mailbox(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        let name = self.names.get(&name).map_or(name.as_str(), |name| name.mailbox.as_str());
        self.mailboxes.get_key_value(name).map(|(address, _)| address.as_str())
    }

    pub(crate) fn has_mailbox(&self, address: &str) -> bool {
        self.mailbox(address).is_some()
    }

    /// Whether it is the address of a mailbox that nobody owns.
    pub(crate) fn is_shared(&self, name: &str) -> bool {
        let rights = self.mailbox(name).and_then(|address| self.mailboxes.get(address));
        rights.is_some_and(|rights| rights.owner.is_none())
    }

    /// Whether the tenant receives mail for the domain of this address.
    pub(crate) fn is_local(&self, address: &str) -> bool {
        address.rsplit_once('@').is_none_or(|(_, domain)| domain.eq_ignore_ascii_case(&self.domain))
            || self.has_mailbox(address)
    }

    /// The address of the mailbox that `name` opens for this person or app; `None` if it does not.
    pub(crate) fn opens(&self, who: &str, name: &str, service: Service) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        if self.names.get(&name).is_some_and(|name| !name.opens) {
            return None;
        }
        let address = self.mailbox(&name)?;
        let rights = self.mailboxes.get(address)?;
        let off = match service {
            Service::Imap => rights.imap_off,
            Service::Pop3 => rights.pop3_off,
            Service::Smtp | Service::Identity | Service::Control => false,
        };
        let mut holders = rights.owner.iter().chain(&rights.full_access);
        (!off && holders.any(|holder| holder.eq_ignore_ascii_case(who))).then_some(address)
    }

    pub(crate) fn may_send_as(&self, who: &str, address: &str) -> bool {
        self.mailbox(address).and_then(|address| self.mailboxes.get(address)).is_some_and(|rights| {
            rights.owner.iter().chain(&rights.send_as).any(|name| name.eq_ignore_ascii_case(who))
        })
    }

    /// Whether SMTP AUTH is switched on for somebody, and if not, by which switch: `Err(true)` is the mailbox's.
    pub(crate) fn smtp_auth(&self, name: &str) -> Result<(), bool> {
        let own =
            self.mailbox(name).and_then(|address| self.mailboxes.get(address)).and_then(|r| r.smtp_auth);
        match own {
            Some(true) => Ok(()),
            Some(false) => Err(true),
            None if self.smtp_auth => Ok(()),
            None => Err(false),
        }
    }

    /// The object id of a user or app: the same for the same tenant and name, so that runs can be compared.
    pub(crate) fn object_id(&self, upn: &str) -> String {
        let id = random::guid_of(&[self.tenant_id.as_bytes(), upn.to_ascii_lowercase().as_bytes()]);
        match self.user(upn) {
            // Personal accounts have the 16 hexadecimal digits of a CID.
            Some(user) if user.kind == Kind::Personal => {
                let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(16).collect();
                let (high, low) = digits.split_at_checked(4).unwrap_or_default();
                format!("00000000-0000-0000-{high}-{low}")
            }
            _ => id,
        }
    }

    /// The tenant that a user's tokens come from.
    pub(crate) fn tenant_of(&self, upn: &str) -> &str {
        match self.user(upn) {
            Some(user) if user.kind == Kind::Personal => CONSUMERS,
            _ => &self.tenant_id,
        }
    }

    fn add_user(&mut self, user: User) -> Result<(), Contradiction> {
        let item = || format!("user {}", user.upn);
        check_address(item, &user.upn)?;
        if self.users.contains_key(&user.upn) {
            return Err(Contradiction::new(item(), "is there twice", "remove one of the two"));
        }
        let address = user.primary.clone().unwrap_or_else(|| user.upn.clone());
        for name in user.primary.iter().chain(&user.aliases) {
            check_address(item, name)?;
            if !user.mailbox {
                let problem = format!("has the address {name} and no mailbox");
                return Err(Contradiction::new(
                    item(),
                    problem,
                    "give it a mailbox, or take the address away",
                )
                .at(name));
            }
        }
        if user.kind == Kind::Federated && user.password.is_some() {
            let problem = "is federated and has a password here";
            return Err(Contradiction::new(
                item(),
                problem,
                "remove one of the two: its own domain checks it",
            ));
        }
        if user.mailbox {
            if self.mailboxes.contains_key(&address) || self.names.contains_key(&address) {
                let problem = format!("has the address {address}, which another user has");
                return Err(Contradiction::new(item(), problem, "give each mailbox an address of its own")
                    .at(&address));
            }
            let rights = Rights { owner: Some(user.upn.clone()), ..Rights::default() };
            self.mailboxes.insert(address.clone(), rights);
            let upn = (address != user.upn).then_some((&user.upn, true));
            for (name, opens) in upn.into_iter().chain(user.aliases.iter().map(|alias| (alias, false))) {
                let name_of = Name { mailbox: address.clone(), opens };
                if self.names.insert(name.clone(), name_of).is_some() || self.mailboxes.contains_key(name) {
                    let problem = format!("has the address {name}, which another user has");
                    return Err(Contradiction::new(
                        item(),
                        problem,
                        "give each mailbox an address of its own",
                    )
                    .at(name));
                }
            }
        }
        self.users.insert(user.upn.clone(), user);
        Ok(())
    }

    fn add_mailbox(&mut self, mailbox: Mailbox) -> Result<(), Contradiction> {
        let item = || format!("mailbox {}", mailbox.address);
        check_address(item, &mailbox.address)?;
        for (right, who) in mailbox
            .full_access
            .iter()
            .map(|who| ("full access", who))
            .chain(mailbox.send_as.iter().map(|who| ("the right to send as it", who)))
        {
            if !self.users.contains_key(who) && !self.apps.contains_key(who) {
                let problem =
                    format!("gives {right} to {who}, who is neither a user nor an app of the tenant");
                return Err(Contradiction::new(item(), problem, "add the user, or correct the name").at(who));
            }
        }
        let address = self.mailbox(&mailbox.address).map_or(mailbox.address.clone(), str::to_owned);
        if address == mailbox.address
            && !self.mailboxes.contains_key(&address)
            && self.users.contains_key(&address)
        {
            let problem = "is of a user without a mailbox";
            return Err(Contradiction::new(
                item(),
                problem,
                "give the user a mailbox, or the mailbox another address",
            ));
        }
        let rights = self.mailboxes.entry(address).or_default();
        rights.full_access.extend(mailbox.full_access);
        rights.send_as.extend(mailbox.send_as);
        rights.imap_off |= !mailbox.imap;
        rights.pop3_off |= !mailbox.pop3;
        rights.smtp_auth = mailbox.smtp_auth.or(rights.smtp_auth);
        Ok(())
    }

    fn add_app(&mut self, app: App) -> Result<(), Contradiction> {
        let item = || format!("app {}", app.client_id);
        if app.client_id.is_empty() || app.client_id.contains(char::is_whitespace) {
            return Err(Contradiction::new(item(), "has no usable client id", "give it a GUID"));
        }
        if let Some(unknown) = app.consented.iter().find(|name| !scope::is_permission(name)) {
            let problem = format!("is consented to {unknown}, which no resource has");
            return Err(Contradiction::new(
                item(),
                problem,
                "use a short name such as IMAP.AccessAsUser.All",
            )
            .at(unknown));
        }
        if let Some(unknown) = app.roles.iter().find(|name| !scope::is_role(name)) {
            let problem =
                format!("is consented to the application permission {unknown}, which no resource has");
            return Err(
                Contradiction::new(item(), problem, "use a name such as IMAP.AccessAsApp").at(unknown)
            );
        }
        if let Some((_, uri)) =
            app.redirects.iter().find(|(_, uri)| !uri.contains("://") || uri.contains('#'))
        {
            let problem = format!("has the redirect address {uri}, which is none");
            return Err(Contradiction::new(
                item(),
                problem,
                "write it as http://localhost or https://host/path",
            )
            .at(uri));
        }
        if app.audience == Audience::Personal && app.exchange != ExchangeRegistration::Missing {
            let problem = "is for personal accounts only and registered in the tenant's Exchange";
            return Err(Contradiction::new(
                item(),
                problem,
                "remove the registration, or widen the audience",
            ));
        }
        if self.apps.contains_key(&app.client_id) {
            return Err(Contradiction::new(item(), "is there twice", "remove one of the two"));
        }
        let mut certificates = Vec::new();
        for pem in &app.certificates {
            let found = AppCertificate::from_pem(pem).ok_or_else(|| {
                let problem = "has a certificate that cannot be read";
                Contradiction::new(item(), problem, "give an X.509 certificate with an RSA key in PEM")
                    .at(pem)
            })?;
            certificates.push(found);
        }
        self.certificates.insert(app.client_id.clone(), certificates);
        self.apps.insert(app.client_id.clone(), app);
        Ok(())
    }

    fn check_assignments(&self) -> Result<(), Contradiction> {
        for app in self.apps.values() {
            if let Some(unknown) = app.assigned.iter().flatten().find(|upn| !self.users.contains_key(*upn)) {
                let problem = format!("is assigned to {unknown}, who is not a user of the tenant");
                let item = format!("app {}", app.client_id);
                return Err(
                    Contradiction::new(item, problem, "add the user, or correct the name").at(unknown)
                );
            }
        }
        Ok(())
    }
}

/// Id and domain stand in addresses and tokens, and clients take the one for the other by its form.
fn check_tenant(id: &str, domain: &str) -> Result<(), Contradiction> {
    let parts = id.split('-').map(|part| (part.len(), part.bytes().all(|b| b.is_ascii_hexdigit())));
    if !parts.eq([8, 4, 4, 4, 12].map(|len| (len, true))) {
        let item = format!("tenant id {id}");
        return Err(Contradiction::new(
            item,
            "is no GUID",
            "write it as 5f1c0b7e-6a4d-4c9b-9d53-0c2f6a1e8b90",
        ));
    }
    if id == CONSUMERS {
        let problem = "is that of all personal accounts";
        return Err(Contradiction::new(format!("tenant id {id}"), problem, "give it another GUID"));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
        let problem = "is no name of a domain";
        return Err(Contradiction::new(format!("domain {domain}"), problem, "write it as contoso.example"));
    }
    Ok(())
}

/// An address goes into replies and tokens as it is, so it has to be a plain one.
fn check_address(item: impl Fn() -> String, address: &str) -> Result<(), Contradiction> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\"\\,;:@".contains(&b))
    };
    match address.split_once('@') {
        Some((local, domain)) if plain(local) && plain(domain) => Ok(()),
        _ => {
            let problem = match item() {
                item if item.ends_with(&format!(" {address}")) => "is not an address".to_owned(),
                _ => format!("has the address {address}, which is none"),
            };
            Err(Contradiction::new(item(), problem, "write it as name@domain, in ASCII").at(address))
        }
    }
}
