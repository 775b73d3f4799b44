//! Every way to a token.

use std::fs;

use mail_oauth_sim::{App, Mailbox, User};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::bed::{ADELE, Bed, CLIENT_ID, builder};

const SECRET: &str = "q~8Q~a-secret/with+odd=chars&more%";
const SHARED: &str = "invoices@contoso.example";

/// A personal account and an issuer that is not known here: sign in, check, send, fetch.
#[tokio::test]
async fn the_whole_job_with_other_providers() {
    let megan = "megan@outlook.example";
    for provider in ["outlook-com", "custom"] {
        let tenant = builder().user(User::personal(megan));
        let tenant =
            if provider == "custom" { tenant.profile(mail_oauth_sim::Profile::Plain) } else { tenant };
        let bed = Bed::start(tenant).await;
        let identity = bed.tenant.identity_addr().port();
        let (who, more) = if provider == "custom" {
            let scopes = "scopes = [\"https://outlook.office.com/IMAP.AccessAsUser.All\", \"https://outlook.office.com/POP.AccessAsUser.All\", \"https://outlook.office.com/SMTP.Send\"]";
            let tenant_id = bed.tenant.tenant_id();
            (ADELE, format!("issuer = \"https://localhost:{identity}/{tenant_id}/v2.0\"\n{scopes}"))
        } else {
            (megan, format!("authority = \"https://localhost:{identity}/consumers\""))
        };
        let text = fs::read_to_string(bed.path("config.toml")).unwrap();
        let kept: String = text
            .lines()
            .filter(|line| !line.starts_with("authority"))
            .map(|line| format!("{}\n", line.replace(ADELE, who)))
            .collect();
        fs::write(bed.path("config.toml"), format!("{kept}provider = \"{provider}\"\n{more}\n")).unwrap();
        bed.login_as(&[], |tenant, code| tenant.approve(code, who).unwrap()).await.expect(0);
        bed.run(&["check"]).await.expect(0);
        bed.run(&["send", who, "--subject", "hello", "--body", "from elsewhere"]).await.expect(0);
        for protocol in ["imap", "pop3"] {
            let fetched = bed.run(&["fetch", "--protocol", protocol]).await.expect(0);
            assert!(fetched.text().contains("from elsewhere"), "{provider} {protocol}: {}", fetched.text());
        }
    }
}

#[tokio::test]
async fn by_a_browser_that_comes_back() {
    let bed = Bed::start(builder()).await;
    // Without a PATH no browser is found: the address is shown, and the test is the browser.
    let mut command = bed.command(&["login", "--browser"]);
    let mut child = command.env_remove("BROWSER").env("PATH", "").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = loop {
        let line = lines.next_line().await.unwrap().expect("an address is shown");
        if line.starts_with("https://") {
            break line;
        }
    };
    let back = bed.tenant.sign_in(&address, ADELE).unwrap();
    let rest = back.url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = host.rsplit_once(':').unwrap().1;
    let mut browser = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let request = match &back.body {
        Some(body) => format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        None => format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    };
    browser.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    browser.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(child.wait().await.unwrap().success());
    bed.run(&["token"]).await.expect(0);
}

#[tokio::test]
async fn by_a_password_from_standard_input() {
    let bed = Bed::start(builder().user(User::new("pat@contoso.example").password("hunter 2"))).await;
    let words = ["login", "--password-stdin", "--address", "pat@contoso.example", "--client-id", CLIENT_ID];
    let authority = bed.tenant.authority();
    let words = [&words[..], &["--authority", &authority, "--imap", "localhost"]].concat();
    let wrong = bed.run_with(&words, b"hunter 3\n").await.expect(21);
    assert!(!wrong.stderr.contains("hunter"), "{}", wrong.stderr);
    let run = bed.run_with(&words, b"hunter 2\n").await.expect(0);
    assert!(run.text().contains("signed in as pat@contoso.example"), "{}", run.text());
    bed.run_with(&words, b"").await.expect(2);
}

#[tokio::test]
async fn by_the_application_itself() {
    const APP: &str = "99990000-4f89-41d3-9a0c-0305e82c3301";
    let bed = Bed::start(
        builder()
            .app(App::confidential(APP).secret(SECRET))
            .mailbox(Mailbox::new(SHARED).full_access(APP).send_as(APP)),
    )
    .await;
    fs::write(bed.path("secret"), format!("{SECRET}\n")).unwrap();
    let secret = bed.path("secret");
    let words =
        |command| [command, "--client-id", APP, "--app-only", "--mailbox", SHARED, "--sender", SHARED];
    // Without a credential nothing is asked.
    let without = bed.run(&words("token")).await.expect(2);
    assert!(without.stderr.contains("client_secret_file"), "{}", without.stderr);
    let with = |command| [&words(command)[..], &["--client-secret-file", secret.to_str().unwrap()]].concat();
    bed.run(&with("token")).await.expect(0);
    let check = bed.run(&with("check")).await.expect(0);
    assert!(check.text().contains("the application signs in as itself"), "{}", check.text());
    assert!(!check.text().contains(SECRET));
    // Nobody signs in for an application.
    bed.run(&with("login")).await.expect(2);
    fs::write(bed.path("secret"), "another").unwrap();
    fs::remove_file(bed.path("tokens.json")).unwrap();
    let wrong = bed.run(&with("token")).await;
    assert!(wrong.stderr.contains("AADSTS7000215"), "{}", wrong.stderr);
}

#[tokio::test]
async fn by_what_another_program_has() {
    let from = Bed::signed_in().await;
    let cache: serde_json::Value =
        serde_json::from_slice(&fs::read(from.path("tokens.json")).unwrap()).unwrap();
    let refresh = cache["RefreshToken"].as_object().unwrap().values().next().unwrap()["secret"].clone();

    fs::rename(from.path("tokens.json"), from.path("msal.json")).unwrap();
    from.run(&["token"]).await.expect(21);
    let msal = from.path("msal.json");
    let run = from.run(&["import", "--from", "msal", msal.to_str().unwrap()]).await.expect(0);
    assert!(run.text().contains(ADELE), "{}", run.text());
    from.run(&["token"]).await.expect(0);

    fs::remove_file(from.path("tokens.json")).unwrap();
    let mutt = serde_json::json!({ "registration": "microsoft", "email": ADELE, "refresh_token": refresh });
    let run = from.run_with(&["import", "--from", "mutt", "-"], mutt.to_string().as_bytes()).await.expect(0);
    assert!(!run.text().contains(refresh.as_str().unwrap()));
    from.run(&["token"]).await.expect(0);
    from.run_with(&["import", "--from", "mutt", "-"], b"-----BEGIN PGP MESSAGE-----").await.expect(2);
}

/// A refresh token as email-oauth2-proxy keeps it: Fernet, with a key stretched from the password.
fn sealed(refresh_token: &str, password: &str) -> String {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, URL_SAFE},
    };
    use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
    let (salt, iterations, vector) = ([1; 16], std::num::NonZeroU32::new(1200).unwrap(), [2; 16]);
    let mut key = [0; 32];
    ring::pbkdf2::derive(ring::pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &mut key);
    let mut text = refresh_token.as_bytes().to_vec();
    let length = text.len();
    text.resize(length + 16, 0);
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key[16..], &vector).unwrap();
    let encrypted = cipher.encrypt_padded::<Pkcs7>(&mut text, length).unwrap();
    let mut token = [&[0x80][..], &[0; 8], &vector, encrypted].concat();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key[..16]), &token);
    token.extend_from_slice(tag.as_ref());
    format!(
        "[IMAP-1993]\nlocal_port = 1993\n[{ADELE}]\ntoken_salt = {}\ntoken_iterations = {iterations}\nrefresh_token = {}\n",
        STANDARD.encode(salt),
        URL_SAFE.encode(token)
    )
}

#[tokio::test]
async fn by_what_email_oauth2_proxy_has() {
    const PASSWORD: &str = "p\u{e4}ss word";
    let bed = Bed::signed_in().await;
    let cache: serde_json::Value =
        serde_json::from_slice(&fs::read(bed.path("tokens.json")).unwrap()).unwrap();
    let refresh = cache["RefreshToken"].as_object().unwrap().values().next().unwrap()["secret"].clone();
    let refresh = refresh.as_str().unwrap();
    fs::remove_file(bed.path("tokens.json")).unwrap();
    fs::write(bed.path("emailproxy.config"), sealed(refresh, PASSWORD)).unwrap();
    fs::write(bed.path("password"), format!("{PASSWORD}\nanother line\n")).unwrap();
    fs::write(bed.path("wrong"), "password\n").unwrap();
    fs::write(bed.path("empty"), "\n").unwrap();
    let path = |name| bed.path(name).to_str().unwrap().to_owned();
    let (file, password) = (path("emailproxy.config"), path("password"));
    let import = ["import", "--from", "email-oauth2-proxy", &file];
    // The password is never an argument, and is not guessed.
    bed.run(&import).await.expect(2);
    for (name, word) in [("wrong", "another password"), ("empty", "no password")] {
        let run = bed.run(&[&import[..], &["--password-file", &path(name)]].concat()).await.expect(2);
        assert!(run.stderr.contains(word) && run.stderr.contains("fix:"), "{}", run.stderr);
    }
    let both = ["import", "--from", "email-oauth2-proxy", "-", "--password-file", "-"];
    bed.run(&both).await.expect(2);
    bed.run(&["token"]).await.expect(21);

    let run = bed.run(&[&import[..], &["--password-file", &password]].concat()).await.expect(0);
    assert!(run.text().contains(ADELE), "{}", run.text());
    for secret in [refresh, PASSWORD] {
        assert!(!run.text().contains(secret) && !run.stderr.contains(secret), "a secret is shown");
    }
    bed.run(&["token"]).await.expect(0);

    fs::remove_file(bed.path("tokens.json")).unwrap();
    let words = [&import[..], &["--password-file", "-"]].concat();
    bed.run_with(&words, PASSWORD.as_bytes()).await.expect(0);
    let other = [&words[..], &["--sign-in", "bert@contoso.example"]].concat();
    let run = bed.run_with(&other, PASSWORD.as_bytes()).await.expect(2);
    assert!(run.stderr.contains("there is no bert@contoso.example in it"), "{}", run.stderr);
}

#[tokio::test]
async fn into_an_encrypted_cache() {
    let bed = Bed::start(builder()).await;
    fs::write(bed.path("key"), [7; 32]).unwrap();
    #[cfg(unix)]
    fs::set_permissions(bed.path("key"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let key = bed.path("key");
    let key = key.to_str().unwrap();
    bed.login(&["--cache-key-file", key]).await.expect(0);
    let token = bed.run(&["token", "--cache-key-file", key]).await.expect(0).text();
    let cache = fs::read(bed.path("tokens.json")).unwrap();
    assert!(!cache.windows(16).any(|part| part == &token.as_bytes()[..16]), "the cache is not encrypted");
    let without = bed.run(&["token"]).await;
    assert!([5, 6].contains(&without.code()), "{}", without.stderr);
}
