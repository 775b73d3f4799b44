//! A provider on the loopback interface, over plain http: what it is asked, and what it answers.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) form: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }
}

/// Status line, further headers and body.
pub(crate) type Said = (&'static str, String, String);

pub(crate) fn said(body: impl Into<String>) -> Said {
    ("200 OK", String::new(), body.into())
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers until the test ends. `answer` gets the server's own address, too.
    pub(crate) async fn start(answer: impl Fn(&str, &Asked) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let server = Self { address, asked: Arc::default() };
        let (one, answer) = (server.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, answer) = (one.clone(), Arc::clone(&answer));
                tokio::spawn(async move { server.serve(stream, answer.as_ref()).await });
            }
        });
        server
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: TcpStream, answer: &(dyn Fn(&str, &Asked) -> Said + Send + Sync)) {
        let mut bytes = Vec::new();
        let (head, body) = loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .to_lowercase()
                    .split_once("content-length: ")
                    .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
                if body.len() >= length {
                    break (head.to_owned(), body.to_owned());
                }
            }
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let asked = Asked {
            path: head.split(' ').nth(1).unwrap_or_default().to_owned(),
            head,
            form: url::form_urlencoded::parse(body.as_bytes()).into_owned().collect(),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let (status, headers, body) = answer(&self.address, &asked);
        let answer = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

/// reqwest as it comes: it follows redirects.
pub(crate) fn following_http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
