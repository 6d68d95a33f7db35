//! `/ready`: a fresh instance gets no requests before it knows whom to believe, and keeps those that it has when that is away later.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use bff_core::auth::{Finding, KeyHash, KeyStore, StoreUnavailable};
use bff_testkit::{IssuerFault, Redis, TestIssuer};
use bff_tests::comes_true;
use jsonwebtoken::Algorithm;

use super::*;

const READY: &str = "ready";

async fn is_ready(bff: &TestBff) -> bool {
    said(bff, "/ready").await == (200, READY.to_owned())
}

#[tokio::test]
async fn an_issuer_that_was_never_heard_of_is_a_reason_and_one_that_goes_away_is_none() {
    let (away, there) =
        (TestIssuer::start(Algorithm::ES256).await, TestIssuer::start(Algorithm::ES256).await);
    away.set(IssuerFault::Down);
    let bff = TestBff::with(bff_web::bff()).trust(&away).trust(&there).start().await;
    let reason = format!("not ready: no keys of issuer {:?} yet", away.name());
    assert_eq!(said(&bff, "/ready").await, (503, reason.clone()), "and not of the other one");
    assert_eq!(said(&bff, "/live").await.0, 200, "another process would know no more");
    let status = ask(&bff, "/status", &[]).await.json();
    assert_eq!(status["life"]["ready"], false);
    assert_eq!(status["life"]["reasons"][0], reason.trim_start_matches("not ready: "));
    away.set(None);
    comes_true("its keys are read", async || is_ready(&bff).await).await;
    away.set(IssuerFault::Down);
    there.set(IssuerFault::Down);
    // A fetch that fails, for a token whose key is not known.
    let token = away.sign_as(Some("no-such-key"), &bff.token("alice"));
    let _ = bff.with_token(&token).get(OVERVIEW).await;
    assert!(is_ready(&bff).await, "what was known goes on to count");
}

#[tokio::test]
async fn all_reasons_are_said() {
    let issuers = [TestIssuer::start(Algorithm::ES256).await, TestIssuer::start(Algorithm::ES256).await];
    let redis = Redis::start();
    redis.stop();
    let bff = TestBff::with(bff_web::bff());
    let bff = issuers.iter().fold(bff, |bff, issuer| {
        issuer.set(IssuerFault::Down);
        bff.trust(issuer)
    });
    let bff = bff.set("auth.revoked.redis", true).set("redis.url", redis.url());
    let bff = bff.set("auth.revoked.reload_every", "10ms").set("drain.notice", "2s").start().await;
    let (status, text) = said(&bff, "/ready").await;
    assert_eq!(status, 503);
    for issuer in &issuers {
        assert!(text.contains(&format!("no keys of issuer {:?} yet", issuer.name())), "{text}");
    }
    assert!(text.ends_with("; the revocations in Redis were never read"), "{text}");
    assert_eq!(text.matches("; ").count(), 2, "{text}");
    let admin = bff.running().admin_address();
    let drains = async {
        comes_true("the drain is a reason beside the others", async || {
            let text = Wire::to(admin).await.get("/ready", &[]).await.body;
            String::from_utf8_lossy(&text).starts_with("not ready: draining; no keys of issuer ")
        })
        .await;
    };
    tokio::join!(bff.drain(), drains);
}

#[tokio::test]
async fn revocations_that_were_read_once_are_enough() {
    let redis = Redis::start();
    let bff = TestBff::with(bff_web::bff()).set("auth.revoked.redis", true).set("redis.url", redis.url());
    let bff = bff.set("auth.revoked.reload_every", "10ms").start().await;
    comes_true("they are read", async || is_ready(&bff).await).await;
    redis.stop();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(is_ready(&bff).await);
}

/// Control: nothing has to be fetched, and every service is away.
#[tokio::test]
async fn what_needs_nothing_is_ready_at_once_whatever_services_do() {
    let bff = TestBff::with(bff_web::bff()).start().await;
    for service in ["users", "orders", "notifications", "invoices", "reports"] {
        bff.services.set(service, bff_testkit::Mode::Fail(503));
    }
    assert!(is_ready(&bff).await);
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 502);
    assert!(is_ready(&bff).await);
}

/// A store that reads its keys in the background.
struct Loading(Arc<AtomicBool>);

impl KeyStore for Loading {
    fn find<'a>(&'a self, _: &'a KeyHash) -> Finding<'a> {
        Box::pin(std::future::ready(Err(StoreUnavailable)))
    }

    fn is_ready(&self) -> bool {
        self.0.load(SeqCst)
    }
}

#[tokio::test]
async fn a_programs_own_store_says_itself_when_it_has_its_keys() {
    let loaded = Arc::<AtomicBool>::default();
    let bff = bff_partner::bff().key_store(Loading(Arc::clone(&loaded)));
    let bff = TestBff::with(bff).set("auth.api_keys.prefix", "bff").start().await;
    assert_eq!(said(&bff, "/ready").await, (503, "not ready: the API keys were never read".to_owned()));
    loaded.store(true, SeqCst);
    assert!(is_ready(&bff).await);
}
