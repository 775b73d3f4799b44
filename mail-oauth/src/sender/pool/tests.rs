//! Against servers that live in the test, on a clock that is wound forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use smtp_min::{Client, EhloName, Envelope, Limits, Outcome};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Pool;
use crate::error::Error;
use crate::sender::SenderLimits;

/// A server that takes two seconds to accept a message, and counts what it is asked.
#[derive(Default)]
struct Server {
    open: AtomicUsize,
    most_open: AtomicUsize,
    opened: AtomicUsize,
    probes: AtomicUsize,
    resets: AtomicUsize,
    messages: std::sync::Mutex<Vec<Instant>>,
    /// How many commands a connection answers before it dies; 0 for no end.
    dies_after: usize,
    /// It dies without a word: the connection stays open, and nothing comes any more.
    silently: bool,
    /// What it says to recipients, where that is not yes.
    refuses: std::sync::Mutex<Option<&'static str>>,
}

impl Server {
    async fn connect(self: Arc<Self>) -> Result<Client<DuplexStream>, Error> {
        let (ours, theirs) = duplex(64 * 1024);
        tokio::spawn(async move {
            self.opened.fetch_add(1, Ordering::Relaxed);
            let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_open.fetch_max(open, Ordering::Relaxed);
            let _ = self.serve(theirs).await;
            self.open.fetch_sub(1, Ordering::Relaxed);
        });
        let (mut client, _) = Client::connect(ours, Limits::default()).await?;
        client.ehlo(&EhloName::new("c")?).await?;
        Ok(client)
    }

    async fn serve(&self, stream: DuplexStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 ready\r\n").await?;
        let (mut line, mut in_message, mut commands) = (String::new(), false, 0);
        while stream.read_line(&mut line).await? > 0 {
            let answer = match line.trim_end() {
                "." => {
                    in_message = false;
                    sleep(Duration::from_secs(2)).await;
                    self.messages.lock().unwrap().push(Instant::now());
                    "250 queued"
                }
                _ if in_message => "",
                "DATA" => {
                    in_message = true;
                    "354 go"
                }
                "NOOP" => {
                    self.probes.fetch_add(1, Ordering::Relaxed);
                    "250 ok"
                }
                "RSET" => {
                    self.resets.fetch_add(1, Ordering::Relaxed);
                    "250 ok"
                }
                text if text.starts_with("RCPT") => self.refuses.lock().unwrap().unwrap_or("250 ok"),
                _ => "250 ok",
            };
            commands += usize::from(!answer.is_empty());
            if self.dies_after > 0 && commands > self.dies_after {
                if self.silently {
                    std::future::pending::<()>().await;
                }
                return Ok(());
            }
            if !answer.is_empty() {
                stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            }
            line.clear();
        }
        Ok(())
    }

    fn count(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::Relaxed)
    }
}

async fn send(pool: &Pool<DuplexStream>, server: &Arc<Server>) -> Result<bool, Error> {
    let envelope = Envelope::parse("a@x", ["b@x"])?;
    let report =
        pool.send(|| Arc::clone(server).connect(), &envelope, &b"Subject: hi\r\n\r\nhi\r\n"[..]).await?;
    Ok(matches!(report.outcome, Outcome::Accepted(_)))
}

#[tokio::test(start_paused = true)]
async fn a_hundred_messages_at_once_keep_to_both_limits() {
    let pool = Arc::new(Pool::new(SenderLimits::default()));
    let server = Arc::new(Server::default());
    let begin = Instant::now();
    let mut all = JoinSet::new();
    for _ in 0..100 {
        let (pool, server) = (Arc::clone(&pool), Arc::clone(&server));
        all.spawn(async move { send(&pool, &server).await.unwrap() });
    }
    assert!(all.join_all().await.into_iter().all(|accepted| accepted));
    assert_eq!(Server::count(&server.most_open), 3);
    let times = server.messages.lock().unwrap().clone();
    for pair in times.windows(31) {
        assert!(pair[30] - pair[0] >= Duration::from_secs(60), "31 messages within a minute");
    }
    // No slower than it must be: the fourth thirty begins when three minutes are over.
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(180) && took < Duration::from_secs(290), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_used_again_and_probed_when_it_was_idle() {
    let pool = Pool::new(SenderLimits::default());
    let server = Arc::new(Server::default());
    for pause in [0, 3, 30, 200] {
        sleep(Duration::from_secs(pause)).await;
        assert!(send(&pool, &server).await.unwrap());
    }
    assert_eq!((Server::count(&server.opened), Server::count(&server.probes)), (1, 2));
    // Too old to be asked.
    sleep(Duration::from_secs(241)).await;
    assert!(send(&pool, &server).await.unwrap());
    assert_eq!((Server::count(&server.opened), Server::count(&server.probes)), (2, 2));
    assert_eq!(Server::count(&server.resets), 0);
    pool.close().await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(Server::count(&server.open), 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_died_while_idle_is_replaced() {
    let pool = Pool::new(SenderLimits::default());
    // EHLO, MAIL, RCPT, DATA, the dot; the sixth is the probe.
    let server = Arc::new(Server { dies_after: 5, ..Server::default() });
    assert!(send(&pool, &server).await.unwrap());
    sleep(Duration::from_secs(6)).await;
    assert!(send(&pool, &server).await.unwrap());
    assert_eq!(Server::count(&server.opened), 2);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fell_silent_is_not_waited_for() {
    let pool = Pool::new(SenderLimits::default());
    let server = Arc::new(Server { dies_after: 5, silently: true, ..Server::default() });
    assert!(send(&pool, &server).await.unwrap());
    sleep(Duration::from_secs(30)).await;
    let begin = Instant::now();
    assert!(send(&pool, &server).await.unwrap());
    assert_eq!(Server::count(&server.opened), 2);
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_throttle_holds_back_those_who_wait_for_a_connection() {
    let pool = Arc::new(Pool::new(SenderLimits::default()));
    let server = Arc::new(Server::default());
    *server.refuses.lock().unwrap() = Some("450 4.7.0 slow down");
    let begin = Instant::now();
    let mut all = JoinSet::new();
    for _ in 0..10 {
        let (pool, server) = (Arc::clone(&pool), Arc::clone(&server));
        all.spawn(async move { send(&pool, &server).await.unwrap() });
    }
    assert!(all.join_all().await.into_iter().all(|accepted| !accepted));
    // Three at a time, and a minute behind each three.
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(180) && took < Duration::from_secs(200), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_is_followed_by_rset_and_a_throttle_by_a_pause() {
    let pool = Pool::new(SenderLimits::default());
    let server = Arc::new(Server::default());
    *server.refuses.lock().unwrap() = Some("550 5.1.1 no such user");
    let begin = Instant::now();
    assert!(!send(&pool, &server).await.unwrap());
    *server.refuses.lock().unwrap() = Some("450 4.7.0 slow down");
    assert!(!send(&pool, &server).await.unwrap());
    assert_eq!((Server::count(&server.opened), Server::count(&server.resets)), (1, 1));
    assert!(begin.elapsed() < Duration::from_secs(5));
    *server.refuses.lock().unwrap() = None;
    assert!(send(&pool, &server).await.unwrap());
    assert!(begin.elapsed() >= Duration::from_secs(60), "{:?}", begin.elapsed());
}

/// A message that fails when it is read.
struct Unreadable;

impl tokio::io::AsyncRead for Unreadable {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Err(std::io::Error::other("unreadable")))
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_before_anything_was_sent_keeps_the_connection() {
    let pool = Pool::new(SenderLimits::default());
    let server = Arc::new(Server::default());
    let mut lacking = Envelope::parse("a@x", ["b@x"]).unwrap();
    lacking.notify = Some(smtp_min::Notify::NEVER);
    for _ in 0..2 {
        let error = pool.send(|| Arc::clone(&server).connect(), &lacking, &b"x"[..]).await.unwrap_err();
        assert!(matches!(error, Error::Smtp(smtp_min::Error::Lacks { what: "DSN" })), "{error:?}");
        assert!(send(&pool, &server).await.unwrap());
    }
    assert_eq!((Server::count(&server.opened), Server::count(&server.resets)), (1, 0));
    // In the middle of a message nothing may follow.
    let envelope = Envelope::parse("a@x", ["b@x"]).unwrap();
    let error = pool.send(|| Arc::clone(&server).connect(), &envelope, Unreadable).await.unwrap_err();
    assert!(matches!(error, Error::Smtp(smtp_min::Error::Source(_))), "{error:?}");
    assert!(send(&pool, &server).await.unwrap());
    assert_eq!(Server::count(&server.opened), 2);
}

#[tokio::test(start_paused = true)]
async fn what_never_began_does_not_count() {
    let limits = SenderLimits { messages: 1, ..SenderLimits::default() };
    let pool: Pool<DuplexStream> = Pool::new(limits);
    let begin = Instant::now();
    let envelope = Envelope::parse("a@x", ["b@x"]).unwrap();
    let refused = || async { Err(Error::Smtp(smtp_min::Error::Broken)) };
    for _ in 0..3 {
        assert!(pool.send(refused, &envelope, &b""[..]).await.is_err());
    }
    assert!(begin.elapsed() < Duration::from_secs(1));
    // A dropped send gives everything back, and what it has begun counts.
    let server = Arc::new(Server::default());
    let dropped = tokio::time::timeout(Duration::from_secs(1), send(&pool, &server)).await;
    assert!(dropped.is_err());
    assert!(send(&pool, &server).await.unwrap());
    assert!(begin.elapsed() >= Duration::from_secs(61), "{:?}", begin.elapsed());
}
