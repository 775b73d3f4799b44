//! 10 to 20: the way to the servers.

use super::super::cause::Sight::Seen;
use super::super::cause::{Area, Cause, Mark, Pattern, Severity, Who, Words};
use super::super::signal::Fact;

pub(super) const CAUSES: &[Cause] = &[Cause {
    id: "name-not-found",
    number: 10,
    area: Area::Network,
    severity: Severity::Error,
    who: Who::You,
    sight: Seen,
    title: Words { en: "The host name has no address", de: "Der Hostname hat keine Adresse" },
    why: Words {
        en: "{host} does not resolve, so nothing could be asked of it.",
        de: "{host} lässt sich nicht auflösen, also konnte nichts gefragt werden.",
    },
    fix: Words {
        en: "Check the spelling of {host} and this machine's DNS: nslookup {host}",
        de: "Die Schreibweise von {host} und das DNS dieses Rechners prüfen: nslookup {host}",
    },
    link: "",
    marks: &[Mark { all: &[Pattern::Fact(Fact::NameNotFound)], weight: 100 }],
}];
