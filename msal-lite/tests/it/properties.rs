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

    #[test]
    fn addresses_and_forms_are_those_of_the_reference(
        hint in "\\PC{0,24}", claims in ".{0,24}", value in "[ -~\u{e4}\u{20ac}\u{1f600}]{0,24}", secret in "[!-~]{4,40}",
    ) {
        let options = msal_lite::AuthorizationOptions::new()
            .with_login_hint(&hint).with_claims(&claims).with_parameter("x", &value).unwrap();
        let id = || msal_lite::CorrelationId::from_random([7; 16]);
        let flow = msal_lite::AuthorizationCodeFlow::new(
            &app(), &scopes(IMAP), "http://localhost:1", &options, [3; 96], id(),
        ).unwrap();
        let pairs: Vec<(String, String)> =
            url::Url::parse(flow.authorization_url()).unwrap().query_pairs().into_owned().collect();
        for (name, value) in [("login_hint", &hint), ("claims", &claims), ("x", &value)] {
            prop_assert_eq!(pairs.iter().filter(|(one, _)| one == name).map(|(_, value)| value).collect::<Vec<_>>(), [value]);
        }
        prop_assert!(flow.authorization_url().is_ascii());

        let token = msal_lite::Secret::new(secret.clone());
        let mut refresh = msal_lite::RefreshFlow::new(&app(), &scopes(IMAP), token, id()).unwrap();
        let body = sent(&mut refresh).into_body();
        let mut reference = url::form_urlencoded::Serializer::new(String::new());
        reference.append_pair("refresh_token", &secret);
        let body = String::from_utf8(body.expose().to_vec()).unwrap();
        prop_assert!(body.contains(&reference.finish()));
        prop_assert!(!body.contains([' ', '\r', '\n']));
    }

    #[test]
    fn nothing_that_comes_to_the_redirect_address_panics_or_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut flow = crate::authorization_code::flow();
        prop_assert_eq!(flow.receive_redirect(&bytes).unwrap(), msal_lite::Redirect::Foreign);
    }

    #[test]
    fn scope_sets_have_no_order_and_no_case(list in proptest::collection::vec("x://r/[a-c]{1,2}", 1..6), seed in any::<u64>()) {
        let one = Scopes::new(&list).unwrap();
        let mut other: Vec<String> = list.iter().map(|scope| scope.to_uppercase()).collect();
        other.rotate_left(usize::try_from(seed % 7).unwrap() % list.len());
        let other = Scopes::new(&other).unwrap();
        prop_assert_eq!(one.iter().count(), other.iter().count());
        prop_assert!(one.iter().all(|scope| other.contains(scope)));
        // What is in the cache under one spelling is found under the other.
        let mut flow = refresh_flow();
        sent(&mut flow);
        flow.receive(&ok(r#"{"access_token":"a","expires_in":3600,"refresh_token":"r"}"#), NOW).unwrap();
        let msal_lite::Step::Done(response) = flow.step().unwrap() else { panic!() };
        let mut cache = Cache::new();
        cache.insert(&app(), &one, &response, None, NOW);
        let skew = std::time::Duration::ZERO;
        let found = cache.silent(&app(), &other, &msal_lite::AccountQuery::Only, NOW, skew);
        // The answer of the test is for IMAP, which the fixture's flow asked for.
        prop_assert!(matches!(found, Ok(msal_lite::Silent::Hit(_))));
    }

    #[test]
    fn imports_and_discovery_take_anything(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,80}", value in json()) {
        for input in [&bytes[..], text.as_bytes(), value.to_string().as_bytes()] {
            let _ = msal_lite::ImportedAccount::from_mutt_oauth2(input);
            let _ = msal_lite::ImportedAccount::from_email_oauth2_proxy(input);
            let mut discovery =
                msal_lite::DiscoveryFlow::new("https://a.example", msal_lite::CorrelationId::from_random([7; 16])).unwrap();
            discovery.step().unwrap();
            let _ = discovery.receive(&ok(input), NOW);
            let _ = crate::password::flow().receive(&ok(input), NOW);
            let _ = crate::authorization_code::redeeming().receive(&ok(input), NOW);
        }
    }
}
