//! [`Group`]: the keys of some vectors, as an issuer would have them.

use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use crate::{
    auth::{
        issuer::{KeySet, of_bytes},
        jws::Compact,
    },
    config::Algorithm,
};

/// What a private key has beside the public one.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

pub(super) struct Group {
    keys: Vec<Value>,
    /// What the issuer publishes: the keys without what is private.
    published: Vec<u8>,
}

impl Group {
    pub(super) fn of(group: &Value) -> Self {
        let keys = group.get("public").unwrap_or(&group["private"]);
        let mut keys = match keys.get("keys") {
            Some(keys) => keys.as_array().expect("a set").clone(),
            None => vec![keys.clone()],
        };
        for key in &mut keys {
            let members = key.as_object_mut().expect("a key");
            members.retain(|name, _| !PRIVATE.contains(&name.as_str()));
        }
        let published = json!({ "keys": &keys }).to_string().into_bytes();
        Self { keys, published }
    }

    /// As an issuer of this algorithm would have its tokens verified.
    pub(super) fn verify(&self, token: &str, algorithm: Algorithm) -> Result<(), String> {
        let token = Compact::read(token).map_err(|error| error.log_reason().to_owned())?;
        // What is signed is read before it is believed, by the decoder that keys are read by too.
        DecodingKey::from_ed_components(token.payload()).map_err(|_| "the payload is not base64url")?;
        token.check_header(algorithm.as_str()).map_err(|error| error.log_reason().to_owned())?;
        let checked = if algorithm == Algorithm::Hs256 {
            token.check_signature(&of_bytes(&self.secret()?).ok_or("a secret of less than 32 bytes")?)
        } else {
            let read = KeySet::read(&self.published, algorithm).map_err(|error| error.to_string())?;
            let kid = token.kid().map_err(|error| error.log_reason().to_owned())?;
            let key =
                read.set.find(kid.as_deref()).ok_or("no key of the token's kid, or several without one")?;
            token.check_signature(key)
        };
        checked.map_err(|error| error.log_reason().to_owned())
    }

    /// Why a good token is refused: by the algorithm that its key is for.
    pub(super) fn reason(&self, token: &str) -> String {
        let alg = self.keys[0]["alg"].as_str().unwrap_or_default();
        match [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == alg)
        {
            Some(algorithm) => self.verify(token, algorithm).err().unwrap_or_default(),
            None => format!("{alg} is not an algorithm that an issuer can have"),
        }
    }

    /// A shared secret is one of the configuration, and there is one of it. It comes without words about what it is for, so one
    /// that is said to be for something else is none that an operator would take.
    fn secret(&self) -> Result<Vec<u8>, String> {
        let [key] = &self.keys[..] else {
            return Err("an issuer has one shared secret, and no set of them".to_owned());
        };
        if (&key["kty"], &key["alg"]) != (&json!("oct"), &json!("HS256")) {
            return Err("not a secret of HS256".to_owned());
        }
        let text = key["k"].as_str().ok_or("a secret is text")?;
        let decoded = DecodingKey::from_base64_secret(&text.replace('-', "+").replace('_', "/"));
        // It wants the padding that these don't have; keys of Ed25519 are decoded without it.
        let decoded =
            decoded.or_else(|_| DecodingKey::from_ed_components(text)).map_err(|error| error.to_string())?;
        decoded.try_get_as_bytes().map(<[u8]>::to_vec).map_err(|error| error.to_string())
    }
}
