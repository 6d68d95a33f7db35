//! An issuer as a script: what it answers now, how often it was asked, and tokens that it signs.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use jsonwebtoken::{EncodingKey, Header};
use rcgen::KeyPair;
use serde_json::json;

use super::{
    super::{
        Followed, Issuer, Keys,
        source::{Fetching, Source},
    },
    jwk, set_of, with,
};
use crate::{
    auth::Verifier,
    config::{Algorithm, AuthConfig},
};

pub(super) const NAME: &str = "https://login.test";
pub(super) const NOW: u64 = 1_800_000_000;

/// A key that signs, and its name.
pub(super) struct Signer {
    kid: &'static str,
    pair: KeyPair,
}

impl Signer {
    pub(super) fn new(kid: &'static str) -> Self {
        Self { kid, pair: KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap() }
    }

    /// A token that is good, if its key is.
    pub(super) fn token(&self) -> String {
        self.token_of(Some(self.kid), NOW + 600)
    }

    pub(super) fn token_of(&self, kid: Option<&str>, expires_at: u64) -> String {
        let key = EncodingKey::from_ec_pem(self.pair.serialize_pem().as_bytes()).unwrap();
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(jsonwebtoken::Algorithm::ES256) };
        let claims = json!({"iss": NAME, "aud": "bff", "sub": self.kid, "exp": expires_at});
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

/// A set of these keys.
pub(super) fn publish(signers: &[&Signer]) -> Answer {
    let keys: Vec<_> = signers
        .iter()
        .map(|signer| with(&jwk(&signer.pair, Algorithm::Es256), "kid", json!(signer.kid)))
        .collect();
    Answer::Bytes(set_of(&keys))
}

pub(super) enum Answer {
    Bytes(Vec<u8>),
    Down,
    Hang,
}

/// It takes a moment to answer, so that those who ask meanwhile meet.
pub(super) const MOMENT: Duration = Duration::from_millis(100);

pub(super) struct Script {
    answer: Mutex<Answer>,
    asked: AtomicUsize,
}

impl Script {
    pub(super) fn new(answer: Answer) -> Arc<Self> {
        Arc::new(Self { answer: Mutex::new(answer), asked: AtomicUsize::new(0) })
    }

    pub(super) fn set(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Relaxed)
    }

    /// A verifier that trusts it, and what follows its keys.
    pub(super) fn verifier(self: &Arc<Self>) -> (Verifier, Arc<Followed>) {
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let config = AuthConfig::default();
        let source = Box::new(Arc::clone(self));
        let followed = Arc::new(Followed::new("login", Algorithm::Es256, source, &config));
        let keys = Keys::Followed(Arc::clone(&followed));
        let issuer = Issuer { audience: "bff".to_owned(), alg: "ES256", keys };
        (Verifier::of(HashMap::from([(NAME.to_owned(), issuer)]), &config), followed)
    }
}

impl Source for Arc<Script> {
    fn fetch(&self) -> Fetching<'_> {
        self.asked.fetch_add(1, Relaxed);
        Box::pin(async {
            tokio::time::sleep(MOMENT).await;
            let bytes = match &*self.answer.lock().unwrap() {
                Answer::Bytes(bytes) => Some(Ok(Bytes::from(bytes.clone()))),
                Answer::Down => Some(Err("it is down".to_owned())),
                Answer::Hang => None,
            };
            match bytes {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        })
    }
}

/// The scenario, with the keys being followed beside it from their first fetch on.
pub(super) async fn beside<T>(followed: &Followed, scenario: impl Future<Output = T>) -> T {
    followed.step().await;
    tokio::select! {
        () = followed.follow() => unreachable!("it never ends"),
        result = scenario => result,
    }
}
