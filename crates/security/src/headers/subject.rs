//! The BFFs under attack, and what of each is asked.

use bff_core::bff::Bff;

/// A BFF and its targets.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) bff: fn() -> Bff,
    /// Whether its callers act for accounts.
    pub(crate) accounts: bool,
    pub(crate) targets: &'static [Target],
}

/// Something to ask for, which every caller of its BFF gets.
pub(crate) struct Target {
    pub(crate) path: &'static str,
    /// Of a POST.
    pub(crate) body: Option<&'static str>,
}

const fn get(path: &'static str) -> Target {
    Target { path, body: None }
}

/// All three.
pub(crate) const SUBJECTS: [Subject; 3] = [
    Subject {
        name: "web",
        bff: bff_web::bff,
        accounts: false,
        targets: &[
            get("/api/dashboard/overview"),
            get("/api/dashboard/overview"),
            Target { path: "/api/orders", body: Some(r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#) },
        ],
    },
    Subject { name: "mobile", bff: bff_mobile::bff, accounts: false, targets: &[get("/mobile/home")] },
    Subject {
        name: "partner",
        bff: bff_partner::bff,
        accounts: true,
        targets: &[get("/partner/v1/summary"), get("/partner/v1/orders")],
    },
];
