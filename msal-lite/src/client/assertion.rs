//! Who proves that a confidential client is itself.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{Error, Secret, Timestamp};

/// What an assertion has to say (RFC 7523 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssertionRequest {
    /// `iss` and `sub`.
    pub client_id: String,
    /// `aud`: the token endpoint.
    pub audience: String,
    /// The time by the client's clock.
    pub now: Timestamp,
}

/// Makes assertions, one for each request.
pub(super) type AssertionSource = Arc<
    dyn Fn(AssertionRequest) -> Pin<Box<dyn Future<Output = Result<Secret, Error>> + Send>> + Send + Sync,
>;
