//! Key sets, where they are, and when they are fetched. Time is paused where it matters, and no test has a network.

mod address;
mod cached;
mod description;
mod file;
mod key_set;
mod outage;
mod pace;
mod script;
mod set_limits;
mod unknown_key;

use rcgen::KeyPair;
use serde_json::{Value, json};

use super::key_set::{BadSet, KeySet};
use crate::config::Algorithm;

/// A public key as a member of a set, which says nothing but what it is.
fn jwk(pair: &KeyPair, algorithm: Algorithm) -> Value {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let pem = pair.public_key_pem();
    let key = match algorithm {
        Algorithm::Rs256 => jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()),
        Algorithm::Es256 => jsonwebtoken::DecodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDsa => jsonwebtoken::DecodingKey::from_ed_pem(pem.as_bytes()),
        Algorithm::Hs256 => unreachable!("no public key"),
    };
    let jwk = jsonwebtoken::jwk::Jwk::from_decoding_key(&key.unwrap(), None).unwrap();
    let mut jwk = serde_json::to_value(jwk).unwrap();
    jwk.as_object_mut()
        .unwrap()
        .retain(|name, _| ["kty", "n", "e", "crv", "x", "y"].contains(&name.as_str()));
    jwk
}

fn rsa() -> Value {
    jwk(&KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap(), Algorithm::Rs256)
}

fn ec() -> Value {
    jwk(&KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap(), Algorithm::Es256)
}

fn ed() -> Value {
    jwk(&KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap(), Algorithm::EdDsa)
}

/// The key with one member set, or removed by null.
fn with(key: &Value, name: &str, value: Value) -> Value {
    let mut key = key.clone();
    match value {
        Value::Null => key.as_object_mut().unwrap().remove(name),
        value => key.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    key
}

fn set_of(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

/// The names of the keys that are used.
fn used(keys: &[Value], algorithm: Algorithm) -> Result<Vec<Option<String>>, BadSet> {
    let read = KeySet::read(&set_of(keys), algorithm)?;
    Ok(read.set.keys().map(|key| key.kid().map(str::to_owned)).collect())
}
