//! The causes, one file for each group. The numbers 1 to 105 are those under which they were collected; further ones
//! follow. `notation` says how an entry is written.

mod capabilities;
mod identity;
mod local;
mod mail;
mod mailbox;
mod network;
mod notation;
mod registration;
mod sending;
mod settings;
mod sign_in;
mod tenant;
#[cfg(test)]
mod tests;
mod token;
mod warnings;

use super::cause::Cause;

/// All groups, in the order of their numbers.
pub(super) const ALL: [&[Cause]; 13] = [
    local::CAUSES,
    network::CAUSES,
    capabilities::CAUSES,
    tenant::CAUSES,
    registration::CAUSES,
    sign_in::CAUSES,
    token::CAUSES,
    mailbox::CAUSES,
    sending::CAUSES,
    warnings::CAUSES,
    settings::CAUSES,
    identity::CAUSES,
    mail::CAUSES,
];
