//! What holds for any input.

use msal_lite::{Cache, Flow, Scopes};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::tenant::{IMAP, NOW, answer, app, ok, polling, refresh_flow, scopes, sent, tokens};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(|number: f64| Value::from(number)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unknown_parts_survive(
        unknown in proptest::collection::btree_map("x[a-z]{0,6}", json(), 0..4),
        fields in proptest::collection::btree_map("x[a-z]{0,6}", json(), 0..4),
    ) {
        let mut flow = refresh_flow();
        sent(&mut flow);
        flow.receive(&ok(tokens("a1", "r1")), NOW).unwrap();
        let msal_lite::Step::Done(response) = flow.step().unwrap() else { panic!() };
        let mut cache = Cache::new();
        let account = cache.insert(&app(), &scopes(IMAP), &response, None, NOW);

        // Somebody else's fields, in the root and in every entry.
        let mut file: Map<String, Value> = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
        for section in file.values_mut() {
            for entry in section.as_object_mut().unwrap().values_mut() {
                entry.as_object_mut().unwrap().extend(fields.clone());
            }
        }
        file.extend(unknown.clone());
        let text = serde_json::to_vec(&file).unwrap();
        let mut cache = Cache::parse(&text).unwrap();
        let again: Map<String, Value> = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
        prop_assert_eq!(&again, &file);

        cache.insert(&app(), &scopes(IMAP), &response, Some(&account), NOW);
        let after: Map<String, Value> = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
        for (name, value) in &unknown {
            prop_assert_eq!(&after[name], value);
        }
        for section in ["Account", "RefreshToken", "IdToken", "AppMetadata"] {
            for entry in after[section].as_object().unwrap().values() {
                for (name, value) in &fields {
                    prop_assert_eq!(&entry[name], value);
                }
            }
        }
    }

    #[test]
    fn no_answer_panics(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,60}") {
        let _ = polling().receive(&answer(status, &body), NOW);
        let _ = polling().receive(&answer(status, format!(r#"{{"error":"{text}","error_description":"{text}"}}"#)), NOW);
        let _ = polling().receive(&answer(status, format!(r#"{{"access_token":"{text}","id_token":"{text}","client_info":"{text}"}}"#)), NOW);
        let _ = Cache::parse(&body);
        let _ = Cache::parse(text.as_bytes());
    }

    #[test]
    fn scopes_are_written_and_read_again(list in proptest::collection::vec("[!#-\\[\\]-~]{1,12}", 1..6)) {
        let scopes = Scopes::new(&list).unwrap();
        prop_assert_eq!(Scopes::parse(&scopes.to_string()).unwrap(), scopes);
    }

    #[test]
    fn any_json_is_a_cache_or_an_error(value in json()) {
        if let Ok(cache) = Cache::parse(value.to_string().as_bytes()) {
            let _ = cache.accounts();
            prop_assert_eq!(Cache::parse(cache.to_bytes().expose()).unwrap(), cache);
        }
    }
}
