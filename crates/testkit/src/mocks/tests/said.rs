//! What the mocks say of keeping: on each answer of the operation, and 304 to whoever has the answer.

use bff_services::rpc::orders_v1::{GetRequest, ListRecentReply, ListRecentRequest, Order};
use reqwest::Response;

use super::{super::*, A_MOMENT, rpc};
use crate::faults::Fault;

const ALICE: &str = "/users/alice";
const TAG: (&str, &str) = ("etag", "\"one\"");
const DAY: (&str, &str) = ("last-modified", "Sat, 14 Mar 2026 10:00:00 GMT");

/// A GET on the users service with these headers.
async fn ask(services: &MockServices, target: &str, headers: &[(&str, &str)]) -> Response {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{}{target}", services.url("users")));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn it_is_said_with_every_answer_of_the_operation_and_of_no_other() {
    let services = MockServices::start().await;
    services.says("users.get", "max-age=60");
    for mode in [Mode::Ok, Mode::Fail(503), Mode::Nonsense(Nonsense::Html), Mode::Ok] {
        services.set("users", mode);
        assert_eq!(header(&ask(&services, ALICE, &[]).await, "cache-control"), "max-age=60", "{mode}");
    }
    let missing = ask(&services, "/users/mallory", &[]).await;
    assert_eq!((missing.status().as_u16(), header(&missing, "cache-control")), (404, "max-age=60"));
    assert_eq!(header(&ask(&services, "/elsewhere", &[]).await, "cache-control"), "", "no operation");
    services.says_headers("users", [("vary", "accept"), ("vary", "x-user-id"), ("set-cookie", "a=b")]);
    let other = ask(&services, ALICE, &[]).await;
    assert_eq!(other.headers().get_all("vary").iter().count(), 2);
    assert_eq!((header(&other, "cache-control"), header(&other, "set-cookie")), ("", "a=b"));
    services.says_headers("users", []);
    assert_eq!(header(&ask(&services, ALICE, &[]).await, "vary"), "");
}

#[tokio::test]
async fn who_has_the_answer_gets_304_without_a_body() {
    let services = MockServices::start().await;
    for (said, asked, status) in [
        (vec![TAG], vec![("if-none-match", "\"one\"")], 304),
        (vec![TAG], vec![("if-none-match", "W/\"one\"")], 304),
        (vec![TAG], vec![("if-none-match", "\"zero\", \"one\"")], 304),
        (vec![TAG], vec![("if-none-match", "\"two\"")], 200),
        (vec![TAG], vec![], 200),
        (vec![], vec![("if-none-match", "\"one\"")], 200),
        (vec![DAY], vec![("if-modified-since", DAY.1)], 304),
        (vec![DAY], vec![("if-modified-since", "Sat, 14 Mar 2026 09:00:00 GMT")], 200),
        (vec![TAG, DAY], vec![("if-none-match", "\"two\""), ("if-modified-since", DAY.1)], 200),
    ] {
        services.says_headers("users", said.clone());
        let reply = ask(&services, ALICE, &asked).await;
        assert_eq!(reply.status().as_u16(), status, "{said:?} {asked:?}");
        assert!(said.iter().all(|(name, value)| header(&reply, name) == *value));
        assert_eq!(reply.bytes().await.unwrap().is_empty(), status == 304);
    }
    services.says_headers("users", [TAG]);
    let named = [("if-none-match", "\"one\"")];
    assert_eq!(ask(&services, "/users/mallory", &named).await.status(), 404, "there is nothing to have");
    let turned_away = Mode::Fault(Fault::RetryAfter { status: 503, after: A_MOMENT });
    for mode in [Mode::Fail(503), Mode::Nonsense(Nonsense::OtherShape), turned_away] {
        services.set("users", mode);
        assert_ne!(ask(&services, ALICE, &named).await.status(), 304, "{mode}");
    }
}

#[tokio::test]
async fn over_grpc_it_is_metadata_of_answers_and_of_refusals() {
    let services = MockServices::start().await;
    services.says("orders", "no-store");
    let request = ListRecentRequest { user: "alice".to_owned(), limit: 1 };
    let reply = rpc::<_, ListRecentReply>(&services, "/orders.v1.Orders/ListRecent", request).await.unwrap();
    assert_eq!(reply.metadata().get("cache-control").unwrap(), "no-store");
    let request = GetRequest { id: "ord-0".to_owned() };
    let refusal = rpc::<_, Order>(&services, "/orders.v1.Orders/Get", request).await.unwrap_err();
    assert_eq!(refusal.metadata().get("cache-control").unwrap(), "no-store");
}

#[tokio::test]
async fn what_can_not_be_said_is_refused() {
    let services = MockServices::start().await;
    let refused = |target: &str, name: &str, value: &str| {
        let said = std::panic::AssertUnwindSafe(|| services.says_headers(target, [(name, value)]));
        let panic = std::panic::catch_unwind(said).expect_err("it is refused");
        panic.downcast::<String>().map_or_else(|_| String::new(), |text| *text)
    };
    for target in ["", "user", "users.", "orders.recents"] {
        let error = refused(target, "etag", "\"1\"");
        assert!(error.contains("notifications, ") && error.contains("orders.by_account"), "{error}");
    }
    for name in ["content-length", "transfer-encoding", "grpc-status", "no header"] {
        assert!(refused("users", name, "1").contains(name));
    }
    assert!(refused("users", "etag", "line\nline").contains("no value of `etag`"));
    assert!(ask(&services, ALICE, &[]).await.headers().get("etag").is_none());
}
