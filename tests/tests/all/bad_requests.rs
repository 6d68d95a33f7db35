//! Paths, methods and parameters that are wrong: each answer says what is wrong, and no service hears of it.

use bff_core::prelude::*;
use bff_testkit::TestBff;
use bff_tests::assert_problem;
use http::Method;

use super::OVERVIEW;

#[derive(serde::Deserialize)]
struct Seat {
    row: u32,
    seat: u32,
}

#[tokio::test]
async fn an_unknown_path_is_not_found_with_and_without_a_token() {
    let bff = TestBff::start(bff_web::bff()).await;
    for path in
        ["/", "/api", "/api/orders/", "/api/dashboard/overview/", "/API/dashboard/overview", "//", "/.env"]
    {
        assert_problem(&bff.as_user("alice").get(path).await, 404, "unknown_path");
        assert_problem(&bff.anonymous().get(path).await, 404, "unknown_path");
    }
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let bff = TestBff::start(bff_web::bff()).await;
    let cases = [
        (Method::POST, OVERVIEW, "GET,HEAD"),
        (Method::DELETE, "/api/orders/ord-1001", "GET,HEAD"),
        (Method::GET, "/api/orders", "POST"),
        (Method::TRACE, OVERVIEW, "GET,HEAD"),
        (Method::from_bytes(b"BREW").expect("a method"), OVERVIEW, "GET,HEAD"),
    ];
    for (method, path, allowed) in cases {
        let reply = bff.as_user("alice").request(method.clone(), path, None).await;
        assert_problem(&reply, 405, "method_not_allowed");
        assert_eq!(reply.header("allow"), allowed, "{method} {path}");
    }
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_wrong_query_parameter_is_named_with_what_was_expected() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let partner = bff.as_partner("pat", "acme");
    let cases = [
        ("limit=abc", ["limit", "invalid digit"]),
        ("limit=", ["limit", "empty"]),
        ("limit=-1", ["limit", "invalid digit"]),
        ("limit=99999999999", ["limit", "too large"]),
        ("limit=0", ["limit", "from 1 to 100"]),
        ("limit=101", ["limit", "from 1 to 100"]),
        ("limit=5&limit=6", ["limit", "duplicate"]),
        ("account=nordic", ["account", "expected `limit` or `cursor`"]),
    ];
    for (query, words) in cases {
        let reply = partner.get(&format!("/partner/v1/orders?{query}")).await;
        let detail = assert_problem(&reply, 400, "invalid_parameter");
        for word in words {
            assert!(detail.contains(word), "{query}: {detail}");
        }
    }
    assert!(bff.services.all_seen().is_empty());
    for query in ["", "?limit=1", "?limit=100"] {
        assert_eq!(partner.get(&format!("/partner/v1/orders{query}")).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn a_value_that_only_the_service_can_judge_is_still_the_clients_mistake() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("pat", "acme").get("/partner/v1/orders?cursor=made-up").await;
    assert_problem(&reply, 400, "invalid_request");
    let bff = TestBff::start(bff_web::bff()).await;
    let order = serde_json::json!({"items": [{"sku": "nobody-sells-this", "quantity": 1}]});
    assert_problem(&bff.as_user("alice").post("/api/orders", &order).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_wrong_path_parameter_is_told_what_was_expected() {
    async fn page(Path(number): Path<u32>) -> String {
        number.to_string()
    }
    async fn cell(Path((row, column)): Path<(u32, u32)>) -> String {
        format!("{row} {column}")
    }
    async fn seat(Path(seat): Path<Seat>) -> String {
        format!("{} {}", seat.row, seat.seat)
    }
    let routes = Routes::new()
        .get("/pages/{page}", page, public())
        .get("/cells/{row}/{column}", cell, public())
        .get("/seats/{row}/{seat}", seat, public());
    let bff = TestBff::start(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).await;
    for path in ["/pages/abc", "/pages/-1", "/pages/4294967296", "/pages/1%2F2"] {
        let detail = assert_problem(&bff.anonymous().get(path).await, 400, "invalid_parameter");
        assert!(detail.contains("u32"), "{path}: {detail}");
    }
    for (path, which) in [("/cells/1/b", "path parameter 2:"), ("/seats/1/b", "path parameter seat:")] {
        let detail = assert_problem(&bff.anonymous().get(path).await, 400, "invalid_parameter");
        assert!(detail.contains(which) && detail.contains("u32"), "{path}: {detail}");
    }
    assert_eq!(bff.anonymous().get("/pages/7").await.body, b"7");
    assert_eq!(bff.anonymous().get("/cells/1/2").await.body, b"1 2");
    assert_eq!(bff.anonymous().get("/seats/1/2").await.body, b"1 2");
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_refused() {
    let bff = TestBff::start(bff_web::bff()).await;
    for path in ["/api/orders/%ff", "/api/orders/%C3%28", "/%ff", "/api/orders/%ED%A0%80"] {
        assert_problem(&bff.as_user("alice").get(path).await, 400, "bad_request");
    }
    assert!(bff.services.all_seen().is_empty());
    let reply = bff.as_user("alice").get("/api/orders/%C3%A9").await;
    assert_problem(&reply, 404, "not_found");
    assert_eq!(bff.services.count("orders.get"), 1, "UTF-8 may be asked for");
}

#[tokio::test]
async fn a_timeout_that_is_no_whole_number_from_1_on_is_refused() {
    let bff = TestBff::start(bff_web::bff()).await;
    for value in ["0", "abc", "-1", "1.5", "", "1s", "+500", "99999999999999999999999"] {
        let reply = bff.as_user("alice").header("X-Request-Timeout-Ms", value).get(OVERVIEW).await;
        let detail = assert_problem(&reply, 400, "invalid_header");
        assert!(detail.contains("x-request-timeout-ms"), "{value}: {detail}");
    }
    let two = bff.as_user("alice").header("X-Request-Timeout-Ms", 500).header("X-Request-Timeout-Ms", 600);
    assert_problem(&two.get(OVERVIEW).await, 400, "invalid_header");
    assert!(bff.services.all_seen().is_empty());
    let reply = bff.as_user("alice").header("X-Request-Timeout-Ms", 1000).get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_trusted_looking_query_changes_nothing_on_a_screen_that_reads_none() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").get(&format!("{OVERVIEW}?user=zoe&sub=zoe")).await;
    assert_eq!(reply.json()["profile"]["id"], "alice");
}
