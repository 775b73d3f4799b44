//! What an administrator has to do, once, so that the mailbox can be used: as numbered steps in the portal and as
//! scripts, with the user's own names filled in.
//!
//! ```
//! use mail_oauth::diagnosis::Lang;
//! use mail_oauth::setup::{Request, admin_guide};
//! use mail_oauth::{Protocol, Provider};
//!
//! let request = Request::new(Provider::Microsoft365, "invoices@contoso.com")?
//!     .with_protocols([Protocol::Imap, Protocol::Smtp]);
//! let guide = admin_guide(&request, Lang::De);
//! assert!(guide.to_text().contains("App-Registrierungen"));
//! # Ok::<(), mail_oauth::Error>(())
//! ```
//!
//! Nothing is sent, and nothing here holds a secret. What goes into a script is quoted for that script's language, so
//! that no name can become a command; see [`Request`] for what is refused before.

mod azure_cli;
mod elsewhere;
mod entra;
mod exchange;
mod google;
mod graph_powershell;
mod guide;
mod permission;
mod personal;
mod quote;
mod request;

pub use guide::{Guide, Kind, Language, Section};
pub use request::Request;

use crate::diagnosis::Lang;
use crate::provider::Family;

/// The guide for what is requested, in a language.
pub fn admin_guide(request: &Request, lang: Lang) -> Guide {
    match request.provider().family() {
        Family::MicrosoftWork => entra::guide(request, lang),
        Family::MicrosoftPersonal => personal::guide(request, lang),
        Family::Google => google::guide(request, lang),
        Family::Other => elsewhere::guide(request, lang),
    }
}
