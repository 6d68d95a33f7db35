//! Keys that turn while requests are on their way.

use bff_testkit::TestIssuer;
use bff_tests::assert_problem;
use futures::future::join_all;
use jsonwebtoken::Algorithm;

use super::{ask, fresh, refetch, trusting};

#[tokio::test]
async fn tokens_of_the_old_and_the_new_key_are_good_while_both_are_published() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let issuer = TestIssuer::start(algorithm).await;
        let bff = trusting(&issuer).start().await;
        assert_eq!(ask(&bff, &issuer.sign(&bff.token("alice"))).await.status, 200);
        let new = issuer.rotate();
        let tokens: Vec<_> = (0..40)
            .map(|number| issuer.sign_with(["key-1", &new][number % 2], &fresh(&bff, number)))
            .collect();
        let replies = join_all(tokens.iter().map(|token| ask(&bff, token))).await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_withdrawn_key_takes_its_tokens_along_remembered_or_not() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let issuer = TestIssuer::start(algorithm).await;
        let bff = trusting(&issuer).start().await;
        let old = issuer.sign(&bff.token("alice"));
        let new = issuer.rotate();
        let kept = issuer.sign_with(&new, &bff.token("alice"));
        for token in [&old, &kept] {
            assert_eq!(ask(&bff, token).await.status, 200);
        }
        issuer.withdraw("key-1");
        assert_eq!(ask(&bff, &old).await.status, 200, "it is remembered, and nobody has said anything yet");
        refetch(&bff, &issuer).await;
        let _ = bff.log_lines(4).await;
        for token in [old, issuer.sign_with("key-1", &fresh(&bff, 1))] {
            assert_problem(&ask(&bff, &token).await, 401, "invalid_token");
            let line = bff.log_lines(1).await.pop().expect("a line a request");
            assert_eq!(line["reason"], "kid is absent or names no key of the issuer");
        }
        for token in [kept, issuer.sign(&fresh(&bff, 2))] {
            assert_eq!(ask(&bff, &token).await.status, 200);
        }
    }
}
