//! `/live`: a worker that makes no progress, for whatever reason that another process would not have.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use bff_core::prelude::*;
use bff_testkit::{Mode, TestBffBuilder};
use bff_tests::{comes_true, until, wire::head};

use super::*;

/// The web BFF with two workers, in which one is stuck after a short time.
fn watched(routes: Routes) -> TestBffBuilder {
    let bff = TestBff::with(bff_web::bff().routes(routes)).set("server.workers", 2);
    bff.set("health.stuck_after", "300ms").set("screen.deadline", "60s")
}

/// Holds whoever waits for it until it is dropped.
#[derive(Clone, Default)]
struct Held(Arc<Flags>);

#[derive(Default)]
struct Flags {
    entered: AtomicBool,
    released: AtomicBool,
}

impl Held {
    fn is_entered(&self) -> bool {
        self.0.entered.load(SeqCst)
    }

    fn release(&self) {
        self.0.released.store(true, SeqCst);
    }

    /// As a handler must not: the whole worker waits.
    fn block(&self) {
        self.0.entered.store(true, SeqCst);
        while !self.0.released.load(SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    async fn wait(&self) {
        self.0.entered.store(true, SeqCst);
        while !self.0.released.load(SeqCst) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
}

/// A request for `/held`, whose handler does not answer yet.
async fn asked(bff: &TestBff, held: &Held) -> Wire {
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", "/held", &[])).await;
    until("the handler runs", || held.is_entered()).await;
    wire
}

#[tokio::test]
async fn a_handler_that_blocks_its_worker_ends_the_life_of_the_process_until_it_lets_go() {
    let held = Held::default();
    let blocks = held.clone();
    let routes = Routes::new().get("/held", async move || blocks.block(), public());
    let bff = watched(routes).start().await;
    comes_true("it is live", async || said(&bff, "/live").await == (200, "live".to_owned())).await;
    let mut wire = asked(&bff, &held).await;
    // On a machine that is busy the other one may seem stuck for a moment.
    comes_true("one of the two is named", async || {
        let (status, text) = said(&bff, "/live").await;
        let begins = |worker| text.starts_with(&format!("not live: worker {worker} has not moved for "));
        status == 503 && (begins(0) || begins(1)) && !text.contains(';')
    })
    .await;
    let status = ask(&bff, "/status", &[]).await.json();
    assert_eq!(status["life"]["live"], false, "{status}");
    held.release();
    assert_eq!(wire.reply().await.status, 200);
    comes_true("it is live again", async || said(&bff, "/live").await.0 == 200).await;
}

/// Control: the same request for the same time, with a handler that lets others work.
#[tokio::test]
async fn a_handler_that_waits_does_no_harm() {
    let held = Held::default();
    let waits = held.clone();
    let route = async move || waits.wait().await;
    let bff = watched(Routes::new().get("/held", route, public())).start().await;
    let mut wire = asked(&bff, &held).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    comes_true("it is live while it waits", async || said(&bff, "/live").await.0 == 200).await;
    assert!(wire.is_silent_for(std::time::Duration::from_millis(1)).await, "it waits");
    held.release();
    assert_eq!(wire.reply().await.status, 200);
}

#[tokio::test]
async fn no_service_ends_the_life_of_the_process() {
    let bff = watched(Routes::new()).start().await;
    for mode in [Mode::Fail(503), Mode::Hang] {
        for service in ["users", "orders", "notifications", "invoices", "reports"] {
            bff.services.set(service, mode);
        }
        let mut wire = Wire::to(bff.address()).await;
        wire.send(head("GET", OVERVIEW, &[bff_tests::wire::bearer(&bff.token("alice").sign())])).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        comes_true("it is live", async || said(&bff, "/live").await == (200, "live".to_owned())).await;
        assert_eq!(said(&bff, "/ready").await, (200, "ready".to_owned()));
    }
}
