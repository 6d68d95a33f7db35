//! The dates of a token: to the second, with the leeway, by the clock of the process.

use serde_json::json;

use super::{
    LEEWAY, NOW,
    signing::{ISSUERS, with},
};
use crate::auth::TokenError;

#[test]
fn time_is_forgiven_to_the_second() {
    for issuer in &*ISSUERS {
        let (exp, nbf) = (NOW + 600, NOW - 600);
        for (now, expected) in [
            (nbf - LEEWAY - 1, Some(TokenError::NotYetValid)),
            (nbf - LEEWAY, None),
            (exp + LEEWAY - 1, None),
            (exp + LEEWAY, Some(TokenError::Expired)),
            (u64::MAX, Some(TokenError::Expired)),
        ] {
            // A verifier of its own: none of these answers may come from the cache.
            assert_eq!(issuer.verifier().verify_at(&issuer.good_token(), now).err(), expected, "at {now}");
        }
        // A fraction of a second never helps the token.
        let fractions = with(&issuer.claims(), "exp", Some(json!(1_800_000_600.9)));
        let fractions = issuer.token(&with(&fractions, "nbf", Some(json!(1_799_999_400.1))));
        assert_eq!(issuer.verifier().verify_at(&fractions, exp + LEEWAY).err(), Some(TokenError::Expired));
        assert_eq!(
            issuer.verifier().verify_at(&fractions, nbf - LEEWAY).err(),
            Some(TokenError::NotYetValid)
        );
        assert!(issuer.verifier().verify_at(&fractions, nbf - LEEWAY + 1).is_ok());
    }
}

#[tokio::test]
async fn the_clock_of_the_process_is_used() {
    let issuer = &ISSUERS[0];
    let now = jsonwebtoken::get_current_timestamp();
    let until = |exp: u64| issuer.token(&with(&with(&issuer.claims(), "nbf", None), "exp", Some(json!(exp))));
    assert!(issuer.verifier().verify(&until(now + 60)).await.is_ok());
    assert_eq!(issuer.verifier().verify(&until(now - LEEWAY - 60)).await.err(), Some(TokenError::Expired));
}
