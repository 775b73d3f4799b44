use std::collections::HashMap;

use crate::identity::scope;
use crate::{App, Error, Mailbox, User, random};

/// Who and what exists in the tenant, checked to be without contradiction. It does not change while the tenant runs.
#[derive(Debug)]
pub(crate) struct Directory {
    tenant_id: String,
    domain: String,
    users: HashMap<String, User>,
    mailboxes: HashMap<String, Rights>,
    apps: HashMap<String, App>,
}

#[derive(Debug, Default)]
struct Rights {
    owner: Option<String>,
    full_access: Vec<String>,
    send_as: Vec<String>,
}

impl Directory {
    pub(crate) fn new(
        tenant_id: String,
        domain: String,
        users: Vec<User>,
        mailboxes: Vec<Mailbox>,
        apps: Vec<App>,
    ) -> Result<Self, Error> {
        let mut this = Self {
            tenant_id: tenant_id.to_ascii_lowercase(),
            domain: domain.to_ascii_lowercase(),
            users: HashMap::new(),
            mailboxes: HashMap::new(),
            apps: HashMap::new(),
        };
        for user in users {
            this.add_user(user)?;
        }
        for mailbox in mailboxes {
            this.add_mailbox(mailbox)?;
        }
        for app in apps {
            this.add_app(app)?;
        }
        Ok(this)
    }

    pub(crate) fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether the first segment of a request's path names this tenant.
    pub(crate) fn answers_to(&self, segment: &str) -> bool {
        [self.tenant_id.as_str(), self.domain.as_str(), "common", "organizations"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(segment))
    }

    pub(crate) fn user(&self, upn: &str) -> Option<&User> {
        self.users.get(&upn.to_ascii_lowercase())
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.get(&client_id.to_ascii_lowercase())
    }

    /// The addresses of all mailboxes, in no particular order.
    pub(crate) fn mailboxes(&self) -> impl Iterator<Item = &str> {
        self.mailboxes.keys().map(String::as_str)
    }

    pub(crate) fn has_mailbox(&self, address: &str) -> bool {
        self.mailboxes.contains_key(&address.to_ascii_lowercase())
    }

    /// Whether the tenant receives mail for the domain of this address.
    pub(crate) fn is_local(&self, address: &str) -> bool {
        address.rsplit_once('@').is_none_or(|(_, domain)| domain.eq_ignore_ascii_case(&self.domain))
            || self.has_mailbox(address)
    }

    pub(crate) fn may_open(&self, upn: &str, mailbox: &str) -> bool {
        self.mailboxes.get(&mailbox.to_ascii_lowercase()).is_some_and(|rights| {
            rights.owner.iter().chain(&rights.full_access).any(|name| name.eq_ignore_ascii_case(upn))
        })
    }

    pub(crate) fn may_send_as(&self, upn: &str, address: &str) -> bool {
        self.mailboxes.get(&address.to_ascii_lowercase()).is_some_and(|rights| {
            rights.owner.iter().chain(&rights.send_as).any(|name| name.eq_ignore_ascii_case(upn))
        })
    }

    /// The object id of a user: the same for the same tenant and name, so that runs can be compared.
    pub(crate) fn object_id(&self, upn: &str) -> String {
        random::guid_of(&[self.tenant_id.as_bytes(), upn.to_ascii_lowercase().as_bytes()])
    }

    fn add_user(&mut self, user: User) -> Result<(), Error> {
        let item = || format!("user {}", user.upn);
        check_address(item, &user.upn)?;
        if self.users.contains_key(&user.upn) {
            return Err(contradiction(item(), "is there twice", "remove one of the two"));
        }
        if user.mailbox {
            let rights = Rights { owner: Some(user.upn.clone()), ..Rights::default() };
            self.mailboxes.insert(user.upn.clone(), rights);
        }
        self.users.insert(user.upn.clone(), user);
        Ok(())
    }

    fn add_mailbox(&mut self, mailbox: Mailbox) -> Result<(), Error> {
        let item = || format!("mailbox {}", mailbox.address);
        check_address(item, &mailbox.address)?;
        for (right, upn) in mailbox
            .full_access
            .iter()
            .map(|upn| ("full access", upn))
            .chain(mailbox.send_as.iter().map(|upn| ("the right to send as it", upn)))
        {
            if !self.users.contains_key(upn) {
                let problem = format!("gives {right} to {upn}, who is not a user of the tenant");
                return Err(contradiction(item(), problem, "add the user, or correct the name"));
            }
        }
        let rights = self.mailboxes.entry(mailbox.address).or_default();
        rights.full_access.extend(mailbox.full_access);
        rights.send_as.extend(mailbox.send_as);
        Ok(())
    }

    fn add_app(&mut self, app: App) -> Result<(), Error> {
        let item = || format!("app {}", app.client_id);
        if app.client_id.is_empty() || app.client_id.contains(char::is_whitespace) {
            return Err(contradiction(item(), "has no usable client id", "give it a GUID"));
        }
        if let Some(unknown) = app.consented.iter().find(|name| !scope::is_permission(name)) {
            let problem = format!("is consented to {unknown}, which no resource has");
            return Err(contradiction(item(), problem, "use a short name such as IMAP.AccessAsUser.All"));
        }
        if self.apps.contains_key(&app.client_id) {
            return Err(contradiction(item(), "is there twice", "remove one of the two"));
        }
        self.apps.insert(app.client_id.clone(), app);
        Ok(())
    }
}

/// An address goes into replies and tokens as it is, so it has to be a plain one.
fn check_address(item: impl Fn() -> String, address: &str) -> Result<(), Error> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\"\\,;:@".contains(&b))
    };
    match address.split_once('@') {
        Some((local, domain)) if plain(local) && plain(domain) => Ok(()),
        _ => Err(contradiction(item(), "is not an address", "write it as name@domain, in ASCII")),
    }
}

fn contradiction(item: String, problem: impl Into<String>, fix: &'static str) -> Error {
    Error::Contradiction { item, problem: problem.into(), fix }
}
