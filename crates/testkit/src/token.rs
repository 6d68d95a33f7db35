//! Tokens of an issuer that only tests and the demo trust.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value, json};

/// The `iss` of these tokens.
pub const ISSUER: &str = "https://login.example.test";

/// The HS256 key of these tokens. Public on purpose: nothing but tests and the demo may trust it.
pub const SECRET: &str = "a-secret-that-everybody-knows-for-tests-only";

/// A token to be signed: right in everything until it is told otherwise.
#[derive(Debug, Clone)]
pub struct Token(Map<String, Value>);

impl Token {
    /// A token of `user` for the BFF `audience` such as `bff-web`, valid for an hour, that may read and write orders and
    /// read reports. The account of a partner user is set with [`Token::claim`].
    pub fn of(user: &str, audience: &str) -> Self {
        let claims = json!({
            "iss": ISSUER,
            "aud": audience,
            "sub": user,
            "exp": now() + 3600,
            "iat": now(),
            "roles": ["customer"],
            "scope": "orders:read orders:write reports:read",
        });
        let Value::Object(claims) = claims else { unreachable!("an object literal") };
        Self(claims)
    }

    /// Sets a claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// A claim, if it has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// What it says.
    pub(crate) fn claims(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Signed by the right key.
    pub fn sign(&self) -> String {
        self.sign_with(SECRET.as_bytes())
    }

    /// Signed by this key, with HS256.
    pub fn sign_with(&self, secret: &[u8]) -> String {
        // Fails only if one is installed already.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        jsonwebtoken::encode(&Header::default(), &self.0, &EncodingKey::from_secret(secret))
            .expect("claims are JSON")
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_secs()
}
