//! What a token says, for how long it is used, and that nobody gets another's.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{super::token::LIFE, *};

/// A Unix second of the test's own.
const NOW: u64 = 2_000_000_000;

struct Case {
    minter: Minter,
    public: String,
}

impl Case {
    fn new(capacity: u64) -> Self {
        let (private, public) = pair(&rcgen::PKCS_ED25519);
        Self { minter: Minter::new(signing(&private), "bff-web", "orders", capacity), public }
    }

    fn token(&self, identity: Option<&Arc<Identity>>, now: u64) -> String {
        let token = self.minter.token_at(identity, now).expect("it is signed");
        assert!(token.is_sensitive() && format!("{token:?}") == "Sensitive");
        token.to_str().expect("ASCII").to_owned()
    }

    /// The header and the claims, if the signature is right; times are the test's matter.
    fn read(&self, token: &str) -> (jsonwebtoken::Header, Value) {
        let key = DecodingKey::from_ed_pem(self.public.as_bytes()).expect("the public half");
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_audience(&["orders"]);
        let read = jsonwebtoken::decode(token, &key, &validation).expect("the signature is right");
        (read.header, read.claims)
    }
}

#[test]
fn it_says_who_sends_it_to_whom_and_as_whom() {
    let case = Case::new(100);
    let times = |mut claims: Value| {
        claims["iat"] = NOW.into();
        claims["exp"] = (NOW + LIFE).into();
        claims
    };
    for (identity, claims) in [
        (None, json!({"iss": "bff-web", "aud": "orders"})),
        (Some(caller("alice", &[], None)), json!({"iss": "bff-web", "aud": "orders", "sub": "alice"})),
        (
            Some(caller("pat", &["buyer", "admin"], Some("acme"))),
            json!({"iss": "bff-web", "aud": "orders", "sub": "pat", "roles": ["buyer", "admin"], "tenant": "acme"}),
        ),
    ] {
        let (header, said) = case.read(&case.token(identity.as_ref(), NOW));
        assert_eq!(said, times(claims));
        assert_eq!((header.typ.as_deref(), header.alg), (Some(TOKEN_TYPE), Algorithm::EdDSA));
        assert_eq!(header.kid.as_deref(), PublicKey::read(&case.public).as_ref().map(PublicKey::id));
    }
}

#[test]
fn it_is_signed_once_in_half_its_life() {
    let case = Case::new(100);
    let alice = caller("alice", &[], None);
    let first = case.token(Some(&alice), NOW);
    for second in 0..30 {
        assert_eq!(case.token(Some(&alice), NOW + second), first, "after {second} s");
    }
    let second = case.token(Some(&alice), NOW + 30);
    assert_ne!(second, first);
    assert_eq!(case.token(Some(&alice), NOW + 59), second);
    // The clock was set back: what is dated from tomorrow would be refused.
    let back = case.token(Some(&alice), NOW - 1000);
    assert_eq!(case.read(&back).1["iat"], NOW - 1000);
}

/// A caller may be gone, and the next one may get its place in memory.
#[test]
fn whoever_comes_after_another_gets_no_token_of_that_one() {
    let case = Case::new(1);
    for number in 0..1000 {
        let id = format!("user-{number}");
        let identity = caller(&id, &[], None);
        assert_eq!(case.read(&case.token(Some(&identity), NOW)).1["sub"], id);
    }
}

#[test]
fn a_key_of_the_other_kind_signs_too() {
    let (private, public) = pair(&rcgen::PKCS_ECDSA_P256_SHA256);
    let minter = Minter::new(signing(&private), "bff-web", "orders", 1);
    let token = minter.token_at(None, NOW).expect("it is signed");
    let key = DecodingKey::from_ec_pem(public.as_bytes()).expect("the public half");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&["orders"]);
    let read = jsonwebtoken::decode::<Value>(token.as_bytes(), &key, &validation);
    assert_eq!(read.expect("the signature is right").claims["iss"], "bff-web");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whoever asks and whenever: the token is the caller's own and has half its life before it.
    #[test]
    fn no_token_is_another_callers_or_old(asks in prop::collection::vec((0_usize..5, 0_u64..200), 1..40)) {
        let case = Case::new(3);
        let callers: Vec<_> =
            [("a", None), ("a", Some("acme")), ("a", Some("nordic")), ("b", None)].into_iter()
                .map(|(id, account)| Some(caller(id, &[], account))).chain([None]).collect();
        for (number, after) in asks {
            let identity = callers[number].as_ref();
            let (_, said) = case.read(&case.token(identity, NOW + after));
            prop_assert_eq!(said.get("sub").and_then(Value::as_str), identity.map(|identity| identity.id()));
            prop_assert_eq!(said.get("tenant").and_then(Value::as_str), identity.and_then(|identity| identity.account()));
            let (iat, exp) = (said["iat"].as_u64().unwrap_or(u64::MAX), said["exp"].as_u64().unwrap_or(0));
            prop_assert!(iat <= NOW + after && exp > NOW + after + 29 && exp == iat + LIFE);
        }
    }
}
