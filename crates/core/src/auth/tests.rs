//! Bad tokens, each beside the good one from which it differs in one thing, under each of the four algorithms.
//!
//! No test sleeps: the time is an argument.

mod algorithms;
mod cache;
mod claims;
mod clock;
mod compact;
mod headers;
mod keys;
mod policy;
mod signing;
mod wycheproof;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::FutureExt as _;

use super::{Identity, KeyError, TokenError, Verifier};
use crate::config::{AuthConfig, IssuerConfig};
use signing::{ISSUERS, Issuer, SECRET};

const NOW: u64 = 1_800_000_000;
const LEEWAY: u64 = 30;

fn verifier(issuers: &[IssuerConfig]) -> Result<Verifier, Vec<KeyError>> {
    let named =
        issuers.iter().enumerate().map(|(number, issuer)| (format!("issuer-{number}"), issuer.clone()));
    Verifier::new(&AuthConfig {
        leeway: Duration::from_secs(LEEWAY),
        issuers: named.collect::<BTreeMap<_, _>>(),
        ..AuthConfig::default()
    })
}

impl Verifier {
    /// The caller with this token at a given time, of an issuer whose key is known: there is nothing to wait for.
    #[track_caller]
    fn verify_at(&self, token: &str, now: u64) -> Result<Arc<Identity>, TokenError> {
        self.verify_as_of(token, now).now_or_never().expect("the key is known")
    }
}

/// The error of a token just after the good token of the same issuer has passed the same verifier.
#[track_caller]
fn refused(issuer: &Issuer, verifier: &Verifier, token: &str) -> TokenError {
    verifier.verify_at(&issuer.good_token(), NOW).expect("the positive control");
    match verifier.verify_at(token, NOW) {
        Ok(identity) => panic!("{}: {identity:?} from {token}", issuer.alg),
        Err(error) => error,
    }
}

#[test]
fn a_good_token_of_each_algorithm_is_its_caller() {
    for issuer in &*ISSUERS {
        let identity = issuer.verifier().verify_at(&issuer.good_token(), NOW).unwrap();
        assert_eq!(identity.id(), "user-1");
        assert_eq!(identity.issuer(), issuer.config.issuer);
        assert_eq!(identity.roles(), ["buyer", "admin"]);
        assert_eq!(identity.scopes(), ["orders:read", "orders:write"]);
        assert_eq!(identity.account(), Some("acme"));
        assert_eq!(identity.expires_at(), NOW + 600);
        assert_eq!(identity.id_header(), "user-1");
        assert_eq!(identity.roles_header().unwrap(), "buyer,admin");
        assert!(identity.has_role("admin") && !identity.has_role("Admin"));
        assert!(identity.has_scope("orders:read") && !identity.has_scope("orders"));
    }
}

#[test]
fn nothing_that_is_printed_has_any_of_the_token() {
    let issuer = &ISSUERS[0];
    let verifier = issuer.verifier();
    let token = issuer.good_token();
    let identity = verifier.verify_at(&token, NOW).unwrap();
    let printed = format!("{identity:?} {verifier:?}");
    assert!(token.split('.').all(|part| !printed.contains(part)) && !printed.contains(SECRET), "{printed}");
    assert_eq!(TokenError::Expired.code().as_str(), "expired_token");
    assert_eq!(TokenError::Expired.to_string(), "the token has expired");
    assert_eq!(TokenError::BadClaim("sub").code().as_str(), "invalid_token");
    assert_eq!(TokenError::BadClaim("sub").to_string(), TokenError::BadSignature.to_string());
    assert!(TokenError::BadClaim("sub").log_reason().starts_with("sub "));
}
