//! Tokens that are remembered end with the key that verified them, and with no other.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::script::{NOW, Script, Signer, beside, publish};
use crate::auth::TokenError;

/// Longer than a refresh may take to come.
const A_REFRESH: Duration = Duration::from_secs(340);

#[tokio::test(start_paused = true)]
async fn a_remembered_token_ends_with_its_key() {
    let (old, kept, new) = (Signer::new("old"), Signer::new("kept"), Signer::new("new"));
    let script = Script::new(publish(&[&old, &kept]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        let (of_old, of_kept) = (old.token(), kept.token());
        let first = verifier.verify_as_of(&of_kept, NOW).await.unwrap();
        assert!(verifier.verify_as_of(&of_old, NOW).await.is_ok());
        script.set(publish(&[&kept, &new]));
        assert!(verifier.verify_as_of(&of_old, NOW).await.is_ok(), "until it is known");
        sleep(A_REFRESH).await;
        assert_eq!(verifier.verify_as_of(&of_old, NOW).await.err(), Some(TokenError::UnknownKey));
        let again = verifier.verify_as_of(&of_kept, NOW).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again), "the key that stayed has verified it once");
        script.set(publish(&[&old]));
        sleep(A_REFRESH).await;
        assert!(verifier.verify_as_of(&of_old, NOW).await.is_ok(), "a key may come back");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_key_of_the_same_name_is_another_key() {
    let (first, second) = (Signer::new("a"), Signer::new("a"));
    let script = Script::new(publish(&[&first]));
    let (verifier, followed) = script.verifier();
    beside(&followed, async {
        let token = first.token();
        assert!(verifier.verify_as_of(&token, NOW).await.is_ok());
        script.set(publish(&[&second]));
        sleep(A_REFRESH).await;
        assert_eq!(verifier.verify_as_of(&token, NOW).await.err(), Some(TokenError::BadSignature));
        assert!(verifier.verify_as_of(&second.token(), NOW).await.is_ok());
    })
    .await;
}
