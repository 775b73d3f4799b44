use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::Error;

/// The tenant's ES256 key, made at start, and the compact JWS form (RFC 7515 section 7.1, RFC 7518 section 3.4).
///
/// Signed by `ring` directly: the JWT crates choose their cryptography by a switch for the whole process, and a
/// library must not flip one that the program, or its other dependencies, may want to set.
pub(crate) struct SigningKey {
    pair: EcdsaKeyPair,
    kid: String,
    /// Seals the opaque tokens of personal accounts.
    seal: LessSafeKey,
    random: SystemRandom,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, Error> {
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| Error::Keys { what: "the token key", source };
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document =
            EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| failed("no randomness".into()))?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random)
            .map_err(|rejected| failed(rejected.to_string().into()))?;
        let mut secret = [0; 32];
        random.fill(&mut secret).map_err(|_| failed("no randomness".into()))?;
        let seal = UnboundKey::new(&AES_256_GCM, &secret).map_err(|_| failed("no key".into()))?;
        let print = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref());
        Ok(Self { pair, kid: URL_SAFE_NO_PAD.encode(print), seal: LessSafeKey::new(seal), random })
    }

    /// A signed token with these claims; `None` if the system has no randomness left for the signature.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        let header = json!({ "typ": "JWT", "alg": "ES256", "x5t": self.kid, "kid": self.kid });
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
        let signature = self.pair.sign(&self.random, token.as_bytes()).ok()?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Some(token)
    }

    /// The claims of a token that this key has signed.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.get("alg") != Some(&json!("ES256")) {
            return None;
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key().as_ref())
            .verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?)
            .ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// Octets that only [`open`](Self::open) reads, as base64url. A nonce is used once.
    pub(crate) fn seal(&self, octets: &[u8], nonce: [u8; NONCE_LEN]) -> Option<String> {
        let mut sealed = octets.to_vec();
        let key = Nonce::assume_unique_for_key(nonce);
        self.seal.seal_in_place_append_tag(key, Aad::empty(), &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    pub(crate) fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let octets = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = octets.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        Some(self.seal.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?.to_vec())
    }

    /// The public half as a JSON Web Key (RFC 7517, RFC 7518 section 6.2).
    pub(crate) fn jwk(&self) -> Value {
        // An uncompressed point: 4, then 32 octets of x and 32 of y (SEC 1 section 2.3.3).
        let point = self.pair.public_key().as_ref();
        let half = |from, to| URL_SAFE_NO_PAD.encode(point.get(from..to).unwrap_or_default());
        json!({ "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": self.kid, "x5t": self.kid,
                "x": half(1, 33), "y": half(33, 65) })
    }
}
