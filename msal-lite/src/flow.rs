//! The flows: machines that hand out requests and take responses.

mod authorization_code;
mod client_credentials;
mod device_code;
mod exchange;
mod password;
mod refresh;

use std::time::Duration;

pub use authorization_code::{AuthorizationCodeFlow, AuthorizationOptions, Redirect, ResponseMode};
pub use client_credentials::ClientCredentialsFlow;
pub use device_code::{DeviceCodeFlow, DeviceCodePrompt};
pub use password::PasswordFlow;
pub use refresh::RefreshFlow;

use crate::{Error, Request, Response, Timestamp, TokenResponse, TransportError};

/// A way to a token, without socket or clock.
///
/// The loop that drives every flow:
///
/// ```
/// use msal_lite::{Error, Flow, Request, Response, Step, Timestamp, TokenResponse, TransportError};
///
/// fn run(
///     flow: &mut dyn Flow,
///     send: &mut dyn FnMut(Request) -> Result<Response, TransportError>,
///     now: &dyn Fn() -> Timestamp,
/// ) -> Result<TokenResponse, Error> {
///     loop {
///         match flow.step()? {
///             Step::Send(request) => match send(request) {
///                 Ok(response) => flow.receive(&response, now())?,
///                 Err(failure) => flow.receive_failure(failure)?,
///             },
///             Step::Wait(time) => std::thread::sleep(time),
///             Step::Show(prompt) => println!("{}", prompt.message()),
///             Step::Done(response) => return Ok(*response),
///             _ => unreachable!("no other step in this version"),
///         }
///     }
/// }
/// ```
pub trait Flow {
    /// What to do next.
    ///
    /// # Errors
    ///
    /// [`Error::CodeExpired`], or [`Error::Misuse`] when a response is due or the flow has ended.
    fn step(&mut self) -> Result<Step, Error>;

    /// Takes the response to the request of the last step; `now` dates what was received.
    ///
    /// # Errors
    ///
    /// The end of the flow: what the provider refused, or could not be understood.
    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error>;

    /// Takes the news that the request of the last step got no response.
    ///
    /// # Errors
    ///
    /// The end of the flow, if the request is not one to be repeated.
    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error>;
}

/// What a flow wants from whoever drives it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// Send this, then call `receive` or `receive_failure`.
    Send(Request),
    /// Do nothing for so long. The flow takes it as done at the next step.
    Wait(Duration),
    /// Show this to the person.
    Show(DeviceCodePrompt),
    /// The flow has ended well. Save the refresh token before the access token is used.
    Done(Box<TokenResponse>),
}

/// The pause before the one repetition of a request that failed for no reason of its own.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Whether an answer is worth the one repetition: an outage, in OAuth's words or without, that asks for no longer
/// wait.
fn is_worth_a_retry(error: &Error) -> bool {
    let outage = match error {
        Error::Unavailable { .. } => true,
        Error::Refused(refusal) => refusal.status() >= 500,
        _ => false,
    };
    outage && error.retry_after().is_none_or(|wait| wait <= RETRY_PAUSE)
}
