//! Two fields of a payload can't have one name, and `_meta` is taken.

use bff_core::prelude::*;

#[derive(Screen)]
struct Twice {
    recent_orders: Optional<Vec<String>>,
    #[screen(rename = "recentOrders")]
    orders: Optional<Vec<String>>,
}

#[derive(Screen)]
struct Meta {
    #[screen(rename = "_meta")]
    meta: Required<String>,
}

#[derive(Screen)]
struct Quoted {
    #[screen(rename = "a \"name\"")]
    name: Required<String>,
}

fn main() {}
