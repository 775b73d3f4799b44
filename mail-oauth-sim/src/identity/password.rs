use super::answer::Answer;
use super::client::Client;
use super::issue;
use super::policy;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::Aadsts;
use crate::model::{Authority, Kind};
use crate::random::Fingerprint;
use crate::state::State;

/// The password grant (RFC 6749 section 4.3): for managed users of the tenant only, and without a second factor.
pub(super) fn answer(request: &Request, client: &Client<'_>, state: &State) -> Result<Answer, Refusal> {
    if matches!(request.authority, Authority::Common | Authority::Consumers) {
        return Err(Aadsts::PasswordGrantAtCommon.into());
    }
    client.check_public()?;
    let name = request.form("username").ok_or_else(|| Refusal::missing("username"))?;
    let password = request.form("password").ok_or_else(|| Refusal::missing("password"))?;
    let scope = request.form("scope").ok_or_else(|| Refusal::missing("scope"))?;
    let scopes = Scopes::parse(scope, client.app, state)?;

    let user = state.directory.user(name).ok_or(match state.directory.is_shared(name) {
        // The account behind a shared mailbox exists, and is blocked on purpose.
        true => Aadsts::UserDisabled,
        false => Aadsts::UserNotFound,
    })?;
    match user.kind {
        Kind::Personal | Kind::Guest => return Err(Aadsts::UserNotFound.into()),
        Kind::Federated => return Err(Aadsts::WrongPassword.into()),
        Kind::Member => {}
    }
    // Before the password, as smart lockout has it.
    if policy::applies(crate::Policy::Locked, user, state) {
        return Err(Aadsts::UserLocked.into());
    }
    let known = state.people.password(user).ok_or(Aadsts::NoPassword)?;
    if known != Fingerprint::of(password) {
        return Err(Aadsts::WrongPassword.into());
    }
    if state.settings.security_defaults {
        return Err(Aadsts::MfaRequired.into());
    }
    policy::check_account(user, client.app, state)?;
    policy::check_mfa(user, false, state)?;
    let grantee = state.people.grantee(&user.upn, state.clock.now());
    issue::answer(request, client.app, &grantee, &scopes, None, state)
}
