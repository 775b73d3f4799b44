use std::sync::Arc;

use super::envelope::Envelope;
use super::reply::Reply;
use super::session::Session;
use crate::Service;
use crate::fault::Stage;
use crate::log::{LogEvent, shown};
use crate::store::Flags;

/// Puts a message that came whole into the inboxes of its recipients: one set of bytes for all of them, with nothing
/// added. Whether the person may use this sender shows only now, as in life.
pub(super) fn deliver(session: &Session, envelope: Envelope, message: Vec<u8>) -> Reply {
    if let Some(fault) = session.state.faults.mail(Service::Smtp, Stage::Message) {
        return Reply::fault(fault);
    }
    // An app that has no rights to the mailbox it named finds out here.
    if session.login.as_ref().is_some_and(|login| login.app_only && !login.connected) {
        return Reply::new(430, "4.2.0 STOREDRV; mailbox logon failure");
    }
    let person = session.login.as_ref().map(|login| login.person.as_str()).unwrap_or_default();
    let Envelope { sender, recipients, .. } = envelope;
    let state = &session.state;
    let own = session.login.as_ref().is_some_and(|login| {
        login.app_only && state.directory.mailbox(&sender).is_some_and(|address| address == login.mailbox)
    });
    if !own && !state.directory.may_send_as(person, &sender) {
        return Reply::new(554, format!("5.2.252 SendAsDenied; {person} not allowed to send as {sender}"));
    }
    let message = Arc::new(message);
    let now = state.clock.now();
    for recipient in recipients {
        let octets = message.len();
        let recipient = state.directory.mailbox(&recipient).map_or(recipient.clone(), str::to_owned);
        if state.store.add(&recipient, "INBOX", Arc::clone(&message), Flags::NONE, now).is_some() {
            let mailbox = recipient.to_ascii_lowercase();
            session.connection.event(LogEvent::Delivered { mailbox, octets });
        } else {
            let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
            session.connection.event(LogEvent::Relayed { domain: shown(domain) });
        }
    }
    Reply::new(250, format!("2.0.0 OK <{}@localhost> [Hostname=localhost]", state.random.guid()))
}
