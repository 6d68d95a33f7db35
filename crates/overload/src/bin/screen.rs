//! The BFF under test: a screen that costs some two milliseconds of a processor, and routes that cost nothing.
//!
//! Written as a team would write it, and set by environment variables as an operator would set it. The cost is that of a large
//! screen: three long lists are decoded, and little of them is drawn.

use std::{collections::BTreeMap, process::ExitCode};

use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let bff =
        Bff::new("bff-overload-screen", "crates/overload/src/bin/screen.rs", "").services::<(A, B, C)>();
    let routes = Routes::new()
        .get("/screen", screen, signed_in())
        .get("/ping", ping, signed_in())
        .get("/open", open, public())
        .get("/critical", screen, signed_in())
        .critical();
    bff.routes(routes).main()
}

/// How long the lists are, and what is in them together.
#[derive(Screen)]
struct Totals {
    a: Required<Total>,
    b: Required<Total>,
    c: Required<Total>,
}

/// GET /screen, GET /critical
async fn screen(a: A, b: B, c: C) -> Totals {
    Totals {
        a: a.list().map(|list| Total::of(&list)).required(),
        b: b.list().map(|list| Total::of(&list)).required(),
        c: c.list().map(|list| Total::of(&list)).required(),
    }
}

/// GET /ping
async fn ping() -> &'static str {
    "pong"
}

/// GET /open: the same for anybody.
async fn open() -> &'static str {
    "open to all"
}

/// What is drawn of a list.
#[derive(Serialize)]
struct Total {
    entries: usize,
    price: f64,
    notes: usize,
}

impl Total {
    fn of(list: &[Entry]) -> Self {
        let notes =
            |entry: &Entry| entry.tags.len() + entry.attributes.len() + entry.name.len() + entry.id.len();
        Self {
            entries: list.len(),
            price: list.iter().map(|entry| entry.price).sum(),
            notes: list.iter().map(notes).sum(),
        }
    }
}

/// What each service answers many of.
#[derive(Serialize, Deserialize)]
struct Entry {
    id: String,
    name: String,
    price: f64,
    tags: Vec<String>,
    attributes: BTreeMap<String, String>,
}

#[derive(Service)]
#[service(name = "a")]
struct A(Binding);

impl A {
    fn list(&self) -> Call<Vec<Entry>> {
        self.0.get("/list").call("a.list")
    }
}

#[derive(Service)]
#[service(name = "b")]
struct B(Binding);

impl B {
    fn list(&self) -> Call<Vec<Entry>> {
        self.0.get("/list").call("b.list")
    }
}

#[derive(Service)]
#[service(name = "c")]
struct C(Binding);

impl C {
    fn list(&self) -> Call<Vec<Entry>> {
        self.0.get("/list").call("c.list")
    }
}
