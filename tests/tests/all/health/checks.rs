//! Checks of services' own health endpoints, over HTTP (notifications) and gRPC (orders).

use bff_testkit::{Health, MockServices, TestBffBuilder, mocks::Seen};
use bff_tests::comes_true;
use serde_json::Value;

use super::*;

const SERVICES: [&str; 2] = ["notifications", "orders"];

/// The web BFF with two endpoints of each service, and a call for each request.
fn at_both(some: &MockServices, others: &MockServices) -> TestBffBuilder {
    let urls = |service| format!("[{:?}, {:?}]", some.url(service), others.url(service));
    SERVICES.iter().fold(TestBff::with(bff_web::bff()), |bff, service| {
        let key = |name| format!("services.{service}.{name}");
        bff.set(&key("url"), urls(service)).set(&key("coalesce"), false).set(&key("cache"), false)
    })
}

/// The same, with checks that come often.
fn checked(bff: TestBffBuilder) -> TestBffBuilder {
    let bff = SERVICES.iter().fold(bff, |bff, service| {
        let key = |name| format!("services.{service}.health.{name}");
        bff.set(&key("every"), "20ms").set(&key("timeout"), "10s")
    });
    bff.set("services.notifications.health.path", "/health")
        .set("services.orders.health.service", "orders.v1")
}

/// What `/status` says of the check of each endpoint of a service, in the order of the configuration.
async fn healthy(bff: &TestBff, service: &str) -> Vec<Value> {
    let status = ask(bff, "/status", &[]).await.json();
    let services = status["services"].as_array().expect("a list");
    let service = services.iter().find(|known| known["name"] == service).expect("it is there");
    let endpoints = service["endpoints"].as_array().expect("a list");
    endpoints.iter().map(|endpoint| endpoint["check"]["healthy"].clone()).collect()
}

async fn become_so(bff: &TestBff, expected: [bool; 2]) {
    for service in SERVICES {
        let so = async || healthy(bff, service).await == expected.map(Value::from);
        comes_true(&format!("{service} {expected:?}"), so).await;
    }
}

/// Asks for whole screens.
async fn whole(bff: &TestBff, times: usize) {
    for number in 0..times {
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "request {number}");
    }
}

#[tokio::test]
async fn an_endpoint_that_calls_itself_sick_gets_no_calls_until_it_is_well() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = checked(at_both(&some, &others)).start().await;
    become_so(&bff, [true, true]).await;
    for service in SERVICES {
        others.set_health(service, Health::Sick);
    }
    become_so(&bff, [true, false]).await;
    others.clear();
    whole(&bff, 40).await;
    assert_eq!(SERVICES.map(|service| others.count(service)), [0, 0]);
    for service in SERVICES {
        others.set_health(service, Health::Well);
    }
    become_so(&bff, [true, true]).await;
    comes_true("both get calls", async || {
        whole(&bff, 1).await;
        SERVICES.iter().all(|service| others.count(service) > 0)
    })
    .await;
}

/// Control: the same sick endpoints, and nobody asks them.
#[tokio::test]
async fn without_checks_it_gets_its_share() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = at_both(&some, &others).start().await;
    for service in SERVICES {
        others.set_health(service, Health::Sick);
    }
    comes_true("they get calls", async || {
        whole(&bff, 1).await;
        SERVICES.iter().all(|service| others.count(service) > 0)
    })
    .await;
    assert_eq!(SERVICES.map(|service| others.checks(service).len()), [0, 0]);
    assert_eq!(healthy(&bff, "orders").await, [Value::Null, Value::Null]);
}

#[tokio::test]
async fn all_of_them_sick_are_all_of_them_in_and_nobody_is_unready() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = checked(at_both(&some, &others)).start().await;
    for services in [&some, &others] {
        for service in SERVICES {
            services.set_health(service, Health::Sick);
        }
    }
    become_so(&bff, [false, false]).await;
    comes_true("both get calls", async || {
        whole(&bff, 1).await;
        SERVICES.iter().all(|service| some.count(service) > 0 && others.count(service) > 0)
    })
    .await;
    assert_eq!(said(&bff, "/ready").await, (200, "ready".to_owned()));
    assert_eq!(said(&bff, "/live").await, (200, "live".to_owned()));
}

#[tokio::test]
async fn an_endpoint_that_says_nothing_or_is_gone_is_unhealthy() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = checked(at_both(&some, &others)).set("services.orders.health.timeout", "15ms");
    let bff = bff.set("services.notifications.health.timeout", "15ms").start().await;
    for service in SERVICES {
        others.set_health(service, Health::Silent);
    }
    for service in SERVICES {
        comes_true(service, async || healthy(&bff, service).await[1] == false).await;
    }
    drop(bff);
    drop(others);
    let others = MockServices::start().await;
    let bff = checked(at_both(&some, &others)).start().await;
    drop(others);
    become_so(&bff, [true, false]).await;
}

#[tokio::test]
async fn a_check_has_nobodys_identity_and_a_connection_of_its_own() {
    let services = MockServices::start().await;
    let bff = checked(at_both(&services, &services)).set("sender.secret", "s".repeat(32));
    let bff =
        SERVICES.iter().fold(bff, |bff, service| bff.set(&format!("services.{service}.sender"), "secret"));
    let bff = bff.start().await;
    whole(&bff, 3).await;
    comes_true("both are checked", async || {
        SERVICES.iter().all(|service| services.checks(service).len() > 1)
    })
    .await;
    let names = |seen: &Seen| seen.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let http = services.checks("notifications").pop().expect("one");
    assert_eq!((http.method.as_str(), http.target.as_str()), ("GET", "/health"));
    assert_eq!(names(&http), ["host", "user-agent", "connection"]);
    let grpc = services.checks("orders").pop().expect("one");
    assert_eq!(grpc.target, "/grpc.health.v1.Health/Check");
    let ours = ["x-user-id", "x-internal-secret", "x-request-id", "traceparent", "authorization"];
    assert!(names(&grpc).iter().all(|name| !ours.contains(&name.as_str())), "{:?}", names(&grpc));
    // Control: a call of the same BFF has them.
    let call = services.seen("orders").pop().expect("one");
    assert!(
        ours[..3].iter().all(|name| names(&call).iter().any(|found| found == name)),
        "{:?}",
        names(&call)
    );
    // `service` is field 1 of the message: its tag, its length, its text.
    assert_eq!(grpc.body, [&[0x0a, 9], "orders.v1".as_bytes()].concat());
}
