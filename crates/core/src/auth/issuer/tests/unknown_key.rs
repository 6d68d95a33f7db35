//! Tokens whose key is not known: one fetch for all of them, and nobody pays for the flood but those who make it.

use std::time::Duration;

use futures::{FutureExt as _, future::join_all};
use tokio::time::{Instant, advance, sleep};

use super::script::{MOMENT, NOW, Script, Signer, beside, publish};
use crate::auth::TokenError;

#[tokio::test(start_paused = true)]
async fn a_new_key_is_fetched_once_for_all_who_bring_it() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let script = Script::new(publish(&[&old]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        assert!(verifier.verify_as_of(&old.token(), NOW).await.is_ok());
        script.set(publish(&[&old, &new]));
        let tokens: Vec<_> = (0..2000).map(|more| new.token_of(Some("new"), NOW + 600 + more)).collect();
        let began = Instant::now();
        let all = join_all(tokens.iter().map(|token| verifier.verify_as_of(token, NOW))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(
            (script.asked(), began.elapsed()),
            (2, MOMENT),
            "the first fetch, and one for all of these"
        );
        assert!(verifier.verify_as_of(&old.token(), NOW).now_or_never().unwrap().is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_keys_is_one_fetch_in_30_seconds() {
    let (known, unknown) = (Signer::new("known"), Signer::new("unknown"));
    let script = Script::new(publish(&[&known]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        for number in 0..2000 {
            let token = unknown.token_of(Some(&format!("unknown-{number}")), NOW + 600);
            assert_eq!(verifier.verify_as_of(&token, NOW).await.err(), Some(TokenError::UnknownKey));
            let good = known.token_of(Some("known"), NOW + 600 + number);
            assert!(verifier.verify_as_of(&good, NOW).now_or_never().expect("it waits for nobody").is_ok());
        }
        assert_eq!(script.asked(), 2);
        for _ in 0..100 {
            advance(Duration::from_secs(1)).await;
            let _ = verifier.verify_as_of(&unknown.token(), NOW).await;
        }
        assert_eq!(script.asked(), 2 + 3, "100 seconds");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_for_a_token_that_no_key_can_help() {
    let (known, unknown) = (Signer::new("known"), Signer::new("unknown"));
    let script = Script::new(publish(&[&known, &Signer::new("other")]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        for (token, error) in [
            (unknown.token_of(Some("unknown"), NOW - 600), TokenError::Expired),
            (unknown.token_of(Some(&"k".repeat(257)), NOW + 600), TokenError::UnknownKey),
            (known.token_of(None, NOW + 600), TokenError::UnknownKey),
            (unknown.token_of(Some("known"), NOW + 600), TokenError::BadSignature),
        ] {
            let refused = verifier.verify_as_of(&token, NOW).now_or_never().expect("it waits for nobody");
            assert_eq!(refused.err(), Some(error));
        }
        assert_eq!(script.asked(), 1);
        let _ = verifier.verify_as_of(&unknown.token_of(Some(&"k".repeat(256)), NOW + 600), NOW).await;
        assert_eq!(script.asked(), 2, "the positive control");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_ends_nothing() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let script = Script::new(publish(&[&old]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        script.set(publish(&[&old, &new]));
        let token = new.token();
        #[expect(clippy::disallowed_methods, reason = "the deadline of a request")]
        let given_up = tokio::time::timeout(MOMENT / 2, verifier.verify_as_of(&token, NOW)).await;
        assert!(given_up.is_err());
        sleep(MOMENT).await;
        assert_eq!(script.asked(), 2);
        assert!(verifier.verify_as_of(&token, NOW).now_or_never().expect("it is known").is_ok());
    })
    .await;
}
