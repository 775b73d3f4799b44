//! Where the answer to an authorize request goes.

use super::answer::Answer;
use super::codes::Code;
use super::grantee::Grantee;
use super::issue;
use super::redirect::{Delivery, ResponseMode};
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::Platform;
use crate::state::State;

/// Where the answer to an authorize request goes, and what has to come back with it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) uri: String,
    pub(super) platform: Platform,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<(String, bool)>,
    pub(super) client_info: bool,
}

/// What an authorize request came to without a person.
pub(super) enum Outcome {
    /// A page that the person reads; the app hears nothing.
    Page(Refusal),
    /// Back to the app.
    Deliver(Delivery),
}

impl Outcome {
    pub(super) fn answer(self, request: &Request, state: &State) -> Answer {
        match self {
            Self::Page(refusal) => Answer::refusal_page(&refusal, request, state),
            Self::Deliver(delivery) => delivery.answer(),
        }
    }
}

impl Target {
    /// A code for somebody who has passed all pages.
    pub(super) fn grant(
        &self,
        client_id: &str,
        scopes: &Scopes,
        grantee: Grantee,
        state: &State,
    ) -> Delivery {
        let upn = grantee.upn.clone();
        let code = Code {
            client_id: client_id.to_owned(),
            redirect_uri: self.uri.clone(),
            challenge: self.challenge.clone(),
            nonce: self.nonce.clone(),
            scopes: scopes.clone(),
            grantee,
        };
        let mut fields = vec![("code", state.codes.issue(code, state.clock.now(), &state.random))];
        if self.client_info {
            fields.push(("client_info", issue::client_info(&upn, state)));
        }
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields.push(("session_state", state.random.guid()));
        Delivery::new(self.mode, &self.uri, &fields)
    }

    /// An error for the app (RFC 6749 section 4.1.2.1).
    pub(super) fn refuse(
        &self,
        refusal: &Refusal,
        subcode: Option<&'static str>,
        request: &Request,
        state: &State,
    ) -> Delivery {
        let mut fields = vec![
            ("error", refusal.aadsts.error().to_owned()),
            ("error_description", Answer::description(refusal, request, state).text),
        ];
        fields.extend(subcode.map(|subcode| ("error_subcode", subcode.to_owned())));
        fields.push(("error_uri", format!("{}/error?code={}", request.base_url(), refusal.aadsts.code())));
        fields.extend(self.state.clone().map(|state| ("state", state)));
        Delivery::new(self.mode, &self.uri, &fields)
    }
}
