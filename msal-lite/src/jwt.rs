//! The claims of a JWT, for display. Nothing is verified here.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::json::{self, Wiped};

/// base64url, padded or not (RFC 7515 section 2 has none; some add it).
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The payload of a signed JWT (RFC 7519 section 3); `None` for anything else.
pub(crate) fn claims(token: &str) -> Option<Wiped> {
    let mut parts = token.split('.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || object(header).is_none() {
        return None;
    }
    object(payload)
}

/// A JSON object in base64url, such as `client_info`.
pub(crate) fn object(encoded: &str) -> Option<Wiped> {
    let decoded = Zeroizing::new(BASE64URL.decode(encoded).ok()?);
    json::members(&decoded).ok()
}
