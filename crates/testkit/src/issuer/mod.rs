//! [`TestIssuer`]: a real issuer on this machine, with keys that turn, and with faults.

mod fault;
mod keys;
mod server;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use jsonwebtoken::{Algorithm, Header};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::fault::IssuerFault;
use self::keys::IssuerKey;
use crate::{faults::canary::Canary, token::Token};

/// An issuer of tokens: its description, its key set, and tokens signed with any of its keys. Dropping it ends it.
///
/// Its set holds more than it signs with: a key for encryption, and one of another kind under the name of the first.
pub struct TestIssuer {
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    url: String,
    algorithm: Algorithm,
    keys: Mutex<Vec<IssuerKey>>,
    /// Keys that were published once.
    withdrawn: Mutex<Vec<IssuerKey>>,
    /// Keys that sign no token of ours.
    others: Vec<serde_json::Value>,
    fault: Mutex<Option<IssuerFault>>,
    descriptions: AtomicUsize,
    fetches: AtomicUsize,
    canary: Canary,
}

impl TestIssuer {
    /// Starts one that signs with RS256, ES256 or EdDSA. Its first key is `key-1`.
    #[expect(clippy::disallowed_methods, reason = "a server's connections are tasks; they end with it")]
    pub async fn start(algorithm: Algorithm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let other = if algorithm == Algorithm::EdDSA { Algorithm::ES256 } else { Algorithm::EdDSA };
        let state = Arc::new(State {
            url: format!("http://{address}"),
            algorithm,
            keys: Mutex::new(vec![IssuerKey::new("key-1", algorithm)]),
            withdrawn: Mutex::default(),
            others: vec![
                IssuerKey::new("key-1", other).jwk("sig"),
                IssuerKey::new("for-encryption", algorithm).jwk("enc"),
            ],
            fault: Mutex::default(),
            descriptions: AtomicUsize::new(0),
            fetches: AtomicUsize::new(0),
            canary: Canary::new().expect("a free port"),
        });
        let task = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Self { state, task }
    }

    /// The `iss` of its tokens.
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// Where its key set is.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.state.url)
    }

    /// Its name in a configuration.
    pub fn name(&self) -> String {
        let port = self.state.url.rsplit(':').next().unwrap_or_default();
        format!("issuer-{port}")
    }

    /// The one algorithm of its tokens, as a configuration spells it.
    pub fn algorithm(&self) -> String {
        format!("{:?}", self.state.algorithm)
    }

    /// Publishes a further key, which signs from now on, and returns its kid.
    pub fn rotate(&self) -> String {
        let mut keys = self.state.keys();
        let kid = format!("key-{}", keys.len() + self.state.withdrawn().len() + 1);
        keys.push(IssuerKey::new(&kid, self.state.algorithm));
        kid
    }

    /// Publishes a key no longer. Tokens can still be signed with it, as by whoever stole it.
    pub fn withdraw(&self, kid: &str) {
        let mut keys = self.state.keys();
        let place = keys.iter().position(|key| key.kid() == kid).expect("it was published");
        self.state.withdrawn().push(keys.remove(place));
    }

    /// This token, signed with the latest key.
    pub fn sign(&self, token: &Token) -> String {
        let keys = self.state.keys();
        let latest = keys.last().expect("a key is published");
        latest.sign(Some(latest.kid()), &self.issued(token))
    }

    /// This token, signed with the key of this kid, published or not.
    pub fn sign_with(&self, kid: &str, token: &Token) -> String {
        let (keys, withdrawn) = (self.state.keys(), self.state.withdrawn());
        let mut all = keys.iter().chain(withdrawn.iter());
        all.find(|key| key.kid() == kid).expect("a key of its own").sign(Some(kid), &self.issued(token))
    }

    /// This token, signed with the latest key under another kid or none.
    pub fn sign_as(&self, kid: Option<&str>, token: &Token) -> String {
        self.state.keys().last().expect("a key is published").sign(kid, &self.issued(token))
    }

    /// This token as it is, signed with the latest key under any header.
    pub fn sign_header(&self, header: &Header, token: &Token) -> String {
        self.state.keys().last().expect("a key is published").sign_header(header, token)
    }

    /// The signature of anything with the latest key, in base64url, by any algorithm of keys of its kind.
    pub fn signature(&self, algorithm: Algorithm, message: &[u8]) -> String {
        self.state.keys().last().expect("a key is published").signature(algorithm, message)
    }

    /// The latest public key, as PEM and as DER.
    pub fn public_key(&self) -> (String, Vec<u8>) {
        self.state.keys().last().expect("a key is published").public()
    }

    fn issued(&self, token: &Token) -> Token {
        token.clone().claim("iss", self.url())
    }

    /// Behaves like this from now on; `None` for well.
    pub fn set(&self, fault: impl Into<Option<IssuerFault>>) {
        *self.state.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault.into();
    }

    /// Its key set as it is published now, for a test to spoil.
    pub fn published(&self) -> serde_json::Value {
        self.state.published()
    }

    /// How often its key set was asked for.
    pub fn fetches(&self) -> usize {
        self.state.fetches.load(Relaxed)
    }

    /// How often its description was asked for.
    pub fn descriptions(&self) -> usize {
        self.state.descriptions.load(Relaxed)
    }

    /// How many have followed [`IssuerFault::Redirect`].
    pub fn canary_visits(&self) -> usize {
        self.state.canary.connections()
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn keys(&self) -> MutexGuard<'_, Vec<IssuerKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn withdrawn(&self) -> MutexGuard<'_, Vec<IssuerKey>> {
        self.withdrawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self) -> Option<IssuerFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn published(&self) -> serde_json::Value {
        let mut keys: Vec<_> = self.keys().iter().map(|key| key.jwk("sig")).collect();
        keys.extend_from_slice(&self.others);
        json!({ "keys": keys })
    }
}
