//! What must not be seen, and whoever looks for it: in errors, in `Debug`, in everything that is logged.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use mail_oauth::msal_lite::Store;

/// So many octets of a secret in a row are a leak.
const RUN: usize = 12;

type Needle = [u8; RUN];

static NEEDLES: Mutex<Option<HashSet<Needle>>> = Mutex::new(None);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static RECORDS: AtomicU64 = AtomicU64::new(0);

/// From now on nothing may show this secret, raw or in base64 at any alignment. Starts to listen to all logs.
pub(crate) fn guard(secret: &str) {
    listen();
    let mut needles = locked(&NEEDLES);
    let needles = needles.get_or_insert_default();
    needles.extend(runs(secret.as_bytes()));
    for lead in 0..3 {
        let shifted = base64(&[&vec![0; lead], secret.as_bytes()].concat());
        // The groups at the ends depend on what stands around.
        needles.extend(runs(&shifted.as_bytes()[4..shifted.len() - 4]));
    }
}

/// The same for all that a token cache holds by now: access tokens, refresh tokens, id tokens. Says how many they are.
pub(crate) fn guard_cache(store: &dyn Store) -> usize {
    let mut secrets = 0;
    store
        .read(&mut |cache| {
            let value: serde_json::Value = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
            let sections = value.as_object().unwrap().values().filter_map(serde_json::Value::as_object);
            for entry in sections.flat_map(|section| section.values()) {
                if let Some(found) = entry.get("secret").and_then(serde_json::Value::as_str) {
                    guard(found);
                    secrets += 1;
                }
            }
        })
        .unwrap();
    secrets
}

/// Panics if the text, or anything that was logged so far, shows a secret.
pub(crate) fn assert_harmless(text: &str) {
    assert!(!shows_secret(text), "a secret is shown in a text of {} octets", text.len());
    let leaks = locked(&LEAKS);
    assert!(leaks.is_empty(), "a secret was logged by {leaks:?}");
}

/// How much was logged so far, by whomever.
pub(crate) fn records() -> u64 {
    RECORDS.load(Ordering::Relaxed)
}

/// An error as it may be printed: its message, those below, and `Debug`.
pub(crate) fn printed(error: &mail_oauth::Error) -> String {
    format!("{error} / {} / {error:?} / {error:#?}", mail_oauth::chain(error))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word =
            group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        out.extend((0..=group.len()).map(|i| char::from(ALPHABET[(word >> (18 - 6 * i) & 63) as usize])));
        out.extend((group.len()..3).map(|_| '='));
    }
    out
}

fn runs(bytes: &[u8]) -> impl Iterator<Item = Needle> {
    bytes.windows(RUN).map(|run| run.try_into().unwrap())
}

fn shows_secret(text: &str) -> bool {
    // Secrets and base64 are of these characters alone, and most texts have no such word that is long enough.
    let opaque = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/=-_.".contains(octet);
    let words = text.as_bytes().split(|octet| !opaque(octet)).filter(|word| word.len() >= RUN);
    let needles = locked(&NEEDLES);
    let Some(needles) = needles.as_ref() else { return false };
    words.flat_map(runs).any(|run| needles.contains(&run))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Collector).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        tracing_core::dispatcher::set_global_default(tracing_core::Dispatch::new(Collector)).unwrap();
    });
}

fn collect(by: &str, text: &str) {
    RECORDS.fetch_add(1, Ordering::Relaxed);
    if shows_secret(text) {
        locked(&LEAKS).push(by.to_owned());
    }
}

struct Collector;

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        collect(record.target(), &record.args().to_string());
    }

    fn flush(&self) {}
}

impl tracing_core::Subscriber for Collector {
    fn enabled(&self, _: &tracing_core::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing_core::span::Attributes<'_>) -> tracing_core::span::Id {
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        collect(span.metadata().target(), &fields.0);
        tracing_core::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing_core::span::Id, values: &tracing_core::span::Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        collect("a span", &fields.0);
    }

    fn record_follows_from(&self, _: &tracing_core::span::Id, _: &tracing_core::span::Id) {}

    fn event(&self, event: &tracing_core::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        collect(event.metadata().target(), &fields.0);
    }

    fn enter(&self, _: &tracing_core::span::Id) {}

    fn exit(&self, _: &tracing_core::span::Id) {}
}

struct Fields(String);

impl tracing_core::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing_core::Field, value: &dyn std::fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

#[test]
fn a_secret_is_found_however_it_is_shown() {
    let secret = "0123456789-abcdefghij-ABCDEFGHIJ-secret-of-this-test";
    guard(secret);
    for lead in ["", "a", "ab", "abc"] {
        assert!(shows_secret(&format!("<{lead}{secret}>")));
        assert!(shows_secret(&base64(format!("{lead}{secret}").as_bytes())), "base64 behind {lead:?}");
    }
    assert!(shows_secret(&secret[20..40]));
    assert!(!shows_secret("nothing of the kind, however long it may go on"));
}
