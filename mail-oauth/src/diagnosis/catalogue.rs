//! The causes, one file for each group. The numbers 1 to 105 are those under which they were collected; further ones
//! follow.

mod network;

use super::cause::Cause;

/// All groups, in the order of their numbers.
pub(super) const ALL: [&[Cause]; 1] = [network::CAUSES];
