//! An issuer that does not answer: at the start, and later.

use bff_testkit::{IssuerFault, TestBff, TestIssuer};
use bff_tests::{assert_problem, comes_true};
use jsonwebtoken::Algorithm;

use super::{ask, fresh, trusting};

#[tokio::test]
async fn a_bff_starts_without_its_issuer_and_says_so_to_those_who_need_it() {
    for fault in [IssuerFault::Down, IssuerFault::Hang, IssuerFault::HangMidBody, IssuerFault::Status(500)] {
        let issuer = TestIssuer::start(Algorithm::ES256).await;
        issuer.set(fault.clone());
        let bff = trusting(&issuer).start().await;
        let token = issuer.sign(&bff.token("alice"));
        let reply = ask(&bff, &token).await;
        assert_problem(&reply, 503, "issuer_unavailable");
        let seconds: u32 = reply.header("retry-after").parse().expect("seconds");
        assert!((1..=90).contains(&seconds), "{fault:?}: {seconds}");
        assert_eq!(reply.header("www-authenticate"), "", "the token may be good");
        assert_eq!(bff.as_user("alice").get(super::OVERVIEW).await.status, 200, "another issuer's");
        issuer.set(None);
        comes_true("it is there again", async || ask(&bff, &token).await.status == 200).await;
    }
}

#[tokio::test]
async fn known_keys_go_on_while_their_issuer_is_away() {
    for fault in [IssuerFault::Down, IssuerFault::Hang, IssuerFault::Status(503), IssuerFault::WrongIssuer] {
        let issuer = TestIssuer::start(Algorithm::ES256).await;
        let bff = trusting(&issuer).start().await;
        let remembered = issuer.sign(&bff.token("alice"));
        assert_eq!(ask(&bff, &remembered).await.status, 200);
        issuer.set(fault.clone());
        // Whoever brings the first unknown key waits for the fetch, or for its own deadline.
        let reply = ask(&bff, &issuer.sign_as(Some("unknown"), &bff.token("alice"))).await;
        let ends_first: &[u16] = if matches!(fault, IssuerFault::Hang) { &[401, 504] } else { &[401] };
        assert!(ends_first.contains(&reply.status.as_u16()), "{fault:?}: {}", reply.status);
        for token in [remembered, issuer.sign(&fresh(&bff, 1))] {
            assert_eq!(ask(&bff, &token).await.status, 200, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    issuer.set(IssuerFault::Redirect);
    let key = format!("auth.issuers.{}.jwks_url", issuer.name());
    let by_url = TestBff::with(bff_web::bff()).know(&issuer).set(&key, issuer.jwks_url()).start().await;
    let discovering = trusting(&issuer).start().await;
    for bff in [by_url, discovering] {
        assert_problem(&ask(&bff, &issuer.sign(&bff.token("alice"))).await, 503, "issuer_unavailable");
    }
    assert!(issuer.fetches() >= 1 && issuer.descriptions() >= 1, "both were sent elsewhere");
    assert_eq!(issuer.canary_visits(), 0);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    #[expect(
        clippy::disallowed_methods,
        reason = "a client that follows, to see that there is somewhere to go"
    )]
    let follower = client.get(issuer.jwks_url()).send();
    tokio::select! {
        _ = follower => panic!("the canary answers nobody"),
        () = bff_tests::until("a follower arrives", || issuer.canary_visits() == 1) => {}
    }
}

#[tokio::test]
async fn an_address_is_not_blamed_for_an_issuer_that_is_away() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    issuer.set(IssuerFault::Down);
    let bff = trusting(&issuer).set("rate_limits.address", r#"["1/d burst 1"]"#).start().await;
    let token = issuer.sign(&bff.token("alice"));
    for _ in 0..3 {
        assert_problem(&ask(&bff, &token).await, 503, "issuer_unavailable");
    }
    // Control: a token that is none of its issuer's.
    let forged = bff.token("alice").sign_with(b"another secret that is as long as ours");
    assert_eq!([ask(&bff, &forged).await.status, ask(&bff, &forged).await.status], [401, 429]);
}
