//! Nothing in a line is about anybody: not who asks, with what, for what, nor what services say of it.

use bff_core::prelude::*;
use bff_testkit::{KeysFile, Mode, Nonsense, TestBff, keys::partner};

use crate::OVERVIEW;

const SUBJECT: &str = "zaphod-beeblebrox-4711";
const ACCOUNT: &str = "magrathea-0815";
const SESSION: &str = "session-of-trillian-1234";
const COOKIE: &str = "cookie-of-marvin-5678";
const VALUE: &str = "email-of-ford-prefect-9012";

/// What a line may not have.
fn assert_discreet(text: &str, secrets: &[&str]) {
    assert!(!text.is_empty());
    for secret in secrets.iter().chain(&[SUBJECT, ACCOUNT, SESSION, COOKIE, VALUE]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn no_line_tells_who_asks_or_what_for() {
    let file = KeysFile::new();
    let key = file.add(partner(SUBJECT, ACCOUNT));
    let bff = TestBff::with(bff_partner::bff()).without_breakers().keys(&file).start().await;
    let token =
        bff.token(SUBJECT).claim("account", ACCOUNT).claim("sid", SESSION).claim("jti", SESSION).sign();
    let signature = token.rsplit('.').next().expect("three parts").to_owned();
    let mut text = String::new();
    for mode in [Mode::Ok, Mode::Fail(503), Mode::Fail(404), Mode::Nonsense(Nonsense::Garbage)] {
        for service in ["users", "orders", "invoices", "reports"] {
            bff.services.set(service, mode);
        }
        for session in
            [bff.with_token(&token), bff.with_key(&key), bff.anonymous().header("x-user-id", SUBJECT)]
        {
            let session = session.header("cookie", format!("a={COOKIE}")).header("user-agent", VALUE);
            for path in ["/partner/v1/summary", "/partner/v1/orders"] {
                session.get(&format!("{path}?email={VALUE}")).await;
                session.get(&format!("{path}/{VALUE}")).await;
                session.post(path, &serde_json::json!({ "email": VALUE })).await;
            }
        }
        text.push_str(&bff.log_text());
    }
    assert!(text.lines().count() >= 60, "{text}");
    assert_discreet(&text, &[&token, &signature, &key]);
}

/// A service that is careless with what it says.
async fn careless(caller: Caller) -> Problem {
    Problem::new(Code::Internal).with_reason(format!("{caller:?}"))
}

/// The control: what a handler says on purpose is in the line.
async fn on_purpose(caller: Caller) -> Problem {
    Problem::new(Code::Internal).with_reason(caller.id().to_owned())
}

#[tokio::test]
async fn a_caller_that_is_printed_is_nobody() {
    let routes =
        Routes::new().get("/careless", careless, signed_in()).get("/on-purpose", on_purpose, signed_in());
    let bff = TestBff::start(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).await;
    let session = bff.with_token(&bff.token(SUBJECT).claim("account", ACCOUNT).sign());
    session.get("/careless").await;
    let line = bff.log_lines(1).await.pop().expect("a line a request").to_string();
    assert!(line.contains("[redacted]"), "{line}");
    assert_discreet(&line, &[]);
    session.get("/on-purpose").await;
    assert!(bff.log_lines(1).await.pop().expect("a line a request").to_string().contains(SUBJECT));
}

/// The mocked service's own words for a failure.
const WORDS: &str = "mocked";

#[tokio::test]
async fn no_line_has_a_services_own_words() {
    let bff = TestBff::with(bff_web::bff()).without_breakers().start().await;
    for status in [400, 403, 404, 409, 429, 500] {
        bff.services.set("orders", Mode::Fail(status));
        bff.as_user("alice").get(OVERVIEW).await;
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        let detail = line["sections"].to_string();
        assert!(detail.contains("the service answered"), "{status}: {detail}");
        assert!(!detail.to_lowercase().contains(WORDS), "{status}: {detail}");
    }
}
