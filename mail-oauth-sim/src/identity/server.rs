use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;

use super::answer::Answer;
use super::outgoing::Outgoing;
use super::request::Request;
use super::route;
use crate::fault::HttpFault;
use crate::log::{Connection, shown};
use crate::net::Peer;
use crate::state::State;

/// Who answers a request, and which fault has to be sent in a way of its own.
type Router = fn(&mut Request, &State) -> (Answer, Option<HttpFault>);

/// One HTTPS connection to the identity endpoints, from the TLS handshake to its end.
pub(crate) async fn session(peer: Peer, state: Arc<State>) {
    serve(peer, state, route::answer).await;
}

/// One HTTPS connection to the control endpoint.
pub(crate) async fn control_session(peer: Peer, state: Arc<State>) {
    serve(peer, state, |request, state| (route::control(request, state), None)).await;
}

async fn serve(peer: Peer, state: Arc<State>, router: Router) {
    let connection = Arc::clone(&peer.connection);
    let Ok(stream) = peer.begin().await else { return };
    let service = service_fn(|request| handle(request, router, &state, &connection));
    // An error is a client that broke off or does not speak HTTP; hyper has answered it as far as it can be.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(
    request: hyper::Request<Incoming>,
    router: Router,
    state: &State,
    connection: &Connection,
) -> Result<Response<Outgoing>, Infallible> {
    let (parts, body) = request.into_parts();
    let (method, path) = (shown(parts.method.as_str()), shown_path(parts.uri.path()));
    let (answer, fault) = match Limited::new(body, state.limits.request_body).collect().await {
        Ok(body) => {
            let mut request = Request::new(parts, &body.to_bytes(), &state.random);
            router(&mut request, state)
        }
        Err(_) => {
            let page = "<!doctype html><title>413</title>\n".into();
            (Answer::html(StatusCode::PAYLOAD_TOO_LARGE, page), None)
        }
    };
    connection.event(answer.event(method, path));
    if let Some(HttpFault::Slow(pause)) = fault {
        tokio::time::sleep(pause).await;
    }
    Ok(answer.into_response(state))
}

/// The path as the log shows it. A segment that is too long for a name of anything may be a token that ended up in the
/// wrong place, so it is left out.
fn shown_path(path: &str) -> String {
    let segments: Vec<_> =
        path.split('/').map(|segment| if segment.len() > 64 { "..." } else { segment }).collect();
    shown(&segments.join("/"))
}
