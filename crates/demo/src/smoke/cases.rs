//! What every screen answers while all services are well, for users of every kind.

use std::time::Duration;

use bff_testkit::Mode;
use reqwest::header::HeaderName;
use serde_json::{Value, json};

use super::{Ask, Case, Expect, Round};
use crate::{
    house::Which::{Mobile, Partner, Web},
    screens::SCREENS,
};

/// Home must stay below this, whoever looks at it.
const HOME_BYTES: usize = 1024;

/// What the fixtures say, for each of [`SCREENS`] in its order: JSON pointers and values.
fn key_fields() -> [Vec<(&'static str, Value)>; 9] {
    [
        vec![
            ("/profile/displayName", json!("Alice Marlowe")),
            ("/profile/preferences/theme", json!("dark")),
            ("/orders/0/id", json!("ord-1007")),
            ("/orders/4/id", json!("ord-1003")),
            ("/orders/5", json!(null)),
            ("/notifications/0/id", json!("ntf-9106")),
            ("/notifications/5/id", json!("ntf-9101")),
        ],
        vec![
            ("/order/status", json!("pending")),
            ("/order/totalCents", json!(11922)),
            ("/invoice", json!(null)),
            ("/otherParty/displayName", json!("Acme Books")),
        ],
        vec![
            ("/order/id", json!("ord-1006")),
            ("/invoice/number", json!("INV-2026-01006")),
            ("/otherParty/id", json!("acme-books")),
            ("/otherParty/email", json!(null)),
        ],
        vec![
            ("/order/id", json!("ord-9001")),
            ("/order/customer", json!("zoe")),
            ("/order/status", json!("pending")),
            ("/order/totalCents", json!(4600)),
        ],
        vec![
            ("/name", json!("Alice Marlowe")),
            ("/recentOrders/0", json!({"id": "ord-1007", "total": "119.22 GBP"})),
            ("/recentOrders/3", json!(null)),
            ("/badge", json!(6)),
        ],
        vec![
            ("/order/total", json!("119.22 GBP")),
            ("/order/items/0", json!("1 × Rust for the Patient")),
            ("/seller", json!("Acme Books")),
        ],
        vec![
            ("/orders/0/id", json!("ord-1007")),
            ("/orders/0/customer_id", json!("alice")),
            ("/orders/1", json!(null)),
        ],
        vec![
            ("/order/total_cents", json!(4248)),
            ("/order/lines/0/unit_cents", json!(1899)),
            ("/invoice/number", json!("INV-2026-01006")),
        ],
        vec![
            ("/report/account", json!("acme")),
            ("/report/order_count", json!(11)),
            ("/report/period/to", json!("2026-03-31")),
        ],
    ]
}

/// All services are well.
pub fn healthy() -> Round {
    let mut cases = Vec::new();
    for (screen, fields) in SCREENS.iter().zip(key_fields()) {
        let expect = if screen.body.is_some() { Expect::written() } else { Expect::whole() };
        let expect = fields.into_iter().fold(expect, |expect, (at, value)| expect.field(at, value));
        let expect = if screen.path == "/mobile/home" { expect.below(HOME_BYTES) } else { expect };
        cases.push(Case::new(screen.title, Ask::of(screen), expect));
    }
    for user in ["bob", "chen", "zoe", "dmitri", "erin"] {
        let overview = Ask::get(Web, "/api/dashboard/overview").by(user);
        cases.push(Case::new(
            format!("overview of {user}"),
            overview,
            Expect::whole().field("/profile/id", user),
        ));
        let home = Ask::get(Mobile, "/mobile/home").by(user);
        cases.push(Case::new(format!("home of {user}"), home, Expect::whole().below(HOME_BYTES)));
    }
    let spoofed = Ask::get(Web, "/api/dashboard/overview").by("alice");
    let spoofed = spoofed.header(HeaderName::from_static("x-user-id"), "chen");
    let expect = Expect::whole().field("/profile/id", "alice");
    cases.push(Case::new("overview of alice who says X-User-Id: chen", spoofed, expect));
    let seller = Ask::get(Web, "/api/orders/ord-1006").by("acme-books");
    let expect = Expect::whole().field("/otherParty/id", "alice");
    cases.push(Case::new("order detail for its seller, who sees the buyer", seller, expect));
    let page = Ask::get(Partner, "/partner/v1/orders?limit=100").by("alice");
    let expect = Expect::whole()
        .field("/orders/12/customer_id", "zoe")
        .field("/orders/13", Value::Null)
        .field("/next_cursor", Value::Null);
    cases.push(Case::new("the last page has no next_cursor", page, expect));
    let usage = Ask::get(Partner, "/partner/v1/usage").by("alice");
    let expect = Expect::whole().field("/quotas/0/name", "caller").field("/quotas/0/limit", 200);
    cases.push(Case::new("what a partner has left", usage, expect));
    Round { modes: Vec::new(), cases }
}

/// All services are slow, within the deadline: what doesn't depend on one another costs one wait, not three.
pub fn slow() -> Round {
    let wait = Mode::Slow(Duration::from_millis(300));
    let modes = ["users", "orders", "notifications", "invoices"].map(|service| (service, wait));
    let ask = |at: usize| Ask::of(&SCREENS[at]);
    let cases = vec![
        Case::new(
            "overview, each service slow by 300 ms: one wait",
            ask(0),
            Expect::whole().within(300..700),
        ),
        Case::new("order detail, the same: two waits", ask(2), Expect::whole().within(600..880)),
        Case::new("home, the same: one wait", ask(4), Expect::whole().within(300..700)),
    ];
    Round { modes: modes.into(), cases }
}
