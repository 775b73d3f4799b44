use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::{LogEntry, LogEvent};

/// A connection's record for a reader in another language: the fields of [`LogEntry`], with the time in milliseconds since
/// the Unix epoch.
pub(super) fn entry(entry: &LogEntry) -> Value {
    let opened = entry.opened.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    json!({
        "service": entry.service.to_string(),
        "peer": entry.peer.to_string(),
        "opened": u64::try_from(opened).unwrap_or(u64::MAX),
        "open": entry.open,
        "received": entry.received,
        "sent": entry.sent,
        "turns": entry.turns,
        "events": entry.events.iter().map(event).collect::<Vec<_>>(),
        "events_dropped": entry.events_dropped,
    })
}

fn event(event: &LogEvent) -> Value {
    match event {
        LogEvent::Tls { version, resumed } => {
            json!({ "event": "tls", "version": version, "resumed": resumed })
        }
        LogEvent::TlsFailed { reason } => json!({ "event": "tls-failed", "reason": reason }),
        LogEvent::Command { name, ok } => json!({ "event": "command", "name": name, "ok": ok }),
        LogEvent::Login { mailbox, outcome } => {
            json!({ "event": "login", "mailbox": mailbox, "outcome": outcome })
        }
        LogEvent::Request { method, path, grant, status, aadsts } => json!({
            "event": "request", "method": method, "path": path, "grant": grant, "status": status, "aadsts": aadsts,
        }),
        LogEvent::Delivered { mailbox, octets } => {
            json!({ "event": "delivered", "mailbox": mailbox, "octets": octets })
        }
        LogEvent::Relayed { domain } => json!({ "event": "relayed", "domain": domain }),
    }
}
