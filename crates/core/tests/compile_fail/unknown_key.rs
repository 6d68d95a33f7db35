//! A mistyped attribute is no attribute.

use bff_core::prelude::*;

#[derive(Screen)]
#[screen(rename = "camelCase")]
struct Home {
    name: Required<String>,
}

#[derive(Screen)]
#[screen(rename_all = "kebab-case")]
struct Overview {
    name: Required<String>,
}

#[derive(Screen)]
struct Detail {
    #[screen(skip)]
    name: Required<String>,
}

#[derive(Service)]
#[service(url = "http://users")]
struct Users(Binding);

fn main() {}
