//! The part of a cache that concerns one account, out of a text with thousands.
//!
//! Two passes over the text, neither of which copies what is not wanted: the first finds where each entry begins and
//! ends, the second looks at the fields that tell whose it is.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::{Cache, CacheParseError, lookup::same_name, schema::Section};
use crate::AccountQuery;

impl Cache {
    /// Reads of a cache file what a look-up of this account needs: all entries of every account that the query
    /// could mean, of every client. The rest is passed over, so that the result is for looking and not for saving.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), but for faults inside of strings that are passed over.
    pub(crate) fn parse_of(bytes: &[u8], query: &AccountQuery) -> Result<Self, CacheParseError> {
        let Some(named) = Named::of(query) else { return Self::parse(bytes) };
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // Whatever is wrong is told in the words of the whole reading, which finds it as well.
        let Ok(text) = std::str::from_utf8(text) else { return Self::parse(bytes) };
        let Ok(sections) = serde_json::from_str::<Sections<'_>>(text) else { return Self::parse(bytes) };

        let of = |wanted: Section| {
            let sections = sections.0.iter().filter(move |(name, _)| name == wanted.name());
            sections.flat_map(|(_, entries)| &entries.0)
        };
        let ids: HashSet<String> = match named {
            Named::Id(id) => HashSet::from([id.to_ascii_lowercase()]),
            Named::User(name) => of(Section::Account)
                .filter_map(|(_, entry)| Some((entry, fields(entry)?)))
                .filter(|(_, fields)| same_name(fields.username(), name))
                .map(|(_, fields)| fields.home_account_id().to_ascii_lowercase())
                .collect(),
        };
        let mut cache = Self::new();
        for section in [Section::AccessToken, Section::RefreshToken, Section::Account] {
            let mut wanted = Map::new();
            for (key, entry) in of(section) {
                let owner = fields(entry).map(|fields| fields.home_account_id().to_ascii_lowercase());
                if owner.is_some_and(|owner| ids.contains(&owner))
                    && let Ok(value) = serde_json::from_str::<Value>(entry.get())
                {
                    wanted.insert(key.clone().into_owned(), value);
                }
            }
            cache.root.insert(section.name().to_owned(), Value::Object(wanted));
        }
        Ok(cache)
    }
}

/// How a query names an account.
enum Named<'q> {
    User(&'q str),
    Id(&'q str),
}

impl<'q> Named<'q> {
    fn of(query: &'q AccountQuery) -> Option<Self> {
        match query {
            AccountQuery::Only => None,
            AccountQuery::Username(name) => Some(Self::User(name)),
            AccountQuery::HomeAccountId(id) => Some(Self::Id(id)),
        }
    }
}

/// The sections of the schema with their entries. Others are passed over.
struct Sections<'t>(Vec<(Cow<'t, str>, Entries<'t>)>);

/// The entries of a section under their keys.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

/// What tells whose an entry is.
#[derive(Default)]
struct Fields<'t> {
    home_account_id: Option<Cow<'t, str>>,
    username: Option<Cow<'t, str>>,
}

impl Fields<'_> {
    fn home_account_id(&self) -> &str {
        self.home_account_id.as_deref().unwrap_or_default()
    }

    fn username(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }
}

/// `None` for what is no object.
fn fields(entry: &RawValue) -> Option<Fields<'_>> {
    serde_json::from_str(entry.get()).ok()
}

/// A string, borrowed where it has no escape in it.
struct Text<'t>(Cow<'t, str>);

impl<'t> Deserialize<'t> for Text<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Borrowing).map(Self)
    }
}

struct Borrowing;

impl<'t> Visitor<'t> for Borrowing {
    type Value = Cow<'t, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl<'t> Deserialize<'t> for Sections<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'t> Visitor<'t> for Reader {
            type Value = Sections<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut sections = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    if Section::ALL.iter().any(|section| section.name() == name) {
                        sections.push((name, map.next_value()?));
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Sections(sections))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'t> Deserialize<'t> for Entries<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'t> Visitor<'t> for Reader {
            type Value = Entries<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(Text(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'t> Deserialize<'t> for Fields<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'t> Visitor<'t> for Reader {
            type Value = Fields<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields::default();
                while let Some(Text(name)) = map.next_key()? {
                    match name.as_ref() {
                        "home_account_id" => fields.home_account_id = text(map.next_value()?),
                        "username" => fields.username = text(map.next_value()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A value that is a string; the application's own tokens have null.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(value.get()).ok().map(|text| text.0)
}
