//! A service at several addresses, and one that moves: over HTTP (notifications) and gRPC (orders).

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bff_core::call::{Resolver, Resolving};
use bff_testkit::{MockServices, Mode, TestBff};

use super::OVERVIEW;

const SERVICES: [&str; 2] = ["notifications", "orders"];

/// The web BFF with two endpoints of each service, and a call for each request.
async fn at_both(some: &MockServices, others: &MockServices) -> TestBff {
    let urls = |service| format!("[{:?}, {:?}]", some.url(service), others.url(service));
    let builder = SERVICES.iter().fold(TestBff::with(bff_web::bff()), |builder, service| {
        builder
            .set(&format!("services.{service}.url"), urls(service))
            .set(&format!("services.{service}.coalesce"), "false")
    });
    builder.start().await
}

/// Asks for whole screens.
async fn ask(bff: &TestBff, times: usize) {
    for number in 0..times {
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]), "request {number}");
    }
}

#[tokio::test]
async fn calls_are_shared_among_the_endpoints() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = at_both(&some, &others).await;
    futures::future::join_all((0..10).map(|_| ask(&bff, 6))).await;
    for service in SERVICES {
        let (one, other) = (some.count(service), others.count(service));
        assert_eq!(one + other, 60, "{service}");
        assert!(one >= 6 && other >= 6, "{service}: {one} and {other}");
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_costs_nobody_an_answer() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = at_both(&some, &others).await;
    ask(&bff, 20).await;
    for service in SERVICES {
        others.set(service, Mode::Fail(503));
    }
    ask(&bff, 60).await;
    let failed: Vec<_> = SERVICES.iter().map(|service| others.count(service)).collect();
    ask(&bff, 60).await;
    let later: Vec<_> = SERVICES.iter().map(|service| others.count(service)).collect();
    for (before, after) in failed.iter().zip(&later) {
        assert!(after - before <= 5, "it is left out: {before} and then {after}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_gone_costs_nobody_an_answer() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = at_both(&some, &others).await;
    ask(&bff, 20).await;
    drop(others);
    ask(&bff, 60).await;
}

#[tokio::test]
async fn without_any_endpoint_that_is_well_the_section_is_missing_at_once() {
    let (some, others) = (MockServices::start().await, MockServices::start().await);
    let bff = at_both(&some, &others).await;
    for services in [&some, &others] {
        services.set("orders", Mode::Fail(503));
    }
    let reason = async || {
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        reply.degraded().pop().map(|(_, reason)| reason).unwrap_or_default()
    };
    until_reason(reason, "open_breaker").await;
    let sent = some.count("orders") + others.count("orders");
    assert_eq!(reason().await, "open_breaker");
    assert_eq!(some.count("orders") + others.count("orders"), sent, "nothing is sent");
}

async fn until_reason(reason: impl AsyncFn() -> String, wanted: &str) {
    for _ in 0..200 {
        if reason().await == wanted {
            return;
        }
    }
    panic!("never {wanted}");
}

/// Names that move when a test says so. `orders.test` is the orders service of the mocks that they lead to.
#[derive(Clone)]
struct Names(Arc<Mutex<Found>>);

/// The address of each service, or what the resolver says.
type Found = Result<Vec<(&'static str, SocketAddr)>, &'static str>;

impl Names {
    fn leading_to(services: &MockServices) -> Self {
        let names = Self(Arc::new(Mutex::new(Err("nothing yet"))));
        names.lead_to(services);
        names
    }

    fn lead_to(&self, services: &MockServices) {
        let address =
            |service| services.url(service).trim_start_matches("http://").parse().expect("an address");
        let found = SERVICES.iter().map(|service| (*service, address(service))).collect();
        *self.0.lock().expect("no test panics here") = Ok(found);
    }

    fn fail(&self) {
        *self.0.lock().expect("no test panics here") = Err("no such name");
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str, _: u16) -> Resolving<'a> {
        let service = host.trim_end_matches(".test");
        let found = self.0.lock().expect("no test panics here").clone();
        Box::pin(async move {
            let found = found.map_err(std::io::Error::other)?;
            Ok(found.into_iter().filter(|(name, _)| *name == service).map(|(_, address)| address).collect())
        })
    }
}

/// The web BFF with both services behind names.
async fn behind(names: &Names) -> TestBff {
    let builder = TestBff::with(bff_web::bff().resolver(names.clone()));
    let builder = SERVICES.iter().fold(builder, |builder, service| {
        let key = |name| format!("services.{service}.{name}");
        builder.set(&key("url"), format!("http://{service}.test")).set(&key("dns_refresh"), "20ms")
    });
    builder.start().await
}

#[tokio::test]
async fn a_service_that_moves_is_followed() {
    let (first, second) = (MockServices::start().await, MockServices::start().await);
    let names = Names::leading_to(&first);
    let bff = behind(&names).await;
    ask(&bff, 5).await;
    names.lead_to(&second);
    until(
        "the second one is asked",
        || SERVICES.iter().all(|service| second.count(service) > 0),
        || ask(&bff, 1),
    )
    .await;
    let before = SERVICES.map(|service| first.count(service));
    ask(&bff, 20).await;
    assert_eq!(
        SERVICES.map(|service| first.count(service)),
        before,
        "the first one lives, and is asked no more"
    );
}

#[tokio::test]
async fn the_last_known_address_is_used_when_the_resolver_fails() {
    let services = MockServices::start().await;
    let names = Names::leading_to(&services);
    let bff = behind(&names).await;
    ask(&bff, 1).await;
    names.fail();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    ask(&bff, 20).await;
}

#[tokio::test]
async fn a_service_whose_name_leads_nowhere_is_unavailable_until_it_does() {
    let services = MockServices::start().await;
    let names = Names::leading_to(&services);
    names.fail();
    let bff = behind(&names).await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let unavailable = |section: &str| (section.to_owned(), "unavailable".to_owned());
    assert_eq!(reply.degraded(), [unavailable("orders"), unavailable("notifications")]);
    let line = bff.log_lines(1).await.pop().expect("a line a request").to_string();
    assert!(line.contains("orders.test can't be found: no such name"), "{line}");
    names.lead_to(&services);
    let whole = async || bff.as_user("alice").get(OVERVIEW).await.degraded().is_empty();
    while !whole().await {}
}

/// Asks until that is so. A test that waits for ever is stopped by the runner of the tests.
async fn until<F: Future<Output = ()>>(what: &str, so: impl Fn() -> bool, ask: impl Fn() -> F) {
    for _ in 0..2000 {
        if so() {
            return;
        }
        ask().await;
    }
    panic!("not yet: {what}");
}
