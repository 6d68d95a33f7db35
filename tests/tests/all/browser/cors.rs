//! Pages of other origins: who may ask, who may read, and that nobody may by default.

use bff_testkit::{Reply, Session, TestBff, TestBffBuilder};
use bff_tests::assert_problem;
use http::Method;

use crate::OVERVIEW;

const APP: &str = "https://app.example";
const OTHER: &str = "https://other.example";

fn with_app() -> TestBffBuilder {
    TestBff::with(bff_web::bff()).set("cors.origins", format!("[{APP:?}]"))
}

/// The headers of CORS, by their names.
fn said(reply: &Reply) -> Vec<String> {
    let names = reply.headers.keys().map(|name| name.as_str().to_owned());
    let mut names: Vec<_> =
        names.filter(|name| name.starts_with("access-control") || name == "timing-allow-origin").collect();
    names.sort();
    names
}

fn varies(reply: &Reply) -> Vec<String> {
    let lines = reply.headers.get_all("vary").iter().map(|line| line.to_str().expect("text").to_lowercase());
    lines.flat_map(|line| line.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What a browser asks before a page of this origin may send a token.
async fn preflight(session: Session<'_>, origin: &str, path: &str) -> Reply {
    let session = session.header("origin", origin).header("access-control-request-method", "GET");
    session
        .header("access-control-request-headers", "authorization")
        .request(Method::OPTIONS, path, None)
        .await
}

#[tokio::test]
async fn by_default_nothing_is_said_of_origins() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").header("origin", APP).get(OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), said(&reply)), (200, vec![]));
    assert!(!varies(&reply).contains(&"origin".to_owned()));
    let reply = preflight(bff.anonymous(), APP, OVERVIEW).await;
    assert_problem(&reply, 405, "method_not_allowed");
    assert_eq!((reply.header("allow"), said(&reply)), ("GET,HEAD", vec![]));
}

#[tokio::test]
async fn a_page_may_ask_without_a_token_and_nothing_is_done_for_it() {
    let bff = with_app().start().await;
    let reply = preflight(bff.anonymous(), APP, OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));
    assert_eq!(reply.header("access-control-allow-origin"), APP);
    assert_eq!(reply.header("access-control-allow-methods"), "GET, HEAD, POST");
    assert!(reply.header("access-control-allow-headers").split(", ").any(|name| name == "authorization"));
    assert!(!reply.header("access-control-allow-headers").contains("x-api-key"));
    assert_eq!(reply.header("access-control-max-age"), "600");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_eq!(varies(&reply), ["origin"]);
    assert!(!reply.header("x-request-id").is_empty());
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!(
        (&line["method"], &line["status"], &line["route"]),
        (&"OPTIONS".into(), &204.into(), &OVERVIEW.into())
    );
    assert!(bff.services.all_seen().is_empty());
    // A request with this method that is no such question is one like any other.
    let session = bff.anonymous().header("origin", APP);
    assert_problem(&session.request(Method::OPTIONS, OVERVIEW, None).await, 405, "method_not_allowed");
}

#[tokio::test]
async fn a_page_may_read_replies_and_errors() {
    let bff = with_app().set("rate_limits.address", r#"["2/d"]"#).start().await;
    let whole = bff.as_user("alice").header("origin", APP).get(OVERVIEW).await;
    assert_eq!(whole.status, 200);
    assert!(
        varies(&whole).contains(&"origin".to_owned()) && varies(&whole).contains(&"authorization".to_owned())
    );
    let tagged = bff.as_user("alice").header("origin", APP).header("if-none-match", whole.header("etag"));
    let same = tagged.get(OVERVIEW).await;
    let refused = bff.anonymous().header("origin", APP).get(OVERVIEW).await;
    let unknown = bff.as_user("alice").header("origin", APP).get("/nowhere").await;
    let limited = bff.anonymous().header("origin", APP).get(OVERVIEW).await;
    for (status, reply) in [(200, &whole), (304, &same), (401, &refused), (429, &limited), (404, &unknown)] {
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), APP, "{status}");
        let exposed = reply.header("access-control-expose-headers");
        for name in ["x-request-id", "server-timing", "etag", "retry-after", "ratelimit"] {
            assert!(exposed.split(", ").any(|known| known == name), "{name} in {exposed}");
        }
        assert_eq!(reply.header("timing-allow-origin"), "", "nothing is timed");
    }
    // What is left of that address's quota is nothing, and the question costs none of it.
    assert_eq!(preflight(bff.anonymous(), APP, OVERVIEW).await.status, 204);
}

#[tokio::test]
async fn a_page_that_is_not_named_is_told_nothing() {
    let bff = with_app().start().await;
    for origin in
        [OTHER, "null", "https://app.example.evil.example", "https://APP.example", "http://app.example", ""]
    {
        let reply = bff.as_user("alice").header("origin", origin).get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), said(&reply)), (200, vec![]), "{origin}");
        assert!(varies(&reply).contains(&"origin".to_owned()), "or a cache gives it to the page that is");
        let reply = preflight(bff.anonymous(), origin, OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), said(&reply)), (405, vec![]), "{origin}");
    }
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(said(&reply), [""; 0]);
    assert!(varies(&reply).contains(&"origin".to_owned()), "of a request without an origin too");
}

#[tokio::test]
async fn what_is_configured_is_said() {
    let bff = with_app()
        .set("cors.credentials", true)
        .set("cors.headers", r#"["b3"]"#)
        .set("cors.max_age", "2h")
        .set("server_timing.enabled", true)
        .start()
        .await;
    let reply = preflight(bff.anonymous(), APP, OVERVIEW).await;
    assert!(reply.header("access-control-allow-headers").ends_with(", b3"));
    assert_eq!(reply.header("access-control-max-age"), "7200");
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    let reply = bff.as_user("alice").header("origin", APP).get(OVERVIEW).await;
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(reply.header("timing-allow-origin"), APP);
    let reply = bff.as_user("alice").header("origin", OTHER).get(OVERVIEW).await;
    assert_eq!(said(&reply), [""; 0]);
}

#[tokio::test]
async fn any_page_may_be_meant() {
    let bff = TestBff::with(bff_web::bff()).set("cors.origins", r#"["*"]"#).start().await;
    for origin in [APP, OTHER] {
        let reply = bff.as_user("alice").header("origin", origin).get(OVERVIEW).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        assert!(!varies(&reply).contains(&"origin".to_owned()), "it is the same for all");
        assert_eq!(
            preflight(bff.anonymous(), origin, OVERVIEW).await.header("access-control-allow-origin"),
            "*"
        );
    }
}
