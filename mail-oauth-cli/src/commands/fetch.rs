//! `mail-oauth fetch`: messages to files, a Maildir or standard output, streamed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mail_oauth::Mailbox;
use mail_oauth::diagnosis::{Fact, Signal, diagnose};
use mail_oauth::imap_min::{self, FetchAttribute, SearchKey, UidSet};
use mail_oauth::pop3_min;
use serde_json::{Value, json};

use crate::config;
use crate::delivery::{Delivery, Parcel};
use crate::failure::{Code, Failure};
use crate::options::{FetchOptions, FetchProtocol};
use crate::screen::{Screen, size};

/// How long a goodbye may take, once all is stored.
const GOODBYE: Duration = Duration::from_secs(5);

pub(crate) async fn run(options: &FetchOptions, screen: Screen) -> Result<(), Failure> {
    let delivery = match (&options.out, &options.maildir) {
        (Some(folder), _) => Delivery::Files(folder.clone()),
        (None, Some(folder)) => Delivery::Maildir(folder.clone()),
        (None, None) if screen.json() => {
            return Err(Failure::new(
                Code::Usage,
                "--json and the messages cannot both go to standard output",
            )
            .fix("add --out FOLDER or --maildir FOLDER"));
        }
        (None, None) => Delivery::Stdout,
    };
    let chosen = config::choose(&options.account)?;
    let mailbox = chosen.mailbox().await?;
    delivery.prepare()?;
    let fetched = match options.protocol {
        FetchProtocol::Imap => by_imap(&mailbox, options, &delivery, screen).await?,
        FetchProtocol::Pop3 => by_pop3(&mailbox, options, &delivery, screen).await?,
    };
    if fetched.is_empty() && !screen.json() {
        screen.note("no messages");
    }
    screen.object(&json!({ "ok": true, "messages": fetched }));
    Ok(())
}

async fn by_imap(
    mailbox: &Mailbox,
    options: &FetchOptions,
    delivery: &Delivery,
    screen: Screen,
) -> Result<Vec<Value>, Failure> {
    let folder = imap_min::Mailbox::new(&options.folder)?;
    let mut client = mailbox.imap().await?;
    let selected = client.examine(&folder).await.map_err(|e| missing(&options.folder, e))?;
    let found = client.uid_search(&[SearchKey::All]).await?;
    let wanted = newest(found.iter().collect(), options);
    let mut set = UidSet::new();
    wanted.iter().for_each(|uid| set.push(*uid));
    let mut fetched = Vec::new();
    if wanted.is_empty() {
        return Ok(fetched);
    }
    // Sizes are for the bar alone: servers are known to get them wrong.
    let sizes = client.uid_fetch(&set, &[FetchAttribute::Rfc822Size]).await?;
    let bar = bar(sizes.iter().filter_map(|message| message.size).sum(), screen);
    let validity = selected.uid_validity.unwrap_or_default();
    for uid in wanted {
        // UIDs mean something within one folder and one UIDVALIDITY only.
        let name = format!("{}-{validity}-{uid}", as_name(&options.folder));
        let mut parcel = delivery.begin(&name, bar.clone())?;
        match client.fetch_body(uid, &mut parcel).await? {
            Some(_) => fetched.push(keep(parcel, &name, screen).await?),
            None => screen.note(format!("message {uid} is listed, but the server does not give it")),
        }
    }
    bar.finish_and_clear();
    // All is there: a server that fails to say goodbye does not change it.
    let _ = tokio::time::timeout(GOODBYE, client.logout()).await;
    Ok(fetched)
}

async fn by_pop3(
    mailbox: &Mailbox,
    options: &FetchOptions,
    delivery: &Delivery,
    screen: Screen,
) -> Result<Vec<Value>, Failure> {
    if options.folder != "INBOX" {
        return Err(Failure::new(Code::Usage, "POP3 knows no folders").fix("leave --folder out, or use IMAP"));
    }
    let mut client = mailbox.pop3().await?;
    let sizes = client.list().await?;
    // UIDL is optional, and servers are known to give two messages one id.
    let ids: HashMap<u32, String> = match client.uidl().await {
        Ok(ids) => ids.into_iter().collect(),
        Err(pop3_min::Error::Refused(_)) => HashMap::new(),
        Err(error) => return Err(error.into()),
    };
    let mut names = HashSet::new();
    let wanted = newest(sizes.iter().map(|(number, _)| *number).collect(), options);
    let all =
        sizes.iter().filter(|(number, _)| wanted.contains(number)).filter_map(|(_, octets)| *octets).sum();
    let bar = bar(all, screen);
    let mut fetched = Vec::new();
    for number in wanted {
        let mut name = ids.get(&number).map_or_else(|| format!("message-{number}"), |id| as_name(id));
        if !names.insert(name.clone()) {
            name = format!("{name}-{number}");
        }
        let mut parcel = delivery.begin(&name, bar.clone())?;
        client.retrieve(number, &mut parcel).await?;
        fetched.push(keep(parcel, &name, screen).await?);
    }
    bar.finish_and_clear();
    let _ = tokio::time::timeout(GOODBYE, client.quit()).await;
    Ok(fetched)
}

/// The highest numbers, in rising order.
fn newest(mut numbers: Vec<u32>, options: &FetchOptions) -> Vec<u32> {
    numbers.sort_unstable();
    let skip = if options.all { 0 } else { numbers.len().saturating_sub(options.newest as usize) };
    numbers.split_off(skip)
}

/// A server's word as a part of a file name. What could mean something else there is written as `%XX`, so that two
/// words never become one.
fn as_name(word: &str) -> String {
    let mut name = String::with_capacity(word.len());
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'+') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

async fn keep(parcel: Parcel, name: &str, screen: Screen) -> Result<Value, Failure> {
    let octets = parcel.written();
    let path = parcel.keep().await?;
    if let Some(path) = &path {
        screen.say(format!("{} ({})", path.display(), size(octets)));
    }
    Ok(json!({ "name": name, "octets": octets, "path": path }))
}

fn bar(all: u64, screen: Screen) -> ProgressBar {
    let target = if screen.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(all), target);
    match ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn missing(folder: &str, error: imap_min::Error) -> Failure {
    match &error {
        // A session that ends here is another matter than a folder that is not there.
        imap_min::Error::Refused(no) if no.condition.is_none() && no.status != imap_min::Status::Bye => {
            let causes = diagnose(&[Signal::Fact(Fact::NoSuchMailbox), Signal::Fact(Fact::InImap)]);
            Failure::new(Code::MailboxMissing, format!("the folder `{folder}` cannot be opened: {error}"))
                .fix("check its name; nested folders are written with the server's delimiter, often /")
                .causes(&causes)
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_unique_id_names_no_path() {
        assert_eq!(super::as_name("../etc"), "%2E%2E%2Fetc");
        assert_ne!(super::as_name("a.b"), super::as_name("a:b"));
        assert_ne!(super::as_name("a.b"), super::as_name("a%2Eb"));
        assert_eq!(super::as_name("000a-7=+_"), "000a-7=+_");
    }
}
