//! `sender = "token"`: a token is one service's and one caller's, and its key can be changed without a failed call.

use bff_core::{
    auth::{USER_ID, USER_ROLES},
    sender::INTERNAL_TOKEN,
};
use bff_testkit::{Accepts, MockServices, mocks::Seen, sender::Refused};
use bff_tests::Wire;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

/// From now on, the services of the overview accept tokens by these keys.
fn accept(services: &MockServices, jwks: &str) {
    for service in SERVICES {
        services.requires_sender(service, Accepts::tokens(jwks, "bff-web", service));
    }
}

/// The headers of a recorded call.
fn headers(seen: &Seen) -> HeaderMap {
    let pair = |(name, value): &(String, String)| {
        (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"))
    };
    seen.headers.iter().map(pair).collect()
}

#[tokio::test]
async fn it_is_believed_over_http_and_grpc_with_keys_of_both_kinds() {
    for algorithm in [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P256_SHA256] {
        let key = KeyFiles::new("both-kinds", algorithm);
        let bff = web("token").set("sender.key_file", key.private()).start().await;
        accept(&bff.services, &jwks(&bff).await);
        assert!(is_believed(&bff).await && is_believed(&bff).await);
        assert_eq!(bff.services.all_seen().len(), 6);
        for seen in bff.services.all_seen() {
            assert_eq!(seen.header_values("x-internal-token").count(), 1, "{}", seen.service);
            assert_eq!(seen.header("x-internal-secret"), None);
        }
        // The second request found the tokens of the first.
        for service in SERVICES {
            let [first, second] = bff.services.seen(service).try_into().expect("two calls");
            assert_eq!(first.header("x-internal-token"), second.header("x-internal-token"));
        }
    }
}

#[tokio::test]
async fn without_one_or_by_another_key_nobody_is_believed() {
    let (key, other) =
        (KeyFiles::new("right", &rcgen::PKCS_ED25519), KeyFiles::new("wrong", &rcgen::PKCS_ED25519));
    let right = web("token").set("sender.key_file", key.private()).start().await;
    let jwks = jwks(&right).await;
    let wrong = web("token").set("sender.key_file", other.private()).start().await;
    for (bff, believed) in [(right, true), (wrong, false), (web("none").start().await, false)] {
        accept(&bff.services, &jwks);
        assert_eq!(is_believed(&bff).await, believed);
    }
}

#[tokio::test]
async fn a_token_is_its_services_and_its_callers_and_its_minutes_alone() {
    let key = KeyFiles::new("alone", &rcgen::PKCS_ED25519);
    let bff = web("token").set("sender.key_file", key.private()).start().await;
    let jwks = jwks(&bff).await;
    assert!(is_believed(&bff).await);
    let call = headers(&bff.services.seen("orders")[0]);
    let orders = Accepts::tokens(&jwks, "bff-web", "orders");
    assert_eq!(orders.check(&call), Ok(()), "control: it is good");
    assert_eq!(Accepts::tokens(&jwks, "bff-web", "users").check(&call), Err(Refused::Token));
    assert_eq!(Accepts::tokens(&jwks, "bff-mobile", "orders").check(&call), Err(Refused::Token));
    let now = bff_testkit::token::now();
    assert_eq!(orders.check_at(&call, now + 25), Ok(()));
    assert_eq!(orders.check_at(&call, now + 61), Err(Refused::Expired));
    for (name, value) in [(USER_ID, "zoe"), (USER_ROLES, "admin"), (bff_core::auth::TENANT_ID, "acme")] {
        let mut call = call.clone();
        call.insert(name, HeaderValue::from_static(value));
        assert_eq!(orders.check(&call), Err(Refused::Caller));
    }
    let mut twice = call.clone();
    twice.append(INTERNAL_TOKEN, call[INTERNAL_TOKEN].clone());
    assert_eq!(orders.check(&twice), Err(Refused::NotOne));
}

/// The same over the wire: what orders got is of no use at users.
#[tokio::test]
async fn a_service_can_not_use_its_token_at_another_one() {
    let key = KeyFiles::new("another", &rcgen::PKCS_ED25519);
    let bff = web("token").set("sender.key_file", key.private()).start().await;
    accept(&bff.services, &jwks(&bff).await);
    assert!(is_believed(&bff).await);
    for (from, status) in [("orders", 401), ("notifications", 401), ("users", 200)] {
        let call = headers(&bff.services.seen(from)[0]);
        let mut lines = Vec::new();
        for name in [INTERNAL_TOKEN, USER_ID, USER_ROLES] {
            lines.push(format!("{name}: {}", call[&name].to_str().expect("ASCII")));
        }
        let users = bff.services.url("users").replace("http://", "").parse().expect("an address");
        let reply = Wire::to(users).await.get("/users/alice", &lines).await;
        assert_eq!(reply.status, status, "a token of {from}");
    }
}

#[tokio::test]
async fn its_key_is_changed_in_three_steps_without_a_refusal() {
    let (old, new) =
        (KeyFiles::new("old", &rcgen::PKCS_ED25519), KeyFiles::new("new", &rcgen::PKCS_ECDSA_P256_SHA256));
    let services = MockServices::start().await;
    let with = |key: &KeyFiles| {
        SERVICES.iter().fold(web("token").set("sender.key_file", key.private()), |web, service| {
            web.set(&format!("services.{service}.url"), services.url(service))
        })
    };
    let alone = with(&old).start().await;
    let before = with(&old).set("sender.next_key_file", new.public()).start().await;
    let after = with(&new).set("sender.previous_key_file", old.public()).start().await;
    let both = async || (is_believed(&before).await, is_believed(&after).await);
    accept(&services, &jwks(&alone).await);
    assert_eq!(both().await, (true, false), "control: who knows the old key only refuses the new one");
    accept(&services, &jwks(&before).await);
    assert_eq!(both().await, (true, true), "fetched before the switch");
    accept(&services, &jwks(&after).await);
    assert_eq!(both().await, (true, true), "and after it");
}

#[tokio::test]
async fn only_operators_reach_the_keys_and_only_where_there_are_any() {
    let key = KeyFiles::new("reach", &rcgen::PKCS_ED25519);
    let bff = web("token").set("sender.key_file", key.private()).start().await;
    let text = jwks(&bff).await;
    assert!(text.contains("\"x\":") && !text.contains("\"d\":"), "{text}");
    bff_tests::assert_problem(&bff.anonymous().get("/jwks.json").await, 404, "unknown_path");
    let none = web("none").start().await;
    assert_eq!(Wire::to(none.running().admin_address()).await.get("/jwks.json", &[]).await.status, 404);
}
