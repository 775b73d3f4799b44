//! What is kept of an object that a provider sends.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Wiped, wipe};

/// Members kept of an object. A discovery document has some sixty, a token answer a dozen.
const MOST_MEMBERS: usize = 256;
/// Elements kept of a list: of roles, a token may have dozens.
const MOST_ELEMENTS: usize = 128;

/// An object, as far as anything here looks at one: its texts, numbers and lists of these. What is nested deeper is
/// null, and what is beyond the bounds is passed over, because a value takes thirty times the room of its text.
///
/// # Errors
///
/// No JSON; a data error for what is JSON and no object.
pub(crate) fn members(bytes: &[u8]) -> Result<Wiped, serde_json::Error> {
    serde_json::from_slice(bytes).map(|Members(object)| object)
}

struct Members(Wiped);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut kept = Wiped(Map::new());
                while kept.0.len() < MOST_MEMBERS
                    && let Some(name) = map.next_key::<String>()?
                {
                    let Member(value) = map.next_value::<Member<true>>()?;
                    // Of two of one name the last counts.
                    if let Some(mut before) = kept.0.insert(name, value) {
                        wipe(&mut before);
                    }
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Members(kept))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A member, or with `LISTS` false an element of a list.
struct Member<const LISTS: bool>(Value);

impl<'de, const LISTS: bool> Deserialize<'de> for Member<LISTS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<const LISTS: bool>;
        impl<'de, const LISTS: bool> Visitor<'de> for Reader<LISTS> {
            type Value = Member<LISTS>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Member(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Member(Value::Bool(value)))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Member(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Member(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Member(value.into()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Member(Value::String(value.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                while LISTS
                    && kept.len() < MOST_ELEMENTS
                    && let Some(Member(value)) = list.next_element::<Member<false>>()?
                {
                    kept.push(value);
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Member(if LISTS { Value::Array(kept) } else { Value::Null }))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Member(Value::Null))
            }
        }
        deserializer.deserialize_any(Reader::<LISTS>)
    }
}
