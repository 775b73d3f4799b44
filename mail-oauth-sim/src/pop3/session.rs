use std::sync::Arc;

use crate::net::{Peer, Wire};
use crate::state::State;

pub(crate) async fn session(peer: Peer, _state: Arc<State>) {
    let Ok(stream) = peer.tls().await else { return };
    let mut wire = Wire::new(stream);
    wire.say("-ERR Server Unavailable. 21\r\n");
    wire.close().await;
}
