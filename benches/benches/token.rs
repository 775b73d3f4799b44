//! Tokens: from the cache in memory, from a large file in a new process, and by a refresh on a kept
//! connection.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::{
    error::Error,
    hint::black_box,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Instant,
};

use benches::{Rivals, cpu_time, duration};
use msal_lite::{
    AccountQuery, Application, Authority, Body, Cache, CorrelationId, FileStore, Flow as _, MemoryStore,
    RefreshFlow, Response, Scopes, Secret, Step, Store as _, Timestamp, TokenClient,
};

type Outcome<R> = Result<R, Box<dyn Error>>;

const CLIENT: &str = "11112222-3333-4444-5555-666677778888";
const IMAP: &str = "https://outlook.office.com/IMAP.AccessAsUser.All";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1..).unwrap_or_default() {
        [task, path] if task == "child" => return child(Path::new(path)),
        [task] if task == "nothing" => return Ok(()),
        [task] if task == "server" => return server(),
        [task, who, url, times] if task == "refresh-by" => return refresh_by(who, url, times.parse()?),
        _ => {}
    }
    // A name picks one: `cargo bench -p benches --bench token -- refresh`.
    let wanted = |name: &str| {
        arguments.iter().any(|one| one == name) || arguments.iter().skip(1).all(|one| one.starts_with('-'))
    };
    if wanted("hit") {
        hit()?;
    }
    if wanted("file") {
        large_file()?;
    }
    if wanted("refresh") {
        refresh()?;
    }
    Ok(())
}

fn app(authority: Authority) -> Outcome<Application> {
    Ok(Application::new(CLIENT, authority)?)
}

fn entra() -> Outcome<Authority> {
    Ok(Authority::parse("https://login.microsoftonline.com/organizations")?)
}

/// Accounts with tokens in the length that Entra's have.
fn filled(app: &Application, accounts: usize) -> Outcome<Cache> {
    let scopes = Scopes::parse(IMAP)?;
    let (mut cache, now) = (Cache::new(), Timestamp::from(std::time::SystemTime::now()));
    for number in 0..accounts {
        let mut flow =
            RefreshFlow::new(app, &scopes, Secret::new("r".to_owned()), CorrelationId::from_random([7; 16]))?;
        flow.step()?;
        let body = answer(number, 86_400);
        flow.receive(&Response::new(200, Body::new(body.into_bytes())), now)?;
        if let Step::Done(response) = flow.step()? {
            cache.insert(app, &scopes, &response, None, now);
        }
    }
    Ok(cache)
}

fn answer(number: usize, life: u32) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B};
    let tenant = "11111111-2222-3333-4444-555555555555";
    let user = format!("aaaaaaaa-bbbb-cccc-dddd-{number:012}");
    let claims = format!(
        r#"{{"oid":"{user}","tid":"{tenant}","preferred_username":"user{number}@contoso.com","name":"User {number}","pad":"{}"}}"#,
        "x".repeat(700)
    );
    let id_token = format!("{}.{}.{}", B.encode(r#"{"alg":"RS256"}"#), B.encode(claims), "s".repeat(342));
    let info = B.encode(format!(r#"{{"uid":"{user}","utid":"{tenant}"}}"#));
    format!(
        r#"{{"token_type":"Bearer","scope":"{IMAP}","expires_in":{life},"access_token":"{}","refresh_token":"{}","id_token":"{id_token}","client_info":"{info}"}}"#,
        "a".repeat(2048),
        "r".repeat(1200)
    )
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// `acquire_silent` with 100 accounts in memory, against a mutex and a clone.
fn hit() -> Outcome<()> {
    let app = app(entra()?)?;
    let client = TokenClient::new(app.clone(), MemoryStore::new(filled(&app, 100)?), reqwest_client()?);
    let (scopes, query) = (Scopes::parse(IMAP)?, AccountQuery::username("user57@contoso.com"));
    let (scopes, query, client) = (&scopes, &query, &client);
    let runtime = runtime()?;
    let bare = Mutex::new(runtime.block_on(client.acquire_silent(scopes, query))?);
    // Inside of one `block_on`, because entering the runtime costs as much again.
    runtime.block_on(async {
        let poll =
            |future: std::pin::Pin<&mut dyn Future<Output = Result<msal_lite::Token, msal_lite::Error>>>| {
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                black_box(future.poll(&mut context).is_ready())
            };
        Rivals::new("Cache hit, memory store, 100 accounts")
            .add("a mutex and a clone", || {
                black_box(bare.lock().map(|token| token.clone()).ok());
            })
            .add("msal-lite, acquire_silent", || {
                assert!(poll(std::pin::pin!(client.acquire_silent(scopes, query))));
            })
            .run(301, 1000);
    });
    Ok(())
}

/// A token out of a file of 1,000 accounts, in a process that has just been started.
fn large_file() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tokens.json");
    let app = app(entra()?)?;
    let cache = filled(&app, 1000)?;
    FileStore::new(&path).update(&mut |empty| *empty = cache.clone())?;
    println!("file of 1,000 accounts: {} KiB", std::fs::metadata(&path)?.len() >> 10);
    let me = std::env::current_exe()?;
    Rivals::new("A token out of a file of 1,000 accounts, whole process")
        .add("a process that does nothing", || {
            let _ = Command::new(&me).arg("nothing").status();
        })
        .add("msal-lite, acquire_silent", || {
            let status = Command::new(&me).arg("child").arg(&path).status();
            assert!(status.is_ok_and(|status| status.success()));
        })
        .run(31, 1);
    Ok(())
}

fn child(path: &Path) -> Outcome<()> {
    let client = TokenClient::new(app(entra()?)?, FileStore::new(path), reqwest_client()?);
    let query = AccountQuery::username("user999@contoso.com");
    let token = runtime()?.block_on(client.acquire_silent(&Scopes::parse(IMAP)?, &query))?;
    black_box(token);
    Ok(())
}

fn reqwest_client() -> Outcome<reqwest::Client> {
    // No certificates: everything here is on the loopback interface, without TLS.
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?)
}

/// Ends with the bench.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A refresh on a kept connection, against the same request by reqwest alone: CPU time of this process. Reqwest
/// alone keeps nothing, and so the store is one in memory.
fn refresh() -> Outcome<()> {
    let (_server, url) = started_server()?;
    let runtime = runtime()?;
    let (alone, ours) = (Alone::new(&url)?, runtime.block_on(Ours::new(&url))?);
    runtime.block_on(async {
        let (mut by_reqwest, mut by_us, mut wall) = (Vec::new(), Vec::new(), [0.0, 0.0]);
        for round in 0..=40 {
            let begin = (cpu_time(), Instant::now());
            alone.refresh(100).await?;
            let between = (cpu_time(), Instant::now());
            ours.refresh(100).await?;
            let end = (cpu_time(), Instant::now());
            // The first round warms up.
            if round > 0 {
                by_reqwest.push((between.0 - begin.0).as_secs_f64() * 1e7);
                by_us.push((end.0 - between.0).as_secs_f64() * 1e7);
                wall = [(between.1 - begin.1).as_secs_f64() * 1e7, (end.1 - between.1).as_secs_f64() * 1e7];
            }
        }
        let median = |times: &mut Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        let (by_reqwest, by_us) = (median(&mut by_reqwest), median(&mut by_us));
        println!("A refresh on a kept connection, CPU time of the client, store in memory");
        for (name, cpu, wall) in
            [("reqwest alone", by_reqwest, wall[0]), ("msal-lite, refresh and save", by_us, wall[1])]
        {
            let ratio = cpu / by_reqwest;
            println!("  {name:<44} {:>12} {ratio:>7.2}x  (wall {})", duration(cpu), duration(wall));
        }
        Outcome::Ok(())
    })?;
    instructions(&url)?;
    peers(&runtime, &url)
}

/// Instructions of a refresh, as valgrind counts them: those of 300 less those of 100.
fn instructions(url: &str) -> Outcome<()> {
    let me = std::env::current_exe()?;
    let count = |who: &str, times: &str| -> Outcome<f64> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&me)
            .args(["refresh-by", who, url, times])
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let count =
            said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
        Ok(count.ok_or("valgrind counted nothing")?.parse()?)
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("  no valgrind here to count instructions");
        return Ok(());
    }
    let each = |who| Outcome::Ok((count(who, "300")? - count(who, "100")?) / 200.0);
    let (alone, ours) = (each("alone")?, each("ours")?);
    println!("  instructions: reqwest alone {alone:.0}, msal-lite {ours:.0}, {:.2}x", ours / alone);
    Ok(())
}

fn refresh_by(who: &str, url: &str, times: u32) -> Outcome<()> {
    runtime()?.block_on(async {
        if who == "alone" {
            Alone::new(url)?.refresh(times).await
        } else {
            Ours::new(url).await?.refresh(times).await
        }
    })
}

/// The request that msal-lite makes, by reqwest alone.
struct Alone {
    http: reqwest::Client,
    url: String,
    fields: String,
}

impl Alone {
    fn new(url: &str) -> Outcome<Self> {
        let refresh_token = "r".repeat(1200);
        let scope = "https%3A%2F%2Foutlook.office.com%2FIMAP.AccessAsUser.All+offline_access+openid+profile";
        let fields = format!(
            "client_id={CLIENT}&grant_type=refresh_token&refresh_token={refresh_token}&scope={scope}&client_info=1"
        );
        Ok(Self { http: reqwest_client()?, url: url.to_owned(), fields })
    }

    async fn refresh(&self, times: u32) -> Outcome<()> {
        for _ in 0..times {
            let request = self
                .http
                .post(&self.url)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "application/json")
                .header("client-request-id", "07070707-0707-4707-8707-070707070707")
                .body(self.fields.clone());
            black_box(request.send().await?.bytes().await?);
        }
        Ok(())
    }
}

struct Ours {
    client: TokenClient,
    scopes: Scopes,
}

impl Ours {
    async fn new(url: &str) -> Outcome<Self> {
        let address = url.strip_suffix("/oauth2/v2.0/token").ok_or("no token endpoint")?;
        let (app, scopes) = (app(Authority::dangerous_parse_loopback_http(address)?)?, Scopes::parse(IMAP)?);
        let client = TokenClient::new(app, MemoryStore::default(), reqwest_client()?);
        client.adopt_refresh_token(&scopes, Secret::new("r".repeat(1200))).await?;
        Ok(Self { client, scopes })
    }

    /// Each call refreshes, because the token of the one before is about to end.
    async fn refresh(&self, times: u32) -> Outcome<()> {
        for _ in 0..times {
            black_box(self.client.acquire_silent(&self.scopes, &AccountQuery::Only).await?);
        }
        Ok(())
    }
}

/// The server, and its token endpoint.
fn started_server() -> Outcome<(Server, String)> {
    let mut server =
        Server(Command::new(std::env::current_exe()?).arg("server").stdout(Stdio::piped()).spawn()?);
    let mut line = String::new();
    let output = server.0.stdout.take().ok_or("no output")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
    Ok((server, format!("http://127.0.0.1:{}/contoso.com/oauth2/v2.0/token", line.trim())))
}

#[cfg(not(feature = "peers"))]
fn peers(_runtime: &tokio::runtime::Runtime, _url: &str) -> Outcome<()> {
    Ok(())
}

#[cfg(feature = "peers")]
fn peers(runtime: &tokio::runtime::Runtime, url: &str) -> Outcome<()> {
    use oauth2::{ClientId, RefreshToken, TokenUrl, basic::BasicClient};
    let http = reqwest_client()?;
    let send = |request: oauth2::HttpRequest| {
        let http = http.clone();
        async move {
            let (parts, body) = request.into_parts();
            let answer = http
                .request(parts.method, parts.uri.to_string())
                .headers(parts.headers)
                .body(body)
                .send()
                .await?;
            let status = answer.status();
            let mut response = oauth2::HttpResponse::new(answer.bytes().await?.to_vec());
            *response.status_mut() = status;
            Ok::<_, reqwest::Error>(response)
        }
    };
    let client =
        BasicClient::new(ClientId::new(CLIENT.to_owned())).set_token_uri(TokenUrl::new(url.to_owned())?);
    let token = RefreshToken::new("r".repeat(1200));
    runtime.block_on(async {
        let mut times = Vec::new();
        for _ in 0..=20 {
            let begin = cpu_time();
            for _ in 0..100 {
                let _ = black_box(client.exchange_refresh_token(&token).request_async(&send).await);
            }
            times.push((cpu_time() - begin).as_secs_f64() * 1e7);
        }
        times.sort_by(f64::total_cmp);
        println!(
            "  {:<44} {:>12}",
            "oauth2 and reqwest (no cache, no save)",
            duration(times.get(10).copied().unwrap_or_default())
        );
    });
    Ok(())
}

/// Answers every request with a token that is about to end, so that each call refreshes.
fn server() -> Outcome<()> {
    use http_body_util::{BodyExt as _, Full};
    use hyper::{body::Bytes, server::conn::http1, service::service_fn};
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let body = Bytes::from(answer(1, 1));
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let body = body.clone();
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let body = body.clone();
                async move {
                    request.into_body().collect().await?;
                    Ok::<_, hyper::Error>(hyper::Response::new(Full::new(body)))
                }
            });
            let stream = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(http1::Builder::new().serve_connection(stream, service));
        }
    })
}
