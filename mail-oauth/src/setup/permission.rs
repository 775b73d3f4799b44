//! The permissions that a protocol needs, by their ids.

use crate::server::Protocol;

/// Microsoft Graph, where the delegated permissions are declared.
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Office 365 Exchange Online, which has the application permissions.
pub(crate) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its id; `None`: it has to be looked up by its name.
    pub(crate) id: Option<&'static str>,
}

/// A refresh token, so that the person need not sign in again each hour.
const OFFLINE: Permission =
    Permission { name: "offline_access", id: Some("7427e0e9-2fba-42fe-b0c0-848c9e6a8182") };

/// What a person delegates, on Graph.
pub(crate) fn delegated(protocols: &[Protocol]) -> Vec<Permission> {
    let of = |protocol: &Protocol| match protocol {
        Protocol::Imap => {
            Permission { name: "IMAP.AccessAsUser.All", id: Some("652390e4-393a-48de-9484-05f9b1212954") }
        }
        Protocol::Pop3 => {
            Permission { name: "POP.AccessAsUser.All", id: Some("d7b7f2d9-0f45-4ea1-9d42-e50810c06991") }
        }
        Protocol::Smtp => Permission { name: "SMTP.Send", id: Some("258f6531-6087-4cc4-bb90-092c5fb3ed3f") },
    };
    protocols.iter().map(of).chain([OFFLINE]).collect()
}

/// What the application may do as itself, on Exchange Online.
pub(crate) fn application(protocols: &[Protocol]) -> Vec<Permission> {
    let of = |protocol: &Protocol| match protocol {
        Protocol::Imap => {
            Permission { name: "IMAP.AccessAsApp", id: Some("5e5addcd-3e8d-4e90-baf5-964efab2b20a") }
        }
        Protocol::Pop3 => {
            Permission { name: "POP.AccessAsApp", id: Some("cb842b43-da6e-4506-86fe-bb12199c656d") }
        }
        Protocol::Smtp => Permission { name: "SMTP.SendAsApp", id: None },
    };
    protocols.iter().map(of).collect()
}

/// Their names, for a person.
pub(crate) fn names(permissions: &[Permission], between: &str) -> String {
    permissions.iter().map(|permission| permission.name).collect::<Vec<_>>().join(between)
}
