//! Another cache's tokens beside one's own.

use serde_json::{Map, Value};

use super::{Cache, Entity, Section};
use crate::authority::same_environment;

/// The fields that make two entries one, whatever their keys.
const IDENTITY: [&str; 5] = ["home_account_id", "client_id", "realm", "target", "token_type"];

impl Cache {
    /// Takes in what `other` has and this cache has not. Of two entries that are the same but for their
    /// tokens the newer one stays; without a date, the one that is here.
    pub fn adopt(&mut self, other: &Self) {
        for section in Section::ALL {
            let Some(theirs) = other.root.get(section.name()).and_then(Value::as_object) else { continue };
            for (key, value) in theirs {
                let Some(object) = value.as_object() else { continue };
                self.adopt_entry(section, key, object);
            }
        }
    }

    fn adopt_entry(&mut self, section: Section, key: &str, theirs: &Map<String, Value>) {
        let Some(ours) = self.section_mut(section) else { return };
        let same = ours.iter_mut().find(|(_, value)| {
            value.as_object().is_some_and(|object| is_same(section, Entity(object), Entity(theirs)))
        });
        match same {
            Some((_, value)) => {
                if value.as_object().is_some_and(|mine| is_newer(Entity(theirs), Entity(mine))) {
                    crate::json::wipe(value);
                    *value = Value::Object(theirs.clone());
                }
            }
            None => {
                ours.insert(key.to_owned(), Value::Object(theirs.clone()));
            }
        }
    }
}

fn is_same(section: Section, one: Entity<'_>, other: Entity<'_>) -> bool {
    // A refresh token is good for every scope, so that its target tells nothing.
    let fields =
        if section == Section::RefreshToken { IDENTITY.get(..2).unwrap_or_default() } else { &IDENTITY };
    fields.iter().all(|field| one.text(field).eq_ignore_ascii_case(other.text(field)))
        && one.text("credential_type").eq_ignore_ascii_case(other.text("credential_type"))
        && same_environment(one.text("environment"), other.text("environment"))
}

fn is_newer(theirs: Entity<'_>, mine: Entity<'_>) -> bool {
    let date = |entity: Entity<'_>| {
        ["last_modification_time", "cached_at"].iter().find_map(|field| entity.time(field))
    };
    date(theirs) > date(mine)
}
