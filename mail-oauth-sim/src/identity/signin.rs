//! The pages between an authorize request, or a user code, and its end: account, password, second factor, consent.

use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::answer::Answer;
use super::bounded::Bounded;
use super::device::Decision;
use super::grantee::Grantee;
use super::redirect::Delivery;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use super::target::{Outcome, Target};
use super::{page, policy};
use crate::model::Authority;
use crate::random::Fingerprint;
use crate::state::State;
use crate::{Aadsts, App, Platform, Policy, User};

/// The browser's session with the tenant.
const COOKIE: &str = "ESTSAUTHPERSISTENT";

/// The sign-ins that are under way, and the sessions of browsers.
#[derive(Debug)]
pub(crate) struct SignIns {
    running: Bounded<SignIn>,
    sessions: Bounded<Grantee>,
}

/// One sign-in, and how far it got.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    pub(super) client_id: String,
    pub(super) scopes: Scopes,
    purpose: Purpose,
    authority: Authority,
    prompt: Option<String>,
    hint: Option<String>,
    wants_mfa: bool,
    /// Who it is, once the password was right.
    user: Option<String>,
    signed_in: Option<u64>,
    mfa: bool,
    consented: bool,
}

/// What it is all for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    Code(Target),
    Device(String),
}

/// What comes next.
enum Step {
    Account,
    Enrol,
    SecondFactor,
    Consent,
    NeedsAdmin,
    Refused(Refusal),
    Done,
}

impl SignIns {
    pub(crate) fn new(keep: usize) -> Self {
        Self { running: Bounded::new(keep), sessions: Bounded::new(keep) }
    }
}

impl SignIn {
    pub(super) fn new(app: &App, scopes: Scopes, request: &Request, purpose: Purpose) -> Self {
        let parameter = |name: &str| request.query(name).or_else(|| request.form(name)).map(str::to_owned);
        Self {
            client_id: app.client_id.clone(),
            scopes,
            purpose,
            authority: request.authority,
            prompt: parameter("prompt"),
            hint: parameter("login_hint"),
            wants_mfa: parameter("claims").is_some_and(|claims| claims.contains("capolids")),
            user: None,
            signed_in: None,
            mfa: false,
            consented: false,
        }
    }

    /// Who signed in, and how.
    pub(super) fn grantee(&self, state: &State) -> Option<Grantee> {
        let now = state.clock.now();
        let grantee = state.people.grantee(self.user.as_deref()?, self.signed_in.unwrap_or(now));
        let platform = match &self.purpose {
            Purpose::Code(target) => target.platform,
            Purpose::Device(_) => Platform::Desktop,
        };
        Some(Grantee { mfa: self.mfa, platform, ..grantee })
    }

    fn grant(&self, target: &Target, state: &State) -> Option<Delivery> {
        Some(target.grant(&self.client_id, &self.scopes, self.grantee(state)?, state))
    }

    fn prompts(&self, what: &str) -> bool {
        self.prompt.as_deref() == Some(what)
    }

    fn next(&self, state: &State) -> Step {
        let Some(user) = self.user.as_deref().and_then(|upn| state.directory.user(upn)) else {
            return Step::Account;
        };
        let Some(app) = state.directory.app(&self.client_id) else {
            return Step::Refused(Refusal::unknown_app(&self.client_id, state.directory.domain()));
        };
        if let Err(refusal) = policy::check_kind(user, app, self.authority) {
            return Step::Refused(refusal);
        }
        if let Err(refusal) = policy::check_account(user, app, state) {
            return Step::Refused(refusal);
        }
        let enrolled = state.people.is_enrolled(&user.upn);
        if policy::applies(Policy::EnrolMfa, user, state) && !self.mfa && !enrolled {
            return Step::Enrol;
        }
        if !self.mfa && (self.wants_mfa || enrolled || policy::applies(Policy::Mfa, user, state)) {
            return Step::SecondFactor;
        }
        let missing = !policy::unconsented(user, app, &self.scopes, state).is_empty();
        match missing || self.prompts("consent") {
            true if !self.consented && missing && app.admin_consent_only => Step::NeedsAdmin,
            true if !self.consented => Step::Consent,
            _ => Step::Done,
        }
    }
}

/// Begins a sign-in: a page, or an answer at once where the browser has a session or nobody has to be asked.
pub(super) fn begin(mut sign_in: SignIn, request: &Request, state: &State) -> Answer {
    let session =
        request.cookie(COOKIE).and_then(|cookie| state.sign_ins.sessions.find(cookie, |found| found.clone()));
    let session = session.filter(|session| {
        let hinted = sign_in.hint.as_ref().is_none_or(|hint| hint.eq_ignore_ascii_case(&session.upn));
        hinted && state.people.revoked(session).is_none()
    });
    let silent = sign_in.prompts("none");
    if let Some(session) = session.filter(|_| !sign_in.prompts("login") && !sign_in.prompts("select_account"))
    {
        sign_in.user = Some(session.upn);
        sign_in.signed_in = Some(session.signed_in);
        sign_in.mfa = session.mfa;
    }
    if !silent
        && let Some(user) = state.settings.auto_approve.as_deref().and_then(|upn| state.directory.user(upn))
    {
        accept_everything(&mut sign_in, user, state);
    }
    if silent {
        let refused: Refusal = match sign_in.next(state) {
            Step::Done => return finish(&sign_in, request, state),
            Step::Account => Aadsts::NoSession.into(),
            Step::Enrol => Aadsts::MfaEnrolmentRequired.into(),
            Step::SecondFactor => Aadsts::MfaRequired.into(),
            Step::Consent | Step::NeedsAdmin => Refusal::no_consent(&sign_in.client_id),
            Step::Refused(refusal) => refusal,
        };
        return end(&sign_in, &refused, None, request, state);
    }
    show(sign_in, None, request, state)
}

/// Goes on from the page of the user code, with the account that was entered there.
pub(super) fn for_device(mut sign_in: SignIn, account: &str, request: &Request, state: &State) -> Answer {
    sign_in.prompt = None;
    match state.directory.user(account) {
        Some(user) if state.people.password(user).is_none() => {
            sign_in.user = Some(user.upn.clone());
            sign_in.signed_in = Some(state.clock.now());
        }
        Some(user) => sign_in.hint = Some(user.upn.clone()),
        None => {}
    }
    show(sign_in, None, request, state)
}

/// `POST /login`: what the person did on a page.
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    let flow = request.form("flow").unwrap_or_default();
    let Some(mut sign_in) = state.sign_ins.running.find(flow, |found| found.clone()) else {
        let text = "<p>This sign-in has ended. Go back to the app and begin again.</p>";
        return Answer::page(StatusCode::BAD_REQUEST, "Sorry, that didn't work", text);
    };
    let action = request.form("action").unwrap_or_default();
    if matches!(action, "cancel" | "back") {
        let subcode = (action == "cancel").then_some("cancel");
        return end(&sign_in, &Aadsts::ConsentDeclined.into(), subcode, request, state);
    }
    let wrong = match sign_in.next(state) {
        Step::Account => account(&mut sign_in, request, state),
        Step::Enrol => {
            if let Some(upn) = &sign_in.user {
                state.people.enrol(upn);
            }
            None
        }
        Step::SecondFactor => {
            let code = request.form("otc").unwrap_or_default();
            let right = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && code != "000000";
            sign_in.mfa |= right;
            (!right).then(|| "You didn't enter the expected verification code. Please try again.".to_owned())
        }
        Step::Consent => {
            consent(&mut sign_in, state);
            None
        }
        Step::NeedsAdmin | Step::Refused(_) | Step::Done => None,
    };
    show(sign_in, wrong.as_deref(), request, state)
}

/// Does what a person does who has no browser, and gives what the app would be sent.
pub(super) fn without_browser(
    mut sign_in: SignIn,
    user: Option<&User>,
    request: &Request,
    state: &State,
) -> Outcome {
    let target = match &sign_in.purpose {
        Purpose::Code(target) => target.clone(),
        Purpose::Device(_) => return Outcome::Page(Aadsts::MalformedRequest.into()),
    };
    let Some(user) = user else {
        let declined = Aadsts::ConsentDeclined.into();
        return Outcome::Deliver(target.refuse(&declined, Some("cancel"), request, state));
    };
    accept_everything(&mut sign_in, user, state);
    match sign_in.next(state) {
        Step::Refused(refusal) => Outcome::Page(refusal),
        Step::NeedsAdmin => Outcome::Page(Aadsts::AdminConsentRequired.into()),
        _ => match sign_in.grant(&target, state) {
            Some(delivery) => Outcome::Deliver(delivery),
            None => Outcome::Page(Aadsts::Transient.into()),
        },
    }
}

fn accept_everything(sign_in: &mut SignIn, user: &User, state: &State) {
    sign_in.user = Some(user.upn.clone());
    sign_in.mfa = true;
    let refused = state.directory.app(&sign_in.client_id).is_some_and(|app| app.admin_consent_only);
    if !refused && matches!(sign_in.next(state), Step::Consent) {
        consent(sign_in, state);
    }
}

fn consent(sign_in: &mut SignIn, state: &State) {
    sign_in.consented = true;
    state.people.consent(sign_in.user.as_deref(), &sign_in.client_id, &sign_in.scopes.permissions);
}

/// Account and password; gives what was wrong with them.
fn account(sign_in: &mut SignIn, request: &Request, state: &State) -> Option<String> {
    let name = request.form("account").unwrap_or_default();
    let Some(user) = state.directory.user(name) else {
        return Some("We couldn't find an account with that username.".into());
    };
    let given = request.form("password").map(Fingerprint::of);
    if state.people.password(user).is_some_and(|known| given != Some(known)) {
        sign_in.hint = Some(user.upn.clone());
        let text =
            "Your account or password is incorrect. If you don't remember your password, reset it now.";
        return Some(text.into());
    }
    sign_in.user = Some(user.upn.clone());
    sign_in.signed_in = Some(state.clock.now());
    None
}

/// The page of the next step, or the end.
fn show(sign_in: SignIn, wrong: Option<&str>, request: &Request, state: &State) -> Answer {
    let step = sign_in.next(state);
    if matches!(step, Step::Done) {
        return finish(&sign_in, request, state);
    }
    if let Step::Refused(refusal) = &step {
        return Answer::refusal_page(refusal, request, state);
    }
    let flow = state.random.text(32);
    let app = state.directory.app(&sign_in.client_id).map_or("", |app| app.name.as_str()).to_owned();
    let who = sign_in.user.clone().unwrap_or_default();
    let hint = sign_in.hint.clone().unwrap_or_default();
    let permissions = sign_in.scopes.permissions.clone();
    state.sign_ins.running.add(&flow, sign_in);
    let asks_password = state.directory.has_passwords();
    match step {
        Step::Account => page::account(&flow, &hint, asks_password, wrong),
        Step::Enrol => page::enrol(&flow, &who),
        Step::SecondFactor => page::second_factor(&flow, &who, wrong),
        Step::NeedsAdmin => page::needs_admin(&flow, &app),
        Step::Consent | Step::Refused(_) | Step::Done => page::consent(&flow, &who, &app, &permissions),
    }
}

fn finish(sign_in: &SignIn, request: &Request, state: &State) -> Answer {
    let answer = match &sign_in.purpose {
        Purpose::Code(target) => match sign_in.grant(target, state) {
            Some(delivery) => Delivery::answer(delivery),
            None => Answer::refusal_page(&Aadsts::Transient.into(), request, state),
        },
        Purpose::Device(user_code) => match sign_in.grantee(state) {
            Some(grantee) => decided(user_code, Decision::Approved(grantee), state),
            None => Answer::refusal_page(&Aadsts::Transient.into(), request, state),
        },
    };
    let Some(grantee) = sign_in.grantee(state) else { return answer };
    let session = state.random.text(32);
    state.sign_ins.sessions.add(&session, grantee);
    let cookie = format!("{COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=None");
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => answer.with_cookie(cookie),
        Err(_) => answer,
    }
}

/// The sign-in ends without a token.
fn end(
    sign_in: &SignIn,
    refusal: &Refusal,
    subcode: Option<&'static str>,
    request: &Request,
    state: &State,
) -> Answer {
    match &sign_in.purpose {
        Purpose::Code(target) => target.refuse(refusal, subcode, request, state).answer(),
        Purpose::Device(user_code) => decided(user_code, Decision::Declined, state),
    }
}

/// Tells a waiting device code what the person decided.
pub(super) fn decided(user_code: &str, decision: Decision, state: &State) -> Answer {
    let declined = decision == Decision::Declined;
    if !state.device_codes.decide(user_code, decision, state.clock.now()) {
        return page::code_failed();
    }
    let text = "<p>You may now close this window and go back to your device.</p>";
    Answer::page(StatusCode::OK, if declined { "You have cancelled" } else { "You have signed in" }, text)
}
