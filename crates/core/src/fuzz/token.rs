//! A bearer token.

use std::sync::LazyLock;

use futures::FutureExt as _;
use jsonwebtoken::{Algorithm as JwtAlgorithm, EncodingKey, crypto};

use crate::{
    auth::{Identity, Verifier},
    config::{Algorithm, AuthConfig, IssuerConfig},
};

const NOW: u64 = 1_800_000_000;
const SECRET: &str = "a secret of the fuzzer, which nobody else has";

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let issuer = IssuerConfig {
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        algorithm: Some(Algorithm::Hs256),
        secret: Some(SECRET.into()),
        ..IssuerConfig::default()
    };
    let issuers = [("fuzz".to_owned(), issuer)].into();
    Verifier::new(&AuthConfig { issuers, ..AuthConfig::default() }).expect("a secret that is long enough")
});

/// As it is, nobody is believed: whoever writes the bytes has not the secret. Signed with it, header and claims are whatever the
/// bytes say, and who is believed then is somebody that services can be told of.
pub fn token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(verify(text).is_none(), "a token that nobody signed");

    let (header, claims) = text.split_once('\n').unwrap_or((r#"{"alg":"HS256"}"#, text));
    let message = format!("{}.{}", base64(header), base64(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = crypto::sign(message.as_bytes(), &key, JwtAlgorithm::HS256).expect("a signature");
    if let Some(identity) = verify(&format!("{message}.{signature}")) {
        is_fit(&identity);
    }
}

fn verify(token: &str) -> Option<std::sync::Arc<Identity>> {
    VERIFIER.verify_as_of(token, NOW).now_or_never().expect("a fixed key is there at once").ok()
}

fn is_fit(identity: &Identity) {
    let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(visible(identity.id()) && identity.issuer() == "i", "{:?}", identity.id());
    assert!(
        identity.roles().iter().all(|role| visible(role) && !role.contains(',')),
        "{:?}",
        identity.roles()
    );
    assert!(identity.scopes().iter().all(|scope| visible(scope)), "{:?}", identity.scopes());
    assert!(identity.account().is_none_or(visible), "{:?}", identity.account());
    assert!(identity.expires_at() + 30 > NOW, "{}", identity.expires_at());
}

/// base64url without padding (RFC 7515, section 2).
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = text.as_bytes().chunks(3).flat_map(|three| {
        let number =
            three.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        (0..=three.len()).map(move |place| char::from(DIGITS[number >> (18 - 6 * place) & 63]))
    });
    digits.collect()
}
