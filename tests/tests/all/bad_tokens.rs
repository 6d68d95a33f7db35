//! Credentials that are not good enough, each beside the good one from which it differs in one thing: all are refused
//! before any service hears of them.

use bff_testkit::{Reply, TestBff, Token, token};
use bff_tests::assert_problem;
use serde_json::{Value, json};

use super::OVERVIEW;

/// A request with these `Authorization` headers.
async fn ask(bff: &TestBff, credentials: &[String]) -> Reply {
    let session = bff.anonymous();
    let session = credentials.iter().fold(session, |session, value| session.header("authorization", value));
    session.get(OVERVIEW).await
}

fn bearer(token: &Token) -> Vec<String> {
    vec![format!("Bearer {}", token.sign())]
}

#[tokio::test]
async fn good_credentials_are_accepted() {
    let bff = TestBff::start(bff_web::bff()).await;
    let alice = bff.token("alice");
    let good = [
        ("as it is", bearer(&alice)),
        ("the scheme in lower case", vec![format!("bearer {}", alice.sign())]),
        ("several audiences", bearer(&alice.clone().claim("aud", json!(["other", "bff-web"])))),
        ("expired within the leeway", bearer(&alice.clone().claim("exp", token::now() - 5))),
        ("valid from within the leeway", bearer(&alice.clone().claim("nbf", token::now() + 5))),
        ("a claim that we do not know", bearer(&alice.clone().claim("nonce", "x".repeat(5000)))),
    ];
    for (name, credentials) in good {
        let reply = ask(&bff, &credentials).await;
        assert_eq!(reply.status, 200, "{name}");
        assert_eq!(reply.json()["profile"]["id"], "alice", "{name}");
    }
    assert_eq!(bff.services.count("users.get"), 6, "so silence below means something");
}

#[tokio::test]
async fn no_credential_is_a_missing_token() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = ask(&bff, &[]).await;
    assert_problem(&reply, 401, "missing_token");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn an_expired_token_says_so_since_it_can_be_refreshed() {
    let bff = TestBff::start(bff_web::bff()).await;
    let expired = bff.token("alice").claim("exp", token::now() - 60);
    assert_problem(&ask(&bff, &bearer(&expired)).await, 401, "expired_token");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_header_that_is_not_one_bearer_token_is_refused() {
    let bff = TestBff::start(bff_web::bff()).await;
    let good = bff.token("alice").sign();
    let (start, signature) = good.rsplit_once('.').expect("three parts");
    let one = |value: String| vec![value];
    let bad = [
        ("empty", one(String::new())),
        ("no scheme", one(good.clone())),
        ("no token", one("Bearer ".to_owned())),
        ("Basic", one("Basic YWxpY2U6b3BlbiBzZXNhbWU=".to_owned())),
        ("Basic with our token", one(format!("Basic {good}"))),
        ("no token at all", one("Bearer nonsense".to_owned())),
        ("two parts", one(format!("Bearer {start}"))),
        ("four parts", one(format!("Bearer {good}.{signature}"))),
        ("no signature", one(format!("Bearer {start}."))),
        ("two headers", vec![format!("Bearer {good}"), format!("Bearer {good}")]),
        ("two schemes", vec![format!("Bearer {good}"), "Basic YWxpY2U6".to_owned()]),
        ("two in one header", one(format!("Bearer {good}, Bearer {good}"))),
        ("two tokens", one(format!("Bearer {good} {good}"))),
        ("larger than 8 KiB", bearer(&bff.token("alice").claim("nonce", "x".repeat(9 << 10)))),
    ];
    for (name, credentials) in bad {
        refused(&bff, name, &credentials).await;
    }
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_token_with_a_wrong_claim_or_key_is_refused() {
    let bff = TestBff::start(bff_web::bff()).await;
    let alice = || bff.token("alice");
    let claim = |name: &str, value: Value| bearer(&alice().claim(name, value));
    let other_key = alice().sign_with(b"a key of the right length, but not ours");
    let zoe = bff.token("zoe").sign();
    let payload_of_zoe = zoe.split('.').nth(1).expect("three parts");
    let signed = alice().sign();
    let parts: Vec<&str> = signed.split('.').collect();
    let forged = format!("{}.{payload_of_zoe}.{}", parts[0], parts[2]);
    let bad = [
        ("not yet valid", claim("nbf", json!(token::now() + 60))),
        ("another issuer", claim("iss", json!("https://login.elsewhere.test"))),
        ("another BFF's audience", claim("aud", json!("bff-mobile"))),
        ("another key", vec![format!("Bearer {other_key}")]),
        ("another's payload under our signature", vec![format!("Bearer {forged}")]),
        ("no sub", bearer(&alice().without("sub"))),
        ("no aud", bearer(&alice().without("aud"))),
        ("no exp", bearer(&alice().without("exp"))),
        ("no iss", bearer(&alice().without("iss"))),
        ("sub null", claim("sub", Value::Null)),
        ("sub a number", claim("sub", json!(7))),
        ("sub empty", claim("sub", json!(""))),
        ("sub with a line break", claim("sub", json!("alice\r\nx-user-roles: admin"))),
        ("sub not ASCII", claim("sub", json!("ålice"))),
        ("aud a number", claim("aud", json!(7))),
        ("aud an empty list", claim("aud", json!([]))),
        ("aud a list of numbers", claim("aud", json!([7]))),
        ("exp a text", claim("exp", json!("tomorrow"))),
        ("exp null", claim("exp", Value::Null)),
        ("exp negative", claim("exp", json!(-1))),
        ("exp in milliseconds", claim("exp", json!(token::now() * 1000))),
        ("iss a list", claim("iss", json!([token::ISSUER]))),
        ("roles a text", claim("roles", json!("customer"))),
        ("a role with a comma", claim("roles", json!(["customer,admin"]))),
        ("scope a list", claim("scope", json!(["orders:read"]))),
    ];
    for (name, credentials) in bad {
        refused(&bff, name, &credentials).await;
    }
    assert!(bff.services.all_seen().is_empty());
}

/// Refused with one answer for all, and with the exact reason in the log.
async fn refused(bff: &TestBff, name: &str, credentials: &[String]) {
    let reply = ask(bff, credentials).await;
    assert_eq!(reply.code(), "invalid_token", "{name}: {}", reply.json());
    assert_problem(&reply, 401, "invalid_token");
    assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{name}");
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{name}: {line}");
    assert_eq!(line["request_id"], reply.header("x-request-id"), "{name}");
    for token in
        credentials.iter().filter_map(|value| value.split(' ').nth(1)).filter(|token| token.len() > 9)
    {
        assert!(!line.to_string().contains(token), "{name}: the log has the token");
    }
}
