//! The client over a transport that is no network.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use msal_lite::{
    AccountQuery, Cache, Error, ErrorKind, FileStore, Limits, MemoryStore, RefreshGuard, Request, Response,
    Saved, Store, TokenClient, TokenSource, Transport, TransportError, TransportErrorKind,
};

use crate::tenant::{DEVICE_CODE, IMAP, NOW, SMTP, answer, app, form, ok, scopes, tokens};

/// Answers each request by a function of its form.
#[derive(Clone)]
struct Provider {
    requests: Arc<AtomicUsize>,
    answer: Arc<Answer>,
}

type Answer = dyn Fn(usize, &[(String, String)]) -> Result<Response, TransportError> + Send + Sync;

impl Provider {
    fn new(
        answer: impl Fn(usize, &[(String, String)]) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self { requests: Arc::default(), answer: Arc::new(answer) }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Transport for Provider {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        // Time for the other callers to come.
        tokio::time::sleep(Duration::from_millis(20)).await;
        (self.answer)(number, &form(&request))
    }
}

/// A store that says what is done with it.
#[derive(Clone, Default)]
struct Watched {
    inner: Arc<MemoryStore>,
    log: Arc<Mutex<Vec<&'static str>>>,
}

impl Store for Watched {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        self.inner.read(look)
    }

    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        self.log.lock().unwrap().push("update");
        self.inner.update(change)
    }

    fn probe(&self) -> Result<(), Error> {
        self.log.lock().unwrap().push("probe");
        Ok(())
    }

    fn begin_refresh(&self) -> RefreshGuard {
        self.log.lock().unwrap().push("begin refresh");
        RefreshGuard::none()
    }
}

fn field<'f>(form: &'f [(String, String)], name: &str) -> &'f str {
    form.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
}

fn refused(error: &str) -> Response {
    answer(400, format!(r#"{{"error":"{error}"}}"#))
}

/// A client in whose store a person is signed in, with a refresh token `r0` and an ended access token.
fn signed_in<S: Store + Clone + 'static>(store: &S, provider: &Provider) -> TokenClient<Provider> {
    put_refresh_token(store, "r0");
    TokenClient::new(app(), store.clone(), provider.clone()).with_clock(|| NOW)
}

fn put_refresh_token(store: &dyn Store, token: &str) {
    use msal_lite::{Flow, Step};
    let mut flow = crate::tenant::refresh_flow();
    crate::tenant::sent(&mut flow);
    flow.receive(&ok(tokens("ended", token).replace("4213", "0")), NOW).unwrap();
    let Step::Done(response) = flow.step().unwrap() else { panic!() };
    store.update(&mut |cache| drop(cache.insert(&app(), &scopes(IMAP), &response, None, NOW))).unwrap();
}

fn has(store: &dyn Store, text: &str) -> bool {
    let mut found = false;
    store
        .read(&mut |cache| {
            found = cache.to_bytes().expose().windows(text.len()).any(|window| window == text.as_bytes());
        })
        .unwrap();
    found
}

#[tokio::test(start_paused = true)]
async fn sign_in_then_cache_then_another_scope() {
    let provider = Provider::new(|number, form| {
        Ok(match (number, field(form, "grant_type")) {
            (0, "") => ok(DEVICE_CODE),
            (1, _) => refused("authorization_pending"),
            (2, _) => ok(tokens("imap", "r1")),
            (3, "refresh_token") => {
                assert_eq!(field(form, "refresh_token"), "r1");
                assert!(field(form, "scope").starts_with(SMTP));
                ok(tokens("smtp", "r2").replace(IMAP, SMTP))
            }
            _ => panic!("{number} {form:?}"),
        })
    });
    let store = Watched::default();
    let client = TokenClient::new(app(), store.clone(), provider.clone()).with_clock(|| NOW);
    let error = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInAgain);

    let mut shown = Vec::new();
    let token =
        client.device_code(&scopes(IMAP), |prompt| shown.push(prompt.user_code().to_owned())).await.unwrap();
    assert_eq!(shown, ["ABCD12345"]);
    assert_eq!((token.access_token().expose(), token.source()), ("imap", TokenSource::SignIn));
    assert_eq!(token.account().username, "user@contoso.com");
    assert_eq!(*store.log.lock().unwrap(), ["probe", "update"]);

    let token =
        client.acquire_silent(&scopes(IMAP), &AccountQuery::username("USER@contoso.com")).await.unwrap();
    assert_eq!((token.access_token().expose(), token.source()), ("imap", TokenSource::Cache));
    assert_eq!(provider.requests(), 3);

    let token = client.acquire_silent(&scopes(SMTP), &AccountQuery::Only).await.unwrap();
    assert_eq!((token.access_token().expose(), token.source()), ("smtp", TokenSource::Refreshed));
    assert!(has(&store, "r2") && !has(&store, "\"r1\""));

    let account = client.accounts().unwrap().remove(0);
    assert!(client.remove_account(&account).await.unwrap());
    assert!(client.accounts().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_callers_make_one_request() {
    let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
    let client = signed_in(&Watched::default(), &provider);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        callers.spawn(async move { client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await });
    }
    let tokens = callers.join_all().await;
    assert!(tokens.iter().all(|token| token.as_ref().unwrap().access_token().expose() == "fresh"));
    let refreshed =
        tokens.iter().filter(|token| token.as_ref().unwrap().source() == TokenSource::Refreshed).count();
    assert_eq!((provider.requests(), refreshed), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_saved_is_not_handed_out() {
    #[derive(Clone)]
    struct Full(Watched);
    impl Store for Full {
        fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
            self.0.read(look)
        }
        fn update(&self, _: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
            Err(Error::Store("the disk is full".to_owned()))
        }
    }
    let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
    let store = Watched::default();
    put_refresh_token(&store, "r0");
    let client = TokenClient::new(app(), Full(store), provider.clone()).with_clock(|| NOW);
    let error = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap_err();
    assert_eq!((error.kind(), provider.requests()), (ErrorKind::Storage, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dead_refresh_token_is_remembered() {
    let provider = Provider::new(|number, _| {
        Ok(match number {
            0 => refused("invalid_grant"),
            _ => ok(tokens("fresh", "r2")),
        })
    });
    let store = Watched::default();
    let client = signed_in(&store, &provider);
    for _ in 0..3 {
        let error = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignInAgain);
    }
    assert_eq!(provider.requests(), 1);
    // Somebody signed in again.
    put_refresh_token(&store, "r1");
    let token = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap();
    assert_eq!(token.access_token().expose(), "fresh");
}

#[tokio::test(start_paused = true)]
async fn missing_consent_does_not_kill_the_refresh_token() {
    let provider = Provider::new(|number, _| {
        Ok(match number {
            0 => answer(400, r#"{"error":"invalid_grant","suberror":"consent_required"}"#),
            _ => ok(tokens("fresh", "r1")),
        })
    });
    let client = signed_in(&Watched::default(), &provider);
    assert!(client.acquire_silent(&scopes(SMTP), &AccountQuery::Only).await.is_err());
    assert!(client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_newer_refresh_token_of_another_process_is_tried() {
    let store = Watched::default();
    let other = store.clone();
    let provider = Provider::new(move |_, form| {
        Ok(match field(form, "refresh_token") {
            "r0" => {
                // Meanwhile another process has rotated it.
                put_refresh_token(&other, "r1");
                refused("invalid_grant")
            }
            "r1" => ok(tokens("fresh", "r2")),
            _ => panic!("{form:?}"),
        })
    });
    let client = signed_in(&store, &provider);
    let token = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap();
    assert_eq!((token.access_token().expose(), provider.requests()), ("fresh", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_caller_loses_no_rotated_token() {
    let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
    let store = Watched::default();
    let client = signed_in(&store, &provider);
    // The request is on its way; the caller goes.
    let scopes = scopes(IMAP);
    let call = client.acquire_silent(&scopes, &AccountQuery::Only);
    assert!(tokio::time::timeout(Duration::from_millis(5), call).await.is_err());
    // The next caller waits for the turn and finds the token saved.
    let token = client.acquire_silent(&scopes, &AccountQuery::Only).await.unwrap();
    assert_eq!((token.source(), provider.requests()), (TokenSource::Cache, 1));
    assert!(has(&store, "r1"));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_answers_is_given_up() {
    #[derive(Clone)]
    struct Silence;
    impl Transport for Silence {
        async fn send(&self, _: Request, _: &Limits) -> Result<Response, TransportError> {
            std::future::pending().await
        }
    }
    let store = Watched::default();
    put_refresh_token(&store, "r0");
    let client = TokenClient::new(app(), store, Silence).with_clock(|| NOW);
    match client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await {
        Err(Error::Network(error)) => assert_eq!(error.kind(), TransportErrorKind::Timeout),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_unusable_file_is_said_before_anyone_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let provider = Provider::new(|_, _| panic!("no request may be made"));
    let client = TokenClient::new(app(), FileStore::new(folder.path().join("no/tokens.json")), provider);
    let error = client.device_code(&scopes(IMAP), |_| panic!("nothing to show")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_on_one_file_make_one_request() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("tokens.json"));
    let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
    // As two processes: nothing but the file is shared.
    let (one, two) = (signed_in(&store, &provider), TokenClient::new(app(), store.clone(), provider.clone()));
    let two = two.with_clock(|| NOW);
    let scopes = scopes(IMAP);
    let both = tokio::join!(
        one.acquire_silent(&scopes, &AccountQuery::Only),
        two.acquire_silent(&scopes, &AccountQuery::Only)
    );
    assert_eq!(both.0.unwrap().access_token().expose(), "fresh");
    assert_eq!(both.1.unwrap().access_token().expose(), "fresh");
    assert_eq!(provider.requests(), 1);
    assert!(!format!("{one:?}").contains("fresh"));
}

/// A store that is shared or chosen at run time looks at one account as well as the store itself.
#[test]
fn a_shared_store_looks_at_one_account_too() {
    struct OneOnly;
    impl Store for OneOnly {
        fn read(&self, _: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
            panic!("all of it was read")
        }
        fn read_of(&self, _: &AccountQuery, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
            look(&Cache::new());
            Ok(())
        }
        fn update(&self, _: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
            Ok(Saved::default())
        }
    }
    let shared: Arc<dyn Store> = Arc::new(OneOnly);
    Store::read_of(&shared, &AccountQuery::username("u"), &mut |_| ()).unwrap();
    Store::read_of(&Arc::new(shared), &AccountQuery::username("u"), &mut |_| ()).unwrap();
}

/// Who signs out while a refresh is on its way stays signed out.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_under_way_does_not_bring_a_removed_account_back() {
    let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
    let store = Watched::default();
    let client = signed_in(&store, &provider);
    let account = client.accounts().unwrap().remove(0);
    let refreshing = tokio::spawn({
        let client = client.clone();
        async move { client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await }
    });
    while provider.requests() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(client.remove_account(&account).await.unwrap());
    refreshing.await.unwrap().unwrap();
    assert!(client.accounts().unwrap().is_empty());
    assert!(!has(&store, "r1"));
}

/// A keyring may ask a person, and a passphrase is stretched: not on a thread that others wait for.
#[tokio::test]
async fn what_has_to_be_unlocked_is_unlocked_elsewhere() {
    #[derive(Default)]
    struct Locked(MemoryStore, Mutex<Vec<std::thread::ThreadId>>);
    impl Store for Locked {
        fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
            self.1.lock().unwrap().push(std::thread::current().id());
            self.0.read(look)
        }
        fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
            self.0.update(change)
        }
        fn is_locked(&self) -> bool {
            self.1.lock().unwrap().is_empty()
        }
    }
    let here = std::thread::current().id();
    for way in 0..3 {
        let store = Arc::new(Locked::default());
        put_refresh_token(&store, "r0");
        let provider = Provider::new(|_, _| Ok(ok(tokens("fresh", "r1"))));
        let app = crate::applications::confidential(app());
        let client = TokenClient::new(app, Arc::clone(&store), provider).with_clock(|| NOW);
        let wanted = scopes(if way == 2 { crate::applications::DEFAULT } else { IMAP });
        let token = match way {
            0 => client.acquire_silent(&wanted, &AccountQuery::Only).await,
            1 => client.acquire_silent_with_claims(&wanted, &AccountQuery::Only, "{}").await,
            _ => client.acquire_for_client(&wanted).await,
        };
        assert_eq!(token.unwrap().access_token().expose(), "fresh");
        let looks = store.1.lock().unwrap();
        assert!(looks.len() > 1 && looks[0] != here && looks[1] == here, "{way}");
    }
}
