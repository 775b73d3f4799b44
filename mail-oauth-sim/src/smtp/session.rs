use std::sync::Arc;

use crate::net::{Peer, Wire};
use crate::state::State;

pub(crate) async fn session(peer: Peer, _state: Arc<State>) {
    let mut wire = Wire::new(peer.plain());
    wire.say("421 4.3.2 Service not available\r\n");
    wire.close().await;
}
