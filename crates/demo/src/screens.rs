//! Every screen of the three BFFs, once: what to ask it, and what each of its sections depends on.

use crate::house::Which;

/// One screen, and a request that it answers with all of its sections.
pub struct Screen {
    pub bff: Which,
    pub title: &'static str,
    pub path: &'static str,
    /// The JSON of a POST.
    pub body: Option<&'static str>,
    pub sections: &'static [Section],
}

/// One section, and the service without which it has no answer.
pub struct Section {
    pub name: &'static str,
    pub service: &'static str,
    pub failure: Failure,
}

/// What a failed section does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The screen fails.
    Fails,
    /// It becomes this JSON.
    Becomes(&'static str),
}

use Failure::{Becomes, Fails};
use Which::{Mobile, Partner, Web};

const fn section(name: &'static str, service: &'static str, failure: Failure) -> Section {
    Section { name, service, failure }
}

/// An order of two products. The key makes a second press of the button the same order.
pub const NEW_ORDER: &str = r#"{"items":[{"sku":"BK-978022","quantity":1},{"sku":"BK-GIFT","quantity":2}],"idempotencyKey":"press-1"}"#;

const ORDER_DETAIL: &[Section] = &[
    section("order", "orders", Fails),
    section("invoice", "invoices", Becomes("null")),
    section("otherParty", "users", Becomes("null")),
];

/// All of them. alice may see every one; the partner's are those of the account acme.
pub const SCREENS: [Screen; 9] = [
    Screen {
        bff: Web,
        title: "overview, the first screen after sign-in",
        path: "/api/dashboard/overview",
        body: None,
        sections: &[
            section("profile", "users", Fails),
            section("orders", "orders", Becomes("null")),
            section("notifications", "notifications", Becomes("null")),
        ],
    },
    Screen {
        bff: Web,
        title: "order detail, not billed yet",
        path: "/api/orders/ord-1007",
        body: None,
        sections: ORDER_DETAIL,
    },
    Screen {
        bff: Web,
        title: "order detail with its invoice",
        path: "/api/orders/ord-1006",
        body: None,
        sections: ORDER_DETAIL,
    },
    Screen {
        bff: Web,
        title: "place an order; again, and it is the same order",
        path: "/api/orders",
        body: Some(NEW_ORDER),
        sections: &[section("order", "orders", Fails)],
    },
    Screen {
        bff: Mobile,
        title: "home, under 1 KB",
        path: "/mobile/home",
        body: None,
        sections: &[
            section("name", "users", Fails),
            section("recentOrders", "orders", Becomes("null")),
            section("badge", "notifications", Becomes("0")),
        ],
    },
    Screen {
        bff: Mobile,
        title: "order, trimmed to what the phone draws",
        path: "/mobile/orders/ord-1007",
        body: None,
        sections: &[section("order", "orders", Fails), section("seller", "users", Becomes("null"))],
    },
    Screen {
        bff: Partner,
        title: "a page of the account's orders",
        path: "/partner/v1/orders?limit=1",
        body: None,
        sections: &[section("orders", "orders", Fails)],
    },
    Screen {
        bff: Partner,
        title: "order with its invoice",
        path: "/partner/v1/orders/ord-1006",
        body: None,
        sections: &[section("order", "orders", Fails), section("invoice", "invoices", Becomes("null"))],
    },
    Screen {
        bff: Partner,
        title: "summary, figures and unpaid invoices",
        path: "/partner/v1/summary",
        body: None,
        sections: &[section("report", "reports", Fails), section("unpaid", "invoices", Becomes("null"))],
    },
];
