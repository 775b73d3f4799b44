//! Many messages over few connections, within what a provider allows.

mod pace;
mod pool;

use std::time::Duration;

use smtp_min::{Envelope, SendReport};
use tokio::io::AsyncRead;

use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::transport::MailStream;

use pool::Pool;

/// What a provider allows, and how connections are kept.
///
/// ```
/// let mut limits = mail_oauth::SenderLimits::default();
/// limits.connections = 1;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderLimits {
    /// Connections at a time. Default 3, as Office 365 allows to a mailbox: a fourth is refused by `432 4.3.2`.
    pub connections: usize,
    /// Messages in each [`window`](Self::window). Default 30, as Office 365 takes from a mailbox in a minute.
    pub messages: usize,
    /// The time for which [`messages`](Self::messages) counts. Default one minute. A message counts from its beginning
    /// until this long after its end, wherever the provider's own minute begins.
    pub window: Duration,
    /// How long a connection may lie idle and be used without a question. Default 5 s: behind that a `NOOP` shows first
    /// whether it lives.
    pub unprobed: Duration,
    /// How long the answer to that `NOOP` may take. Default 10 s: a connection that a firewall has forgotten never
    /// answers, and another one is opened sooner than SMTP's five minutes are over.
    pub probe: Duration,
    /// How long a connection may lie idle and be used at all. Default 4 min: servers wait five for a command (RFC 5321
    /// section 4.5.3.2.7).
    pub idle: Duration,
}

impl Default for SenderLimits {
    fn default() -> Self {
        SenderLimits {
            connections: 3,
            messages: 30,
            window: Duration::from_secs(60),
            unprobed: Duration::from_secs(5),
            probe: Duration::from_secs(10),
            idle: Duration::from_secs(240),
        }
    }
}

/// Sends messages of one mailbox, and keeps to [`SenderLimits`]: where a message would pass them, it waits.
///
/// Connections are opened when they are needed, and used again: a message that was refused leaves a `RSET` to be sent, a
/// connection that was idle is asked by `NOOP` whether it lives. When the server says that it is too much or too fast,
/// no message begins for [`SenderLimits::window`], those that wait for a connection included.
///
/// Calls may run side by side; share it behind an `Arc`. Nothing runs between the calls.
///
/// ```
/// # async fn example(mailbox: mail_oauth::Mailbox, letters: Vec<(String, Vec<u8>)>) -> Result<(), Box<dyn std::error::Error>> {
/// use mail_oauth::{Sender, SenderLimits, smtp_min::Envelope};
///
/// let sender = Sender::new(mailbox, SenderLimits::default());
/// for (to, letter) in &letters {
///     let report = sender.send(&Envelope::parse("ann@contoso.com", [to])?, letter.as_slice()).await?;
///     println!("{to}: {report}");
/// }
/// sender.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sender {
    mailbox: Mailbox,
    pool: Pool<MailStream>,
}

impl Sender {
    /// A sender without a connection.
    #[must_use]
    pub fn new(mailbox: Mailbox, limits: SenderLimits) -> Self {
        Sender { mailbox, pool: Pool::new(limits) }
    }

    /// Sends a message, when it may begin. Nothing is sent twice: a message whose connection broke is not tried again.
    ///
    /// A call that is dropped half way closes its connection. A message whose end has not gone out is none then; of one
    /// whose end has, nobody knows, as with [`Outcome::Unknown`](smtp_min::Outcome::Unknown).
    ///
    /// # Errors
    /// Those of [`Mailbox::smtp`] when a connection is needed, and those of [`smtp_min::Client::send`] as
    /// [`Error::Smtp`]: in both cases the server has not accepted the message. Of a message that it may have accepted
    /// the report says [`Outcome::Unknown`](smtp_min::Outcome::Unknown).
    pub async fn send(
        &self,
        envelope: &Envelope,
        message: impl AsyncRead + Unpin,
    ) -> Result<SendReport, Error> {
        self.pool.send(|| self.mailbox.smtp(), envelope, message).await
    }

    /// Ends the idle connections in order. To drop the sender closes them too.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
