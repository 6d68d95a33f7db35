//! The inbound stack in this process, with certificates as a TLS listener would put them into a request's extensions.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
};
use http::{StatusCode, header};
use tower::ServiceExt as _;

use crate::{
    auth::{
        Authenticator, CERTIFICATE_ISSUER, Credential, PeerCertificate, Revocations, Verifier, scope,
        signed_in,
    },
    call::Services,
    caller::Caller,
    config::{self, Sources},
    front_door::{FrontDoor, Shared},
    routes::Routes,
};

const CONFIG: &str = r#"
[auth.issuers.login]
issuer = "https://login.example"
audience = "bff"
algorithm = "HS256"
secret = "0123456789abcdef0123456789abcdef"

[auth.certificates.acme-books]
subject = "spiffe://acme.example/books"
account = "acme"
scopes = ["orders:read"]
roles = ["partner"]
plan = "gold"

[auth.certificates.nordic]
subject = "API.nordic.example"

[rate_limits.plans]
gold = ["10/s"]
"#;

const ACME: &str = "spiffe://acme.example/books";

async fn who(caller: Caller) -> String {
    assert_eq!((caller.credential(), caller.issuer()), (Credential::Certificate, CERTIFICATE_ISSUER));
    let (account, plan) = (caller.account().unwrap_or_default(), caller.plan().unwrap_or_default());
    format!("{} {:?} {account} {plan}", caller.id(), caller.roles())
}

fn router() -> Router {
    let config = config::load(&Sources::builtin("config.toml", CONFIG), &[]).expect("a good configuration");
    let authenticator = Authenticator::new(
        &config.auth,
        Verifier::new(&config.auth).expect("good keys"),
        None,
        Revocations::default(),
    );
    let shared = Shared::for_test(config, authenticator);
    let services = Arc::new(Services::open(&[]).expect("nothing to open"));
    let routes = Routes::new().get("/who", who, signed_in()).get("/orders", who, scope("orders:read"));
    routes.router(&FrontDoor { shared, services, limiter: None, admission: None })
}

fn request(path: &str) -> Request {
    Request::get(path).body(Body::empty()).expect("a request")
}

/// A request over a connection whose certificate has these subject alternative names and ends in the year 2100.
fn with_certificate(path: &str, subjects: &[&str]) -> Request {
    with_certificate_until(path, subjects, 4_102_444_800)
}

fn with_certificate_until(path: &str, subjects: &[&str], not_after: u64) -> Request {
    let mut request = request(path);
    let subjects = subjects.iter().map(ToString::to_string);
    request.extensions_mut().insert(PeerCertificate::verified(subjects, [7; 32], not_after));
    request
}

async fn ask(request: Request) -> (StatusCode, String) {
    let reply = router().oneshot(request).await.expect("a router answers");
    let status = reply.status();
    let body = to_bytes(reply.into_body(), 1 << 16).await.expect("a short body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

async fn is_missing(request: Request) -> bool {
    let (status, body) = ask(request).await;
    status == StatusCode::UNAUTHORIZED && body.contains("\"missing_token\"")
}

#[tokio::test]
async fn a_verified_certificate_is_its_caller() {
    let found = ask(with_certificate("/who", &[ACME])).await;
    assert_eq!(found, (StatusCode::OK, "acme-books [\"partner\"] acme gold".to_owned()));
    // DNS names have no case (RFC 4343).
    assert_eq!(ask(with_certificate("/who", &["api.NORDIC.example"])).await.1, "nordic []  ");
}

#[tokio::test]
async fn it_may_do_what_its_entry_says() {
    assert_eq!(ask(with_certificate("/orders", &[ACME])).await.0, StatusCode::OK);
    assert_eq!(ask(with_certificate("/orders", &["api.nordic.example"])).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn one_that_is_for_nobody_for_two_or_past_its_end_is_none() {
    assert!(is_missing(request("/who")).await);
    for subjects in [
        &[][..],
        &["spiffe://acme.example/music"],
        &["SPIFFE://acme.example/books"],
        &["acme-books"],
        &[ACME, "api.nordic.example"],
    ] {
        assert!(is_missing(with_certificate("/who", subjects)).await, "{subjects:?}");
    }
    assert!(is_missing(with_certificate_until("/who", &[ACME], 1_700_000_000)).await);
    // A name beside it that nobody knows changes nothing.
    assert_eq!(ask(with_certificate("/who", &["other.example", ACME])).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_token_beside_it_decides_even_if_it_is_bad() {
    let mut request = with_certificate("/who", &[ACME]);
    request.headers_mut().insert(header::AUTHORIZATION, "Bearer nonsense".parse().expect("a value"));
    let (status, body) = ask(request).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(body.contains("\"invalid_token\""), "{body}");
}
