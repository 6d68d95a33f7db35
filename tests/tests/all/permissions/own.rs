//! A path that is its caller's own: compared byte by byte with what the handler is given, in whatever spelling it is sent.

use bff_core::{axum::extract::RawPathParams, prelude::*};
use bff_testkit::{Reply, TestBff, Token};
use bff_tests::{Wire, assert_problem, wire::bearer};
use serde_json::{Value, json};

/// Says which parameters it was given.
async fn given(parameters: RawPathParams) -> String {
    let given: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    given.join(";")
}

async fn absent() -> Problem {
    Problem::new(Code::NotFound)
}

async fn start() -> TestBff {
    let routes = Routes::new()
        .get("/users/{id}/orders", given, signed_in().own_user("id"))
        .get("/accounts/{account}/orders/{id}", given, signed_in().own_account("account"))
        .get("/open/{id}/orders", given, signed_in())
        .get("/absent", absent, signed_in());
    TestBff::start(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).await
}

async fn ask(bff: &TestBff, token: &Token, path: &str) -> Reply {
    Wire::to(bff.address()).await.get(path, &[bearer(&token.sign())]).await
}

fn without_id(reply: &Reply) -> Value {
    let mut json = reply.json();
    json["request_id"] = json!("");
    json["trace_id"] = json!("");
    json
}

/// Segments that are not `alice`, each as it is on the wire.
const NOT_ALICE: [&str; 24] = [
    "",
    "bob",
    "Alice",
    "ALICE",
    "alice%20",
    "%20alice",
    "alice%00",
    "alice%0A",
    "alice;v=1",
    "alice,bob",
    "alic",
    "alicee",
    "%2561lice",
    "%25%36%31lice",
    "%2e%2e",
    "..",
    ".",
    "alice%2F",
    "alice%2F..%2Fbob",
    "%D0%B0lice",
    "%EF%BD%81lice",
    "alice%CC%81",
    "alice%E2%80%8B",
    "%",
];

#[tokio::test]
async fn what_is_not_the_callers_own_id_is_not_found() {
    let bff = start().await;
    let alice = bff.token("alice").claim("account", "alice");
    let absent = without_id(&ask(&bff, &alice, "/absent").await);
    for segment in NOT_ALICE {
        for path in [format!("/users/{segment}/orders"), format!("/accounts/{segment}/orders/1")] {
            let reply = ask(&bff, &alice, &path).await;
            assert_problem(&reply, 404, "not_found");
            assert_eq!(without_id(&reply), absent, "as for what does not exist: {path}");
        }
        // The danger is real: the router takes it, and but for the policy the handler would get it.
        let open = ask(&bff, &alice, &format!("/open/{segment}/orders")).await;
        let is_given = open.status == 200 && open.body != b"id=alice";
        assert!(is_given, "{segment}: {} {:?}", open.status, String::from_utf8_lossy(&open.body));
    }
    assert_problem(&ask(&bff, &alice, "/users/alice%FF/orders").await, 400, "bad_request");
}

#[tokio::test]
async fn what_is_its_own_is_answered_in_each_spelling_of_the_same_path() {
    let bff = start().await;
    let alice = bff.token("alice").claim("account", "acme-books");
    // RFC 3986, 6.2.2.2: a percent-encoded unreserved character is the character.
    for segment in ["alice", "%61lice", "%61%6C%69%63%65", "%61%6c%69%63%65"] {
        let reply = ask(&bff, &alice, &format!("/users/{segment}/orders?id=bob")).await;
        assert_eq!((reply.status.as_u16(), &*reply.body), (200, &b"id=alice"[..]), "{segment}");
    }
    for segment in ["acme-books", "acme%2Dbooks"] {
        let reply = ask(&bff, &alice, &format!("/accounts/{segment}/orders/bob")).await;
        assert_eq!((reply.status.as_u16(), &*reply.body), (200, &b"account=acme-books;id=bob"[..]));
    }
    // An id that looks encoded is decoded once, and no more.
    for (id, segment) in [("%61lice", "%2561lice"), ("a/b", "a%2Fb"), ("..", "%2e%2e"), ("..", "..")] {
        let reply = ask(&bff, &bff.token(id), &format!("/users/{segment}/orders")).await;
        assert_eq!((reply.status.as_u16(), reply.body), (200, format!("id={id}").into_bytes()));
        assert_problem(&ask(&bff, &alice, &format!("/users/{segment}/orders")).await, 404, "not_found");
    }
}

#[tokio::test]
async fn a_caller_without_an_account_owns_none() {
    let bff = start().await;
    for account in ["acme", "alice", "null", "None", "%20", "-"] {
        let reply = ask(&bff, &bff.token("alice"), &format!("/accounts/{account}/orders/1")).await;
        assert_problem(&reply, 404, "not_found");
    }
    let log = bff.log_lines(6).await;
    assert!(
        log.iter().all(|line| line["reason"] == "the path's {account} is not the caller's own"),
        "{log:?}"
    );
    let nobody = bff.anonymous().get("/accounts/acme/orders/1").await;
    assert_problem(&nobody, 401, "missing_token");
}
