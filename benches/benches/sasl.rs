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

    let owned = Credentials::new(USER.to_owned(), token.to_owned());
    let by_lettre = move || {
        let response = Mechanism::Xoauth2.response(black_box(&owned), None).unwrap_or_default();
        STANDARD.encode(response)
    };
    let config = by_rsasl::config(token);
    let by_rsasl = move || STANDARD.encode(by_rsasl::response(black_box(&config)));
    // A rival that fails is fast.
    let expected = STANDARD.encode(format!("user={USER}\u{1}auth=Bearer {token}\u{1}\u{1}"));
    assert!(by_lettre() == expected && by_rsasl() == expected, "all do the same work");
    rivals
        .add("lettre's mechanism and base64", move || {
            black_box(by_lettre());
        })
        .add("rsasl and base64", move || {
            black_box(by_rsasl());
        })
}

#[cfg(feature = "peers")]
mod by_rsasl {
    use std::{io::Cursor, sync::Arc};

    use rsasl::{
        callback::{Context, Request, SessionCallback, SessionData},
        prelude::{Mechname, SASLClient, SASLConfig, SessionError},
        property::{AuthId, OAuthBearerToken},
    };

    struct Login(String);

    impl SessionCallback for Login {
        fn callback(
            &self,
            _: &SessionData,
            _: &Context<'_>,
            request: &mut Request<'_>,
        ) -> Result<(), SessionError> {
            request.satisfy::<AuthId>(super::USER)?.satisfy::<OAuthBearerToken>(&self.0)?;
            Ok(())
        }
    }

    pub(super) fn config(token: &str) -> Option<Arc<SASLConfig>> {
        SASLConfig::builder().with_defaults().with_callback(Login(token.to_owned())).ok()
    }

    pub(super) fn response(config: &Option<Arc<SASLConfig>>) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        if let (Some(config), Ok(name)) = (config, Mechname::parse(b"XOAUTH2"))
            && let Ok(mut session) = SASLClient::new(Arc::clone(config)).start_suggested(&[name])
        {
            let _ = session.step(None, &mut out);
        }
        out.into_inner()
    }
}
