//! Thousands of tokens of keys that nobody has: the issuer does not notice, and neither do those who have good ones.

use bff_testkit::{IssuerFault, TestBff, TestIssuer};
use bff_tests::assert_problem;
use futures::{StreamExt as _, stream};
use jsonwebtoken::Algorithm;

use super::{ask, fresh};

/// Asks with 2,000 tokens of as many unknown keys, and with 200 good ones between them.
async fn flood(bff: &TestBff, issuer: &TestIssuer) {
    let tokens = (0..2200).map(|number| {
        let token = fresh(bff, number);
        if number % 11 == 0 {
            (200, issuer.sign(&token))
        } else {
            (401, issuer.sign_as(Some(&format!("unknown-{number}")), &token))
        }
    });
    let mut replies = stream::iter(tokens)
        .map(async |(expected, token)| (expected, ask(bff, &token).await.status))
        .buffer_unordered(50);
    while let Some((expected, status)) = replies.next().await {
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_one_fetch() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    let bff = TestBff::with(bff_web::bff()).trust(&issuer).start().await;
    flood(&bff, &issuer).await;
    // A machine so slow that the flood takes longer than 30 s may see a second one.
    assert!(
        (2..=3).contains(&issuer.fetches()),
        "one at the start and one for the flood: {}",
        issuer.fetches()
    );
}

#[tokio::test]
async fn a_flood_while_the_issuer_is_down_is_refused_without_it() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    let bff = TestBff::with(bff_web::bff()).trust(&issuer).start().await;
    assert_eq!(ask(&bff, &issuer.sign(&bff.token("alice"))).await.status, 200);
    issuer.set(IssuerFault::Down);
    let unknown = issuer.sign_as(Some("unknown"), &bff.token("alice"));
    assert_problem(&ask(&bff, &unknown).await, 401, "invalid_token");
    let asked = issuer.descriptions();
    assert_eq!(asked, 2, "one at the start, and one that failed");
    flood(&bff, &issuer).await;
    // The issuer is asked again after 30 s, whoever floods; a machine may be so slow that they pass.
    assert!(issuer.descriptions() <= asked + 2, "{}", issuer.descriptions());
}
