//! What stands between a person and a token, apart from who they are.

use super::grantee::Grantee;
use super::refusal::Refusal;
use super::scope::Scopes;
use crate::model::{Authority, Kind};
use crate::state::State;
use crate::{Aadsts, App, Audience, Policy, User, date};

/// Whether the user is under a policy, from the start or by a fault.
pub(super) fn applies(policy: Policy, user: &User, state: &State) -> bool {
    of(user, state).contains(&policy)
}

/// What no page can get around: the account, the app's assignment, and Conditional Access.
pub(super) fn check_account(user: &User, app: &App, state: &State) -> Result<(), Refusal> {
    if state.faults.user_disabled(&user.upn) {
        return Err(Aadsts::UserDisabled.into());
    }
    for policy in of(user, state) {
        match policy {
            Policy::Disabled
            | Policy::Locked
            | Policy::PasswordExpired
            | Policy::BlockedByConditionalAccess
            | Policy::CompliantDevice => return Err(policy.refusal().into()),
            Policy::Mfa | Policy::EnrolMfa | Policy::SignInFrequency(_) | Policy::NeedsConsent => {}
        }
    }
    if app.assigned.as_ref().is_some_and(|users| !users.contains(&user.upn)) {
        return Err(Aadsts::AssignmentRequired.into());
    }
    Ok(())
}

/// Whether a second factor is missing that nobody can be asked for now.
pub(super) fn check_mfa(user: &User, mfa: bool, state: &State) -> Result<(), Refusal> {
    for policy in of(user, state) {
        match policy {
            Policy::Mfa if !mfa => return Err(policy.refusal().into()),
            Policy::EnrolMfa if !mfa && !state.people.is_enrolled(&user.upn) => {
                return Err(policy.refusal().into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a sign-in is too long ago to be refreshed.
pub(super) fn check_frequency(user: &User, grantee: &Grantee, state: &State) -> Result<(), Refusal> {
    for policy in of(user, state) {
        if let Policy::SignInFrequency(most) = policy
            && state.clock.now().saturating_sub(grantee.signed_in) >= most.as_secs()
        {
            let issued = date::iso_ms(grantee.signed_in.saturating_mul(1_000));
            return Err(Refusal::sign_in_frequency(&issued, most.as_secs()));
        }
    }
    Ok(())
}

/// The permissions that nobody has consented to for this person.
pub(super) fn unconsented(user: &User, app: &App, scopes: &Scopes, state: &State) -> Vec<String> {
    let by_admin = !applies(Policy::NeedsConsent, user, state);
    let missing = |name: &&String| {
        let admin = by_admin && app.consented.iter().any(|given| given.eq_ignore_ascii_case(name));
        !admin && !state.people.has_consented(&user.upn, &app.client_id, name)
    };
    scopes.permissions.iter().filter(missing).cloned().collect()
}

pub(super) fn check_consent(user: &User, app: &App, scopes: &Scopes, state: &State) -> Result<(), Refusal> {
    if unconsented(user, app, scopes, state).is_empty() {
        Ok(())
    } else {
        Err(Refusal::no_consent(&app.client_id))
    }
}

/// Whether an app may be used under this authority.
pub(super) fn check_audience(app: &App, authority: Authority) -> Result<(), Refusal> {
    match (app.audience, authority) {
        (Audience::Tenant, Authority::Common | Authority::Organizations) => Err(Aadsts::SingleTenant.into()),
        (Audience::Tenant | Audience::Organizations, Authority::Consumers) => {
            Err(Aadsts::WorkAppAtConsumers.into())
        }
        (Audience::Personal, Authority::Tenant | Authority::Organizations | Authority::Common) => {
            Err(Aadsts::PersonalAppElsewhere.into())
        }
        _ => Ok(()),
    }
}

/// Whether an account may sign in to this app under this authority.
pub(super) fn check_kind(user: &User, app: &App, authority: Authority) -> Result<(), Refusal> {
    let personal = user.kind == Kind::Personal;
    match (personal, authority) {
        (true, Authority::Tenant | Authority::Organizations) | (false, Authority::Consumers) => {
            Err(Aadsts::WrongDirectory.into())
        }
        (true, _) if matches!(app.audience, Audience::Tenant | Audience::Organizations) => {
            Err(Aadsts::PersonalAccountNotAllowed.into())
        }
        _ => Ok(()),
    }
}

fn of(user: &User, state: &State) -> Vec<Policy> {
    let mut policies = user.policies.clone();
    policies.extend(state.faults.policies(&user.upn));
    policies
}
