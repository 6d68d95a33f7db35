//! The BFF under test: three services, screens that need more or less of them, and gauges.
//!
//! Written as a team would write it, and set by environment variables as an operator would set it. Two routes are of this
//! program only: `/detached` does what a screen must not do, and `/gauges` tells what a leak would add to.

use std::sync::OnceLock;

use bff_core::{Running, prelude::*, telemetry::sink::Sink};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What `/gauges` asks.
static RUNNING: OnceLock<Running> = OnceLock::new();

fn main() -> anyhow::Result<()> {
    let bff = Bff::new("bff-faults-screen", "crates/faults/src/bin/screen.rs", "").services::<(A, B, C)>();
    let bff = bff.routes(
        Routes::new()
            .get("/all", all, signed_in())
            .get("/without", without, signed_in())
            .get("/only", only, signed_in())
            .get("/detached", detached, signed_in())
            .get("/gauges", gauges, public()),
    );
    let sources = bff.builtin_config().with_environment(std::env::vars_os());
    let (log, writer) = Sink::stdout();
    let running = bff.start(&sources, Some(log))?;
    RUNNING.get_or_init(|| running);
    // The log is written until the runner ends this process.
    drop(writer.join());
    Ok(())
}

/// Everything.
#[derive(Screen)]
struct All {
    a: Required<Item>,
    b: Optional<Item>,
    c: Optional<Item>,
}

/// GET /all
async fn all(a: A, b: B, c: C) -> All {
    All { a: a.item().required(), b: b.item().optional(), c: c.item().optional() }
}

/// What does not need the service that fails.
#[derive(Screen)]
struct Without {
    a: Required<Item>,
    b: Optional<Item>,
}

/// GET /without
async fn without(a: A, b: B) -> Without {
    Without { a: a.item().required(), b: b.item().optional() }
}

/// Nothing but the service that fails, so that each request is one call on it.
#[derive(Screen)]
struct Only {
    c: Optional<Item>,
}

/// GET /only
async fn only(c: C) -> Only {
    Only { c: c.item().optional() }
}

/// GET /detached: the same calls as `/all`, in a task of their own, which a client that goes away does not end.
#[expect(clippy::disallowed_methods, reason = "the control: what the lint is there to prevent")]
async fn detached(a: A, b: B, c: C) -> &'static str {
    let calls = (a.item().into_future(), b.item().into_future(), c.item().into_future());
    let work = tokio::spawn(async move { tokio::join!(calls.0, calls.1, calls.2) });
    if work.await.is_ok_and(|(a, _, _)| a.is_ok()) { "done" } else { "failed" }
}

/// GET /gauges
async fn gauges() -> String {
    let running = RUNNING.get();
    let in_flight =
        |service| running.and_then(|running| running.calls(service)).map(|calls| calls.in_flight());
    let in_flight: Vec<_> = ["a", "b", "c"].into_iter().map(in_flight).collect();
    serde_json::json!({ "tasks": running.map(Running::alive_tasks), "in_flight": in_flight }).to_string()
}

/// What each service answers.
#[derive(Serialize, Deserialize)]
struct Item {
    id: String,
    name: String,
}

#[derive(Service)]
#[service(name = "a")]
struct A(Binding);

impl A {
    fn item(&self) -> Call<Item> {
        self.0.get("/item").call("a.item")
    }
}

#[derive(Service)]
#[service(name = "b")]
struct B(Binding);

impl B {
    fn item(&self) -> Call<Item> {
        self.0.get("/item").call("b.item")
    }
}

#[derive(Service)]
#[service(name = "c")]
struct C(Binding);

impl C {
    fn item(&self) -> Call<Item> {
        self.0.get("/item").call("c.item")
    }
}
