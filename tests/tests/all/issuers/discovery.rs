//! An issuer that is known by its name alone: its description leads to its keys.

use bff_testkit::{IssuerFault, TestBff, TestIssuer};
use bff_tests::{assert_problem, comes_true};
use jsonwebtoken::Algorithm;

use super::{ask, trusting};

#[tokio::test]
async fn tokens_of_each_algorithm_are_verified_with_published_keys() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let (issuer, stranger) = (TestIssuer::start(algorithm).await, TestIssuer::start(algorithm).await);
        let bff = trusting(&issuer).start().await;
        let alice = bff.token("alice");
        let good = issuer.sign(&alice);
        assert_eq!(ask(&bff, &good).await.json()["profile"]["id"], "alice", "{algorithm:?}");
        assert_eq!(ask(&bff, &issuer.sign_as(None, &alice)).await.status, 200, "its only key needs no name");
        let forged = stranger.sign(&alice);
        assert_problem(&ask(&bff, &forged).await, 401, "invalid_token");
        let forged = with_claims_of(&forged, &good);
        assert_problem(&ask(&bff, &forged).await, 401, "invalid_token");
        assert_eq!((issuer.descriptions(), issuer.fetches()), (1, 1), "at the start, and for no request");
    }
}

/// The header and signature of one token around the claims of another.
fn with_claims_of(token: &str, other: &str) -> String {
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let claims = other.split('.').nth(1).expect("three parts");
    format!("{header}.{claims}.{signature}")
}

#[tokio::test]
async fn several_issuers_vouch_for_themselves_alone() {
    let (one, two) = (TestIssuer::start(Algorithm::ES256).await, TestIssuer::start(Algorithm::ES256).await);
    let bff = trusting(&one).trust(&two).start().await;
    let alice = bff.token("alice");
    for issuer in [&one, &two] {
        assert_eq!(ask(&bff, &issuer.sign(&alice)).await.status, 200);
    }
    let forged = with_claims_of(&one.sign(&alice), &two.sign(&alice));
    assert_problem(&ask(&bff, &forged).await, 401, "invalid_token");
}

#[tokio::test]
async fn a_description_of_another_issuer_leads_nowhere() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    issuer.set(IssuerFault::WrongIssuer);
    let bff = trusting(&issuer).start().await;
    let token = issuer.sign(&bff.token("alice"));
    assert_problem(&ask(&bff, &token).await, 503, "issuer_unavailable");
    assert_eq!((issuer.descriptions(), issuer.fetches()), (1, 0));
    issuer.set(None);
    comes_true("the name was the difference", async || ask(&bff, &token).await.status == 200).await;
}

#[tokio::test]
async fn a_key_set_can_be_named_by_its_address() {
    let issuer = TestIssuer::start(Algorithm::EdDSA).await;
    let key = format!("auth.issuers.{}.jwks_url", issuer.name());
    let bff = TestBff::with(bff_web::bff()).know(&issuer).set(&key, issuer.jwks_url()).start().await;
    assert_eq!(ask(&bff, &issuer.sign(&bff.token("alice"))).await.status, 200);
    assert_eq!((issuer.descriptions(), issuer.fetches()), (0, 1));
}
