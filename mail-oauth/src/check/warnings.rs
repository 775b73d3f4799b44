//! What works today and will not for long, as far as this machine knows it. Nobody is asked.

use std::time::Duration;

use msal_lite::{AccountQuery, Timestamp};

use super::claims::is_microsoft;
use super::detail::Detail;
use super::report::{Failure, Line, Outcome};
use crate::diagnosis::{Area, Fact};
use crate::mailbox::Mailbox;

/// A certificate that ends within this time is told.
const SOON: Duration = Duration::from_secs(60 * 86_400);

/// A sign-in that was not used for this long is told: after 90 days Entra ends it.
const IDLE: Duration = Duration::from_secs(60 * 86_400);

/// What was looked at, and what is to be told of it.
pub(super) struct Outlook {
    pub(super) line: Line,
    pub(super) failures: Vec<Failure>,
}

/// Looks at the certificate and at the last use of the sign-in; before the check, which uses it.
pub(super) fn outlook(mailbox: &Mailbox, by_device_code: bool, now: Timestamp) -> Outlook {
    let account = mailbox.account();
    let mut told = Outlook {
        line: Line::new(Area::Warnings, None, Outcome::NotAsked, Detail::default()),
        failures: Vec::new(),
    };
    if let Some(end) = mailbox.credential.as_ref().and_then(|credential| credential.ends_on()) {
        let end_date = date(end);
        let soon = now.until(end) < SOON;
        let fact = soon.then_some(Fact::CredentialEndsSoon);
        told.see(
            format!("the certificate ends on {end_date}"),
            format!("das Zertifikat endet am {end_date}"),
            fact.map(|fact| (fact, end_date)),
        );
    }
    if !account.is_app_only() {
        let who = AccountQuery::username(&account.roles().sign_in);
        // Nobody may have signed in yet; the stages of the protocols say so.
        if let Ok(Some(last)) = mailbox.tokens().refreshed_on(&who) {
            let last_date = date(last);
            let idle = last.until(now) > IDLE;
            let evidence = format!("the sign-in was last used on {last_date}");
            let fact = idle.then_some((Fact::RefreshTokenOld, evidence.clone()));
            told.see(evidence, format!("die Anmeldung wurde zuletzt am {last_date} benutzt"), fact);
        }
    }
    if by_device_code && is_microsoft(account.provider()) {
        told.failures.push(Failure::fact(None, Fact::DeviceCodeUsed, "sign-in by device code".to_owned()));
    }
    if told.line.detail == Detail::default() {
        told.line.detail = Detail::new(
            "nothing here has an end that is known: ask when the client secret ends, if there is one",
            "hier hat nichts ein bekanntes Ende; nach dem des Clientgeheimnisses fragen, falls es eines gibt",
        );
    }
    told
}

impl Outlook {
    fn see(&mut self, en: String, de: String, fact: Option<(Fact, String)>) {
        let seen = &self.line.detail;
        use crate::diagnosis::Lang::{De, En};
        self.line.detail = match seen.of(En) {
            "" => Detail::new(en, de),
            before => Detail::new(format!("{before}; {en}"), format!("{}; {de}", seen.of(De))),
        };
        if self.line.outcome != Outcome::Warning {
            self.line.outcome = if fact.is_some() { Outcome::Warning } else { Outcome::Good };
        }
        self.failures.extend(fact.map(|(fact, evidence)| Failure::fact(None, fact, evidence)));
    }
}

/// The day of a point in time, in UTC: `2026-11-29`.
fn date(time: Timestamp) -> String {
    // Years begin in March here, so that the leap day comes last; an era has 400 of them and 146,097 days.
    let days = time.as_unix() / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year)
}

#[cfg(test)]
mod tests {
    use msal_lite::Timestamp;

    use super::date;

    #[test]
    fn days_have_their_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_767_225_599, "2025-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(Timestamp::from_unix(seconds)), expected);
        }
    }
}
