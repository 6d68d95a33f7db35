//! A tiny BFF whose screens need something of many, as a frontend developer writes them.

use bff_core::{axum, prelude::*};
use bff_services::{Invoice, Invoices, Orders, PublicProfile, Users};
use serde::Deserialize;

pub(super) fn bff() -> Bff {
    let routes = Routes::new()
        .get("/people", people, signed_in())
        .example("/people?ids=alice,bob&at_once=100")
        .get("/people-eight-at-once", people, signed_in())
        .example("/people-eight-at-once?ids=alice&at_once=8")
        .get("/invoices", invoices, signed_in())
        .example("/invoices?orders=2&at_once=100")
        .get("/sellers", sellers, signed_in())
        .get("/invoices-one-by-one", one_by_one, signed_in())
        .example("/invoices-one-by-one?orders=1&at_once=8")
        .get("/sections", sections, signed_in())
        .get("/lists", lists, signed_in())
        .get("/tasks", tasks, signed_in());
    Bff::new("bff-tiny", "tiny.toml", "").services::<(Users, Invoices, Orders)>().routes(routes)
}

#[derive(Deserialize)]
struct Ids {
    ids: String,
    at_once: usize,
}

fn list(ids: &str) -> Call<Vec<String>> {
    Call::ready(Ok(ids.split(',').map(str::to_owned).collect()))
}

#[derive(Screen)]
struct People {
    people: Required<Vec<Option<PublicProfile>>>,
}

async fn people(Query(Ids { ids, at_once }): Query<Ids>, users: Users) -> People {
    let people = list(&ids).each(at_once, move |id| users.public_profile_of(id).if_found());
    People { people: people.required() }
}

#[derive(Deserialize)]
struct Latest {
    orders: u32,
    at_once: usize,
}

#[derive(Screen)]
struct InvoiceList {
    invoices: Required<Vec<Option<Invoice>>>,
}

async fn invoices(Query(latest): Query<Latest>, orders: Orders, invoices: Invoices) -> InvoiceList {
    let orders = orders.recent(latest.orders);
    let list = orders.each(latest.at_once, move |order| invoices.invoice_of(order.id).if_found());
    InvoiceList { invoices: list.required() }
}

/// What `invoices` was before its service could be asked for many; and who sold it, which nobody draws.
async fn one_by_one(
    Query(latest): Query<Latest>,
    orders: Orders,
    invoices: Invoices,
    users: Users,
) -> InvoiceList {
    let list = orders.recent(latest.orders).each(latest.at_once, move |order| {
        let invoices = invoices.clone();
        users.public_profile(order.seller).then(move |_| invoices.of_order(order.id))
    });
    InvoiceList { invoices: list.required() }
}

#[derive(Screen)]
struct Sellers {
    first: Optional<Option<PublicProfile>>,
    newest: Optional<Vec<Option<PublicProfile>>>,
    count: Optional<usize>,
}

/// Sections that come from two calls, and what is made of one of them.
async fn sellers(orders: Orders, users: Users) -> Sellers {
    let (of_first, of_newest) = (users.clone(), users);
    let first =
        orders.get("ord-1001").then(move |order| of_first.public_profile_of(order.customer)).if_found();
    let each = orders
        .recent(3)
        .each(8, move |order| of_newest.public_profile_of(order.seller.unwrap_or_default()).if_found());
    let each = each.shared();
    Sellers {
        first: first.optional(),
        newest: each.optional(),
        count: each.then(move |list| orders.recent(1).map(move |_| list.len())).optional(),
    }
}

#[derive(Screen)]
struct Sections {
    known: Optional<PublicProfile>,
    unknown: Optional<PublicProfile>,
    again: Optional<String>,
    billed: Optional<Invoice>,
    unbilled: Optional<Invoice>,
}

async fn sections(users: Users, invoices: Invoices) -> Sections {
    Sections {
        known: users.public_profile_of("acme-books").optional(),
        unknown: users.public_profile_of("mallory").optional(),
        again: users.public_profile_of("acme-books").map(|profile| profile.display_name).optional(),
        billed: invoices.invoice_of("ord-1001").optional(),
        unbilled: invoices.invoice_of("ord-1007").optional(),
    }
}

#[derive(Screen)]
struct Lists {
    one: Required<Vec<Option<PublicProfile>>>,
    two: Required<Vec<Option<PublicProfile>>>,
    three: Required<Vec<Option<PublicProfile>>>,
    four: Required<Vec<Option<PublicProfile>>>,
}

async fn lists(users: Users) -> Lists {
    let of = |ids: &str| {
        let users = users.clone();
        list(ids).each(10, move |id| users.public_profile_of(id).if_found()).required()
    };
    Lists { one: of("alice,bob"), two: of("bob,chen"), three: of("mallory,zoe"), four: of("erin,dmitri") }
}

/// Keys that tasks of their own ask for.
async fn tasks(users: Users) -> Result<axum::Json<Vec<String>>, Problem> {
    let mut names = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "a handler may, though what it starts outlives its request"
    )]
    let tasks = ["alice", "zoe"].map(|id| tokio::spawn(users.public_profile_of(id).into_future()));
    for task in tasks {
        names.push(task.await.expect("it does not panic")?.id);
    }
    Ok(axum::Json(names))
}
