//! `check`, `explain` and `setup`: what is wrong, and what to do.

use std::fs;

use mail_oauth_sim::TokenSpec;

use crate::bed::{ADELE, BERT, Bed, CLIENT_ID, builder};

#[tokio::test]
async fn check_names_the_switch() {
    let bed = Bed::signed_in().await;
    bed.tenant.set_fault_named("smtp-auth-disabled-mailbox").unwrap();
    let run = bed.run(&["check", "--lang", "de"]).await.expect(44);
    let text = run.text();
    for word in ["Abhilfe", "Set-CASMailbox", "smtp-auth-off-mailbox", "Postfach", "Es funktioniert nicht"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let json = bed.run(&["check", "--json"]).await.expect(44).json();
    assert_eq!(json["findings"][0]["id"], "smtp-auth-off-mailbox");
    assert_eq!(json["protocols"][0]["ok"], true);
    conforms(&json, &schema(), "");
    let page = bed.run(&["check", "--report", "html"]).await.expect(44).text();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let hidden = bed.run(&["check", "--hidden"]).await.expect(44).text();
    assert!(hidden.contains("Cannot be seen from here"), "{hidden}");
}

#[tokio::test]
async fn check_without_a_login_shows_its_code_to_nobody() {
    let bed = Bed::start(builder()).await;
    let run = bed.run(&["check", "--no-login"]).await.expect(0);
    assert!(run.text().contains("public client flows are on"), "{}", run.text());
    let json = bed.run(&["check", "--no-login", "--json"]).await.expect(0).json();
    conforms(&json, &schema(), "");
    let log = format!("{:?}", bed.tenant.log());
    assert!(log.contains("evicecode") || !log.is_empty());
    assert!(!run.text().contains("/device"), "{}", run.text());
    // Nobody is signed in by it.
    bed.run(&["token"]).await.expect(21);
}

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../../docs/check.schema.json")).unwrap()
}

/// Holds a value against the parts of JSON Schema that the published one uses.
fn conforms(value: &serde_json::Value, schema: &serde_json::Value, at: &str) {
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
    }
    let types: Vec<&str> = match &schema["type"] {
        serde_json::Value::Array(names) => names.iter().filter_map(|name| name.as_str()).collect(),
        name => name.as_str().into_iter().collect(),
    };
    let is = match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "boolean",
        serde_json::Value::Number(n) if n.is_u64() && !types.contains(&"number") => "integer",
        serde_json::Value::Number(_) => "number",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Array(_) => "array",
        serde_json::Value::Object(_) => "object",
    };
    assert!(types.is_empty() || types.contains(&is), "{at}: {value} is no {types:?}");
    let required = schema["required"].as_array().filter(|_| value.is_object());
    for name in required.into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{at}: {name} is missing");
    }
    if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, field) in fields {
            let known = known.get(name).unwrap_or_else(|| panic!("{at}: {name} is not in the schema"));
            conforms(field, known, &format!("{at}/{name}"));
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(item, &schema["items"], &format!("{at}/{number}"));
    }
}

/// Each is told in the language that was asked for, before anything is asked of the network.
#[tokio::test]
async fn bad_input_is_told_in_both_languages() {
    let bed = Bed::start(builder()).await;
    fs::write(bed.path("secret"), "3f2504e0-4f89-41d3-9a0c-0305e82c3399\n").unwrap();
    let secret = bed.path("secret");
    let secret = secret.to_str().unwrap();
    for (words, code, cause) in [
        (&["--address", "adele"][..], 2, "address-unusable"),
        (&["--provider", "hotmial"], 2, "provider-unknown"),
        (&["--client-id", ADELE], 2, "client-id-form"),
        (&["--client-id", "<client id>"], 2, "client-id-form"),
        (&["--client-secret-file", secret], 2, "secret-is-id"),
        (&["--scope", "https://graph.microsoft.com/Mail.Read"], 24, "scope-of-other-resource"),
    ] {
        for (lang, label, other) in [("de", "Fehler:", "error:"), ("en", "error:", "Fehler:")] {
            let defaults = ["--address", ADELE, "--client-id", CLIENT_ID];
            let rest = defaults.chunks(2).filter(|pair| !words.contains(&pair[0])).flatten().copied();
            let all: Vec<&str> =
                ["check", "--lang", lang].into_iter().chain(words.iter().copied()).chain(rest).collect();
            let run = bed.run(&all).await.expect(code);
            let told = format!("{}{}", run.text(), run.stderr);
            assert!(told.contains(cause), "{words:?}: {told}");
            assert!(run.stderr.contains(label) && !run.stderr.contains(other), "{words:?}: {told}");
        }
    }
    assert!(bed.tenant.log().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn explain_reads_what_is_pasted_and_repeats_no_secret() {
    let bed = Bed::start(builder()).await;
    let run = bed.run_bare(&["explain", "AADSTS7000218"], b"").await.expect(0);
    assert!(run.text().contains("public-client-off"), "{}", run.text());
    let german = bed.run_bare(&["explain", "--lang", "de", "7000222"], b"").await.expect(0);
    assert!(german.text().contains("Abhilfe"), "{}", german.text());
    let token = bed.tenant.mint(TokenSpec::new(ADELE).audience("https://graph.microsoft.com")).unwrap();
    let log = format!("C: A1 AUTHENTICATE XOAUTH2\nBearer {token}\nS: A1 NO AUTHENTICATE failed.\n");
    for words in [&["explain"][..], &["explain", "--json"]] {
        let run = bed.run_bare(words, log.as_bytes()).await.expect(0);
        assert!(run.text().contains("audience-graph"), "{}", run.text());
        assert!(!run.text().contains(&token[token.len() - 24..]), "the token is shown");
    }
    let german = bed.run_bare(&["explain", "--lang", "de"], b"hello").await.expect(2);
    assert!(german.stderr.contains("Fehler:") && german.stderr.contains("Abhilfe:"), "{}", german.stderr);
    let nothing = bed.run_bare(&["explain"], b"hello").await.expect(2);
    assert!(nothing.stderr.contains("nothing"), "{}", nothing.stderr);
}

#[tokio::test]
async fn setup_writes_an_account_once_or_tells_an_administrator() {
    let bed = Bed::start(builder()).await;
    let words = ["setup", BERT, "--provider", "microsoft365", "--client-id", CLIENT_ID, "--no-login"];
    // The file has one account, and keeps it.
    let before = fs::read_to_string(bed.path("config.toml")).unwrap();
    bed.run(&words).await.expect(0);
    let after = fs::read_to_string(bed.path("config.toml")).unwrap();
    assert!(after.starts_with(&before) && after.contains(&format!("address = \"{BERT}\"")), "{after}");
    // Again goes on where it stopped; another application under the same name does not.
    bed.run(&words).await.expect(0);
    assert_eq!(fs::read_to_string(bed.path("config.toml")).unwrap(), after);
    let other =
        words.map(|word| if word == CLIENT_ID { "00000000-4f89-41d3-9a0c-0305e82c3301" } else { word });
    bed.run(&other).await.expect(2);

    let guide =
        bed.run(&["setup", ADELE, "--provider", "microsoft365", "--admin", "--lang", "de"]).await.expect(0);
    for word in ["App-Registrierungen", "az ad app create", "IMAP.AccessAsUser.All"] {
        assert!(guide.text().contains(word), "{word}: {}", guide.text());
    }
    let app =
        bed.run(&["setup", ADELE, "--provider", "microsoft365", "--admin", "--app-only"]).await.expect(0);
    assert!(app.text().contains("New-ServicePrincipal"), "{}", app.text());
    // Password-only providers are said to be so, without asking anybody.
    let only = bed.run(&["setup", "adele@icloud.com"]).await.expect(31);
    assert!(only.stderr.contains("app-specific password"), "{}", only.stderr);
    let missing = bed.run(&["setup", ADELE, "--provider", "microsoft365"]).await.expect(2);
    assert!(missing.stderr.contains("--admin"), "{}", missing.stderr);
    let unknown = bed.run(&["setup", ADELE, "--provider", "hotmial"]).await.expect(2);
    assert!(unknown.stderr.contains("outlook-com") || unknown.stderr.contains("gmail"), "{}", unknown.stderr);
}

#[tokio::test]
async fn the_simulated_tenant_breaks_on_demand() {
    let bed = Bed::start(builder()).await;
    let list = bed.run_bare(&["sim", "--list-faults"], b"").await.expect(0);
    assert!(list.text().contains("imap-throttled"), "{}", list.text());
    let wrong = bed.run_bare(&["sim", "--fault", "imap-throtled"], b"").await.expect(2);
    assert!(wrong.stderr.contains("imap-throttled"), "{}", wrong.stderr);
    fs::write(bed.path("scenario.toml"), "domain = \"contoso.example\"\nuserr = []\n").unwrap();
    let scenario = bed.path("scenario.toml");
    let wrong = bed.run_bare(&["sim", "--scenario", scenario.to_str().unwrap()], b"").await.expect(2);
    assert!(wrong.stderr.contains("line 2: unknown field `userr`"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("--list-faults"), "no fault is wrong here: {}", wrong.stderr);
    let missing = bed.run_bare(&["sim", "--scenario", "nowhere.toml"], b"").await.expect(2);
    assert!(missing.stderr.contains("nowhere.toml: name a text file"), "{}", missing.stderr);
    assert!(missing.stderr.contains("No such file"), "{}", missing.stderr);
}

/// A log of a program that tries for hours has the same token in many lines.
#[tokio::test]
async fn a_token_in_many_lines_is_told_once() {
    let bed = Bed::start(builder()).await;
    let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20ifQ.c2ln";
    let log = format!("token {token}\n* NO AUTHENTICATE failed.\n").repeat(20);
    for (lang, words) in [("en", "15 and 12 more hold:"), ("de", "15 und 12 weitere enthalten:")] {
        let run = bed.run_bare(&["explain", "--lang", lang], log.as_bytes()).await.expect(0);
        assert!(run.text().contains(words), "{}", run.text());
        assert_eq!(run.text().matches("aud    https://graph.microsoft.com").count(), 1, "{}", run.text());
        assert!(!run.text().contains("eyJ"), "{}", run.text());
    }
}
