//! The part of a cache that concerns one account, out of a text with thousands.
//!
//! The text is gone through once or twice, and neither time is copied what is not wanted: the first time for whose
//! accounts the name is, the second time for their entries.

use std::{
    borrow::Cow,
    collections::HashSet,
    fmt,
    io::{Cursor, Read, Seek},
};

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::{
    Cache, CacheParseError,
    entries::{Unclear, check, entries, parse},
    lookup::same_name,
    schema::Section,
};
use crate::AccountQuery;

/// The sections that a look-up needs.
const NEEDED: [Section; 3] = [Section::AccessToken, Section::RefreshToken, Section::Account];

impl Cache {
    /// Reads of a cache file what a look-up of this account needs: all entries of every account that the query
    /// could mean, of every client. The rest is passed over, so that the result is for looking and not for saving.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), but for faults inside of what is passed over.
    pub(crate) fn parse_of(bytes: &[u8], query: &AccountQuery) -> Result<Self, CacheParseError> {
        Self::read_of(Cursor::new(bytes), u64::MAX, query).map_or_else(|| Self::parse(bytes), Ok)
    }

    /// As [`parse_of`](Self::parse_of), of a file that is longer than memory should be, at most `longest` octets of
    /// it. `None` where it must be read as a whole: for a query that names nobody, and where anything is wrong, which
    /// the whole reading finds as well and tells.
    pub(crate) fn read_of(mut file: impl Read + Seek, longest: u64, query: &AccountQuery) -> Option<Self> {
        let ids = match Named::of(query)? {
            Named::Id(id) => HashSet::from([id.to_ascii_lowercase()]),
            Named::User(name) => {
                let mut ids = HashSet::new();
                file.rewind().ok()?;
                let accounts = |section: &str| section == Section::Account.name();
                entries(file.by_ref().take(longest), accounts, |_, _, entry| {
                    let fields = fields(entry)?;
                    if fields.as_ref().is_some_and(|fields| same_name(fields.username(), name)) {
                        ids.extend(fields.map(|fields| fields.home_account_id().to_ascii_lowercase()));
                    }
                    Ok(())
                })
                .ok()?;
                ids
            }
        };
        let mut cache = Self::new();
        for section in NEEDED {
            cache.root.insert(section.name().to_owned(), Value::Object(Map::new()));
        }
        file.rewind().ok()?;
        entries(
            file.take(longest),
            |_| true,
            |section, key, entry| {
                // Not to be read as a cache, whatever it is.
                let Some(wanted) = cache.root.get_mut(section).and_then(Value::as_object_mut) else {
                    return check(entry);
                };
                let owner = fields(entry)?.map(|fields| fields.home_account_id().to_ascii_lowercase());
                if owner.is_some_and(|owner| ids.contains(&owner)) {
                    wanted.insert(parse(key)?, parse(entry)?);
                }
                Ok(())
            },
        )
        .ok()?;
        Some(cache)
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
fn fields(entry: &[u8]) -> Result<Option<Fields<'_>>, Unclear> {
    if entry.starts_with(b"{") { parse(entry).map(Some) } else { check(entry).map(|()| None) }
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
