//! What an overloaded BFF refuses, and what it goes on serving.

mod cap;
mod flood;
mod lag;
mod memory;
mod readiness;

use std::time::{Duration, Instant};

use bff_core::{WorkerView, prelude::*};
use bff_testkit::{Reply, TestBff, TestBffBuilder};
use bff_tests::{Wire, assert_problem, until, wire::bearer, wire::head};

use super::OVERVIEW;
use flood::Flood;

/// What a request of [`SPINS`] keeps its worker from all else for.
const SPIN: Duration = Duration::from_millis(20);

const SPINS: &str = "/spins";
const PAYS: &str = "/pays";
const PAGE: &str = "/page";
const BADGE: &str = "/badge";

async fn spins() -> &'static str {
    let began = Instant::now();
    while began.elapsed() < SPIN {
        std::hint::spin_loop();
    }
    "dizzy"
}

async fn answers() -> &'static str {
    "answered"
}

/// The web BFF, with a route of each priority and one that keeps its worker busy.
fn bff() -> TestBffBuilder {
    let routes = Routes::new()
        .get(SPINS, spins, public())
        .get(PAYS, answers, public())
        .critical()
        .get(PAGE, answers, public())
        .get(BADGE, answers, public())
        .sheddable();
    TestBff::with(bff_web::bff().routes(routes)).without_breakers()
}

/// The same with time for a service that hangs.
fn patient() -> TestBffBuilder {
    let time = ["screen.deadline", "services.users.timeout", "services.users.attempt_timeout"];
    time.into_iter().fold(bff(), |bff, key| bff.set(key, "60s"))
}

/// So many requests in flight for a service that hangs. Their clients go away when this is dropped.
async fn hung(bff: &TestBff, count: usize) -> Vec<Wire> {
    bff.services.set("users", bff_testkit::Mode::Hang);
    let before = worker(bff).in_flight;
    let mut wires = Vec::new();
    for _ in 0..count {
        let mut wire = Wire::to(bff.address()).await;
        wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
        wires.push(wire);
    }
    until("all are in flight", || worker(bff).in_flight == before + count).await;
    wires
}

/// The one worker of a test.
fn worker(bff: &TestBff) -> WorkerView {
    bff.running().admission().workers.remove(0)
}

async fn status(bff: &TestBff, path: &str) -> u16 {
    bff.anonymous().get(path).await.status.as_u16()
}

/// A refusal tells its client when to come back, and no more.
#[track_caller]
fn assert_refusal(reply: &Reply) {
    assert_eq!(assert_problem(reply, 503, "overloaded"), "", "no detail");
    let after: u64 = reply.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=3).contains(&after), "{after}");
}
