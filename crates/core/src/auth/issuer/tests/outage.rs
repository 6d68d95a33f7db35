//! An issuer that is away, or answers what is no key set: known keys go on, and nobody waits.

use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{
    ec,
    script::{Answer, MOMENT, NOW, Script, Signer, beside, publish},
    set_of, with,
};
use crate::auth::TokenError;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn the_start_waits_two_seconds_and_its_tokens_may_be_good() {
    let signer = Signer::new("a");
    for answer in [Answer::Hang, Answer::Down] {
        let hangs = matches!(answer, Answer::Hang);
        let script = Script::new(answer);
        let (verifier, followed) = script.verifier();
        let began = Instant::now();
        verifier.load().await;
        assert_eq!(began.elapsed(), if hangs { Duration::from_secs(2) } else { MOMENT });
        assert!(!verifier.is_ready());
        assert_eq!(verifier.ages().collect::<Vec<_>>(), [("login", None)]);
        assert_eq!(verifier.unknown().collect::<Vec<_>>(), ["login"], "the process is not ready");
        let refused = verifier.verify_as_of(&signer.token(), NOW).now_or_never().expect("at once");
        assert!(matches!(refused, Err(TokenError::IssuerUnavailable(1..=2))), "{refused:?}");
        let expired = signer.token_of(Some("a"), NOW - 600);
        let refused = verifier.verify_as_of(&expired, NOW).now_or_never().expect("at once");
        assert_eq!(refused.err(), Some(TokenError::Expired), "whoever signed it");
        script.set(publish(&[&signer]));
        beside(&followed, async {
            sleep(Duration::from_secs(2)).await;
            assert!(verifier.is_ready() && verifier.verify_as_of(&signer.token(), NOW).await.is_ok());
            assert_eq!(verifier.unknown().count(), 0);
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn known_keys_go_on_for_a_day_and_no_longer() {
    let (signer, unknown) = (Signer::new("a"), Signer::new("b"));
    let script = Script::new(publish(&[&signer]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        script.set(Answer::Hang);
        sleep(HOUR).await;
        let asked = script.asked();
        for number in 0..2000 {
            let token = unknown.token_of(Some(&format!("b-{number}")), NOW + 600);
            let refused = verifier.verify_as_of(&token, NOW).now_or_never().expect("at once");
            assert_eq!(refused.err(), Some(TokenError::UnknownKey));
        }
        assert_eq!(script.asked(), asked, "the flood asks for nothing");
        let token = signer.token();
        for hour in 2..24 {
            sleep(HOUR).await;
            assert!(verifier.verify_as_of(&token, NOW).await.is_ok(), "remembered, hour {hour}");
            let fresh = signer.token_of(Some("a"), NOW + 600 + hour);
            assert!(verifier.verify_as_of(&fresh, NOW).await.is_ok(), "hour {hour}");
        }
        // A fetch that is in flight at the end is waited for.
        sleep(HOUR + Duration::from_secs(3)).await;
        for token in [&token, &signer.token_of(Some("a"), NOW + 900)] {
            let refused = verifier.verify_as_of(token, NOW).now_or_never().expect("at once");
            assert!(matches!(refused, Err(TokenError::IssuerUnavailable(1..=76))), "{refused:?}");
        }
        assert!(!verifier.is_ready());
        assert_eq!(verifier.unknown().count(), 0, "all instances would leave at one moment");
        script.set(publish(&[&signer]));
        sleep(Duration::from_secs(80)).await;
        assert!(verifier.verify_as_of(&token, NOW).await.is_ok(), "and it is there again");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_key_set_replaces_no_key() {
    let (signer, new) = (Signer::new("a"), Signer::new("b"));
    let twice = [with(&ec(), "kid", json!("a")), with(&ec(), "kid", json!("a"))];
    for poison in [
        b"<html>".to_vec(),
        set_of(&[]),
        set_of(&twice),
        set_of(&[with(&ec(), "use", json!("enc"))]),
        set_of(&[with(&ec(), "d", json!("c2VjcmV0"))]),
        vec![b' '; 300 << 10],
    ] {
        let script = Script::new(publish(&[&signer]));
        let (verifier, followed) = script.verifier();
        beside(&followed, async {
            let token = signer.token();
            let first = verifier.verify_as_of(&token, NOW).await.unwrap();
            script.set(Answer::Bytes(poison));
            sleep(HOUR).await;
            assert!(script.asked() > 10, "it has been read");
            let still = verifier.verify_as_of(&token, NOW).await.unwrap();
            assert!(std::sync::Arc::ptr_eq(&first, &still), "remembered");
            assert!(verifier.verify_as_of(&signer.token_of(Some("a"), NOW + 900), NOW).await.is_ok());
            script.set(publish(&[&new]));
            sleep(Duration::from_secs(80)).await;
            assert!(verifier.verify_as_of(&new.token(), NOW).await.is_ok(), "the positive control");
        })
        .await;
    }
}
