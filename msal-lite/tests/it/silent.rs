//! Tokens without a person: memory of the cache, renewal ahead of time, throttles, applications.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use msal_lite::{
    AccountQuery, Cache, Error, ErrorKind, Limits, MemoryStore, Request, Response, Revision, Saved, Secret,
    Store, Timestamp, TokenClient, TokenSource, Transport, TransportError,
};

use crate::{
    applications::{DEFAULT, confidential},
    tenant::{IMAP, NOW, SMTP, answer, app, form, ok, scopes, tokens, tokens_of},
};

type Answer = dyn Fn(u64, &[(String, String)]) -> Response + Send + Sync;
type Form = Vec<(String, String)>;

/// Answers by the form; counts.
#[derive(Clone)]
struct Provider(Arc<Inside>);

struct Inside {
    requests: AtomicU64,
    forms: Mutex<Vec<Form>>,
    answer: Box<Answer>,
}

impl Provider {
    fn new(answer: impl Fn(u64, &[(String, String)]) -> Response + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inside {
            requests: AtomicU64::new(0),
            forms: Mutex::default(),
            answer: Box::new(answer),
        }))
    }

    fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::SeqCst)
    }
}

impl Transport for Provider {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        let number = self.0.requests.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        let form = form(&request);
        let response = (self.0.answer)(number, &form);
        self.0.forms.lock().unwrap().push(form);
        Ok(response)
    }
}

/// Counts how often the cache itself is looked at.
#[derive(Clone, Default)]
struct Counted(Arc<(MemoryStore, AtomicU64)>);

impl Store for Counted {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        self.0.0.read(look)
    }
    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        self.0.0.update(change)
    }
    fn revision(&self) -> Option<Revision> {
        self.0.0.revision()
    }
}

/// A clock that is set.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW.as_unix())))
    }
    fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
    fn read(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = Arc::clone(&self.0);
        move || Timestamp::from_unix(clock.load(Ordering::SeqCst))
    }
}

fn only() -> AccountQuery {
    AccountQuery::Only
}

#[tokio::test(start_paused = true)]
async fn a_hit_looks_at_the_cache_once_and_a_change_is_seen_at_once() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r")));
    let (store, clock) = (Counted::default(), Clock::new());
    let client = TokenClient::new(app(), store.clone(), provider.clone()).with_clock(clock.read());
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    let looks = || store.0.1.load(Ordering::SeqCst);
    let before = looks();
    for _ in 0..50 {
        let token = client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
        assert_eq!((token.access_token().expose(), token.source()), ("a0", TokenSource::Cache));
    }
    assert_eq!(looks() - before, 1);
    // Other questions have answers of their own.
    assert!(client.acquire_silent(&scopes(IMAP), &AccountQuery::username("nobody@x")).await.is_err());
    // The end of the token.
    clock.forward(4213 - 300);
    assert_eq!(client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().access_token().expose(), "a1");
    // A clock that is set back far.
    clock.0.store(NOW.as_unix() - 10_000, Ordering::SeqCst);
    assert_eq!(client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().source(), TokenSource::Refreshed);
    clock.0.store(NOW.as_unix(), Ordering::SeqCst);
    // Somebody removes the account behind the client's back.
    let account = client.accounts().unwrap().remove(0);
    client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
    store.update(&mut |cache| assert!(cache.remove_account(&account))).unwrap();
    assert!(matches!(client.acquire_silent(&scopes(IMAP), &only()).await, Err(Error::NoAccount { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_ahead_of_its_end() {
    let body = |access: &str| {
        tokens(access, "r").replace("\"expires_in\":4213", "\"expires_in\":86400,\"refresh_in\":43200")
    };
    let provider = Provider::new(move |number, _| match number {
        0 => ok(body("old")),
        1 => answer(503, "").with_header("Retry-After", "120"),
        _ => ok(body("new")),
    });
    let clock = Clock::new();
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(clock.read());
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    let next = async || {
        client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().access_token().expose().to_owned()
    };
    assert_eq!((next().await.as_str(), provider.requests()), ("old", 1));
    clock.forward(43_200);
    // Twenty callers get the old token at once; one request goes out, and fails.
    for _ in 0..20 {
        assert_eq!(next().await, "old");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(provider.requests(), 2);
    // Not again before the provider wants it.
    clock.forward(61);
    assert_eq!(next().await, "old");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(provider.requests(), 2);
    clock.forward(121);
    assert_eq!(next().await, "old");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((next().await.as_str(), provider.requests()), ("new", 3));
}

#[tokio::test(start_paused = true)]
async fn the_throttle_of_one_is_not_that_of_another() {
    let (one, two) = ("aaaaaaaa-0000-cccc-dddd-eeeeeeeeeeee", "bbbbbbbb-0000-cccc-dddd-eeeeeeeeeeee");
    let provider = Provider::new(move |number, form| {
        let token = &form.iter().find(|(name, _)| name == "refresh_token").unwrap().1;
        match (number, token.as_str()) {
            (0, _) => ok(tokens_of(one, "one@contoso.com", "a", "r-one")),
            (1, _) => ok(tokens_of(two, "two@contoso.com", "a", "r-two")),
            (_, "r-one") if number < 4 => answer(429, "Too Many Requests").with_header("Retry-After", "300"),
            (_, "r-one") => ok(tokens_of(one, "one@contoso.com", "fresh", "r-one").replace(IMAP, SMTP)),
            _ => ok(tokens_of(two, "two@contoso.com", "fresh", "r-two").replace(IMAP, SMTP)),
        }
    });
    let clock = Clock::new();
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(clock.read());
    for token in ["x", "y"] {
        client.adopt_refresh_token(&scopes(IMAP), Secret::new(token.to_owned())).await.unwrap();
    }
    let get = async |user: &str| client.acquire_silent(&scopes(SMTP), &AccountQuery::username(user)).await;
    assert_eq!(get("one@contoso.com").await.unwrap_err().retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(get("two@contoso.com").await.unwrap().access_token().expose(), "fresh");
    clock.forward(100);
    let error = get("one@contoso.com").await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Wait, Some(Duration::from_secs(200))));
    assert_eq!(provider.requests(), 4, "nothing is asked while the provider wants to be left alone");
    let accounts = client.accounts().unwrap();
    let until =
        |name: &str| client.throttled_until(accounts.iter().find(|one| one.username == name).unwrap());
    assert_eq!(until("one@contoso.com"), Some(Timestamp::from_unix(NOW.as_unix() + 300)));
    assert_eq!(until("two@contoso.com"), None);
    // The token that is there is given all the same.
    assert!(client.acquire_silent(&scopes(IMAP), &AccountQuery::username("one@contoso.com")).await.is_ok());
    clock.forward(200);
    assert_eq!(get("one@contoso.com").await.unwrap().access_token().expose(), "fresh");
}

#[tokio::test(start_paused = true)]
async fn a_loop_breaker_makes_a_pause_and_kills_no_refresh_token() {
    let provider = Provider::new(|number, _| match number {
        0 => ok(tokens("a0", "r").replace("4213", "1")),
        1 => answer(
            400,
            r#"{"error":"invalid_grant","error_codes":[50196],"error_description":"AADSTS50196"}"#,
        ),
        _ => ok(tokens("a2", "r")),
    });
    let clock = Clock::new();
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(clock.read());
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    for _ in 0..3 {
        let error = client.acquire_silent(&scopes(IMAP), &only()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Wait);
        // What an administrator needs is told each time.
        assert_eq!(error.server().unwrap().codes(), [50196]);
    }
    assert_eq!(provider.requests(), 2, "it is not asked again in the next minute");
    clock.forward(60);
    assert_eq!(client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().access_token().expose(), "a2");
}

#[tokio::test(start_paused = true)]
async fn a_setting_is_of_the_clone_that_it_was_made_on() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r")));
    let one = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(|| NOW);
    // There is another one, and the setting counts all the same.
    let two = one.clone().with_expiry_skew(Duration::from_secs(86_400));
    one.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    let get = async |client: &TokenClient<Provider>| {
        client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().access_token().expose().to_owned()
    };
    assert_eq!((get(&one).await.as_str(), provider.requests()), ("a0", 1));
    assert_eq!((get(&two).await.as_str(), provider.requests()), ("a1", 2));
    // The store is one, and so is what is known of it.
    assert_eq!((get(&one).await.as_str(), provider.requests()), ("a1", 2));
    let later = one.clone().with_clock(|| Timestamp::from_unix(NOW.as_unix() + 4213));
    assert_eq!((get(&later).await.as_str(), provider.requests()), ("a2", 3));
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_passes_the_cached_token_over() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r")));
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(|| NOW);
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    let token = client.acquire_silent_with_claims(&scopes(IMAP), &only(), "{\"c\":1}").await.unwrap();
    assert_eq!(token.access_token().expose(), "a1");
    assert!(provider.0.forms.lock().unwrap()[1].contains(&("claims".to_owned(), "{\"c\":1}".to_owned())));
    assert_eq!(client.acquire_silent(&scopes(IMAP), &only()).await.unwrap().access_token().expose(), "a1");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_passed_over_once_for_all_callers() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r")));
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(|| NOW);
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    let old = client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
    assert_eq!(old.access_token().expose(), "a0");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (client, old) = (client.clone(), old.clone());
        callers.spawn(async move {
            let new = client.acquire_silent_instead_of(&old, &scopes(IMAP), &only()).await.unwrap();
            new.access_token().expose().to_owned()
        });
    }
    assert_eq!(callers.join_all().await, ["a1"; 10]);
    assert_eq!(provider.requests(), 2, "ten callers wait for one request");
    let kept = client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
    assert_eq!((kept.access_token().expose(), kept.source()), ("a1", TokenSource::Cache));
    // Another token is none of those that were refused.
    let same = client.acquire_silent_instead_of(&old, &scopes(IMAP), &only()).await.unwrap();
    assert_eq!((same.access_token().expose(), provider.requests()), ("a1", 2));
}

#[tokio::test(start_paused = true)]
async fn the_last_use_of_a_sign_in_is_known() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r")));
    let clock = Clock::new();
    let client = TokenClient::new(app(), MemoryStore::default(), provider).with_clock(clock.read());
    assert!(matches!(client.refreshed_on(&only()), Err(Error::NoAccount { .. })));
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    clock.forward(86_400);
    assert_eq!(client.refreshed_on(&only()).unwrap(), Some(NOW));
    client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
    assert_eq!(client.refreshed_on(&only()).unwrap(), Some(NOW + Duration::from_secs(86_400)));
}

#[tokio::test]
async fn a_refused_token_of_the_application_is_passed_over() {
    let provider = Provider::new(|number, _| {
        ok(format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"app{number}"}}"#))
    });
    let client = TokenClient::new(confidential(app()), MemoryStore::default(), provider.clone());
    client.acquire_for_client(&scopes(DEFAULT)).await.unwrap();
    let old = client.acquire_for_client(&scopes(DEFAULT)).await.unwrap();
    assert_eq!((old.access_token().expose(), old.source()), ("app0", TokenSource::Cache));
    let new = client.acquire_for_client_instead_of(&old, &scopes(DEFAULT)).await.unwrap();
    assert_eq!((new.access_token().expose(), new.source()), ("app1", TokenSource::Application));
    let kept = client.acquire_for_client_instead_of(&old, &scopes(DEFAULT)).await.unwrap();
    assert_eq!((kept.access_token().expose(), provider.requests()), ("app1", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_share_one_request_too() {
    let provider =
        Provider::new(|_, _| ok(r#"{"token_type":"Bearer","expires_in":3599,"access_token":"app"}"#));
    let client = TokenClient::new(confidential(app()), MemoryStore::default(), provider.clone());
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        callers.spawn(async move { client.acquire_for_client(&scopes(DEFAULT)).await.unwrap().source() });
    }
    let sources = callers.join_all().await;
    assert_eq!(sources.iter().filter(|source| **source == TokenSource::Application).count(), 1);
    assert_eq!(provider.requests(), 1);
    assert!(client.accounts().unwrap().is_empty());
    let public = TokenClient::new(app(), MemoryStore::default(), provider);
    assert!(public.acquire_for_client(&scopes(DEFAULT)).await.unwrap_err().to_string().contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn assertions_are_made_for_each_request() {
    let provider = Provider::new(|number, _| ok(tokens(&format!("a{number}"), "r").replace("4213", "1")));
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone())
        .with_clock(|| NOW)
        .with_assertion(move |request| {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            assert!(request.audience.ends_with("/oauth2/v2.0/token") && request.now == NOW);
            async move { Ok(Secret::new(format!("assertion{number}"))) }
        });
    client.adopt_refresh_token(&scopes(IMAP), Secret::new("r0".to_owned())).await.unwrap();
    client.acquire_silent(&scopes(IMAP), &only()).await.unwrap();
    client.acquire_for_client(&scopes(DEFAULT)).await.unwrap();
    for (number, form) in provider.0.forms.lock().unwrap().iter().enumerate() {
        assert!(form.contains(&("client_assertion".to_owned(), format!("assertion{number}"))), "{form:?}");
    }
    let failing = client.with_assertion(|_| async { Err(Error::Assertion("no token file".to_owned())) });
    assert!(
        failing
            .acquire_silent(&scopes(SMTP), &only())
            .await
            .unwrap_err()
            .to_string()
            .contains("no token file")
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_not_tried_again() {
    let provider = Provider::new(|number, form| match (number, form.is_empty()) {
        (_, true) => ok(r#"{"account_type":"Managed"}"#),
        (1, _) => answer(400, r#"{"error":"invalid_grant","error_codes":[50126]}"#),
        _ => ok(tokens("a", "r")),
    });
    let clock = Clock::new();
    let client = TokenClient::new(app(), MemoryStore::default(), provider.clone()).with_clock(clock.read());
    let sign_in = async |password: &str| {
        client.password(&scopes(IMAP), "u@contoso.com", Secret::new(password.to_owned())).await
    };
    for _ in 0..3 {
        assert_eq!(sign_in("wrong").await.unwrap_err().kind(), ErrorKind::SignInAgain);
    }
    assert_eq!(provider.requests(), 2);
    assert!(sign_in("right").await.is_ok());
    clock.forward(900);
    assert!(sign_in("wrong").await.is_ok(), "the account may have been unlocked");
}
