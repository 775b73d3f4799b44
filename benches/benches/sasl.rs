//! An XOAUTH2 response of a 2 KiB token, against base64 alone into the same buffer.

use std::hint::black_box;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use benches::Rivals;
use sasl_xoauth2::{Credentials, Exchange, Mechanism};

const USER: &str = "user@contoso.com";

fn main() {
    let token = "eyJ0eXAiOiJKV1QiLCJub25jZSI6".repeat(74);
    let token = token.get(..2048).unwrap_or(&token);
    let message = format!("user={USER}\u{1}auth=Bearer {token}\u{1}\u{1}");
    let mut prepared = vec![0; message.len().div_ceil(3) * 4];
    let mut appended = Vec::with_capacity(prepared.len());
    let mut checked = Vec::with_capacity(prepared.len());
    let credentials = Credentials::new(USER, token).ok();

    let rivals = Rivals::new("XOAUTH2 response of a 2 KiB token, in base64")
        .add("base64 alone, prepared message and buffer", || {
            let _ = black_box(STANDARD.encode_slice(black_box(message.as_bytes()), &mut prepared));
        })
        .add("sasl-xoauth2, same buffer", || {
            appended.clear();
            if let Some(credentials) = black_box(credentials) {
                let _ = Exchange::new(Mechanism::XOAuth2, credentials).initial_response_base64(&mut appended);
            }
            black_box(&appended);
        })
        .add("sasl-xoauth2, credentials checked each time", || {
            checked.clear();
            if let Ok(credentials) = Credentials::new(black_box(USER), black_box(token)) {
                let _ = Exchange::new(Mechanism::XOAuth2, credentials).initial_response_base64(&mut checked);
            }
            black_box(&checked);
        })
        .add("format! and base64, as most clients do", || {
            let (user, token) = black_box((USER, token));
            black_box(STANDARD.encode(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")));
        });
    peers(rivals, token).run(301, 200);
}

#[cfg(not(feature = "peers"))]
fn peers<'a>(rivals: Rivals<'a>, _token: &'a str) -> Rivals<'a> {
    rivals
}

#[cfg(feature = "peers")]
fn peers<'a>(rivals: Rivals<'a>, token: &'a str) -> Rivals<'a> {
    use lettre::transport::smtp::authentication::{Credentials, Mechanism};
    use rsasl::prelude::{Mechname, SASLClient, SASLConfig};

    let owned = Credentials::new(USER.to_owned(), token.to_owned());
    rivals
        .add("lettre's mechanism and base64", move || {
            let response = Mechanism::Xoauth2.response(black_box(&owned), None).unwrap_or_default();
            black_box(STANDARD.encode(response));
        })
        .add("rsasl and base64", move || {
            let Ok(config) = SASLConfig::with_credentials(None, USER.to_owned(), token.to_owned()) else {
                return;
            };
            let offered = [Mechname::parse(b"XOAUTH2")].into_iter().flatten().collect::<Vec<_>>();
            let Ok(mut session) = SASLClient::new(config).start_suggested(&offered) else { return };
            let mut out = std::io::Cursor::new(Vec::new());
            let _ = session.step(None, &mut out);
            black_box(STANDARD.encode(out.into_inner()));
        })
}
