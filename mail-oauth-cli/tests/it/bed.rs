//! A tenant, a folder with a configuration file, and the binary.

use std::fs;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use mail_oauth_sim::{App, Tenant, TenantBuilder, User};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) const ADELE: &str = "adele@contoso.example";
pub(crate) const BERT: &str = "bert@contoso.example";
pub(crate) const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

pub(crate) struct Bed {
    pub(crate) tenant: Tenant,
    pub(crate) folder: TempDir,
}

/// What a run of the binary left.
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.text(), self.stderr))
    }

    /// Asserts the exit code, and shows all if it is another.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "\n--- stdout\n{}\n--- stderr\n{}", self.text(), self.stderr);
        self
    }
}

pub(crate) fn builder() -> TenantBuilder {
    Tenant::builder()
        .domain("contoso.example")
        .user(User::new(ADELE))
        .user(User::new(BERT))
        .app(App::public(CLIENT_ID))
        .poll_interval(Duration::from_secs(1))
}

impl Bed {
    pub(crate) async fn start(builder: TenantBuilder) -> Self {
        let bed = Bed { tenant: builder.start().await.unwrap(), folder: tempfile::tempdir().unwrap() };
        fs::write(bed.path("ca.pem"), bed.tenant.ca_pem()).unwrap();
        bed.config("");
        bed
    }

    /// A tenant whose user is signed in.
    pub(crate) async fn signed_in() -> Self {
        let bed = Bed::start(builder()).await;
        bed.login(&[]).await.expect(0);
        bed
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration, with more lines for the account.
    pub(crate) fn config(&self, more: &str) {
        let text = format!(
            "ca_file = \"ca.pem\"\ncache_file = \"tokens.json\"\n[[account]]\naddress = \"{ADELE}\"\nclient_id = \"{CLIENT_ID}\"\n\
             authority = \"{}\"\nimap = {{ host = \"localhost\", port = {} }}\npop3 = {{ host = \"localhost\", port = {} }}\n\
             smtp = {{ host = \"localhost\", port = {} }}\n{more}\n",
            self.tenant.authority(),
            self.tenant.imap_addr().port(),
            self.tenant.pop3_addr().port(),
            self.tenant.smtp_addr().port(),
        );
        fs::write(self.path("config.toml"), text).unwrap();
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mail-oauth"));
        command
            .args(words)
            .arg("--config")
            .arg(self.path("config.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, words: &[&str]) -> Run {
        finish(self.command(words).spawn().unwrap(), Vec::new()).await
    }

    /// A command that takes no account.
    pub(crate) async fn run_bare(&self, words: &[&str], input: &[u8]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mail-oauth"));
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        tokio::spawn(async move { stdin.write_all(&input).await });
        finish(child, Vec::new()).await
    }

    pub(crate) async fn run_with(&self, words: &[&str], input: &[u8]) -> Run {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // Who fails early does not read it all.
        tokio::spawn(async move { stdin.write_all(&input).await });
        finish(child, Vec::new()).await
    }

    /// Signs in, as a person who approves the code that is shown.
    pub(crate) async fn login(&self, words: &[&str]) -> Run {
        self.login_as(words, |tenant, code| tenant.approve(code, ADELE).unwrap()).await
    }

    /// Signs in, with something else done to the code that is shown.
    pub(crate) async fn login_as(&self, words: &[&str], decide: impl Fn(&Tenant, &str)) -> Run {
        self.decide(self.command(&[&["login"], words].concat()), decide).await
    }

    /// Signs in with another environment.
    pub(crate) async fn login_in(&self, environment: &[(&str, &str)]) -> Run {
        let mut command = self.command(&["login"]);
        command.envs(environment.iter().copied());
        self.decide(command, |tenant, code| tenant.approve(code, ADELE).unwrap()).await
    }

    async fn decide(&self, mut command: Command, decide: impl Fn(&Tenant, &str)) -> Run {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).await.unwrap();
        if let Some((_, code)) = first.trim_end().rsplit_once("the code ") {
            decide(&self.tenant, code);
        }
        let mut rest = first.into_bytes();
        stdout.read_to_end(&mut rest).await.unwrap();
        finish(child, rest).await
    }
}

async fn finish(child: Child, mut stdout: Vec<u8>) -> Run {
    let output = child.wait_with_output().await.unwrap();
    stdout.extend(output.stdout);
    Run { status: output.status, stdout, stderr: String::from_utf8_lossy(&output.stderr).into_owned() }
}
