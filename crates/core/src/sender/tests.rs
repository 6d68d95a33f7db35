//! Tokens by a clock of the test's own, and keys of every form that PEM has.

mod keys;
mod tokens;

use std::sync::Arc;

use rcgen::KeyPair;

use super::*;
use crate::auth::Identity;

/// The private and the public PEM of a new key.
fn pair(algorithm: &'static rcgen::SignatureAlgorithm) -> (String, String) {
    let pair = KeyPair::generate_for(algorithm).expect("a key pair");
    (pair.serialize_pem(), pair.public_key_pem())
}

fn signing(pem: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::read(pem).expect("a private key"))
}

fn caller(id: &str, roles: &[&str], account: Option<&str>) -> Arc<Identity> {
    Arc::new(Identity::for_test(id, roles, &[], account))
}
