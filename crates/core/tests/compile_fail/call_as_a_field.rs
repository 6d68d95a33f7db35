//! What does the screen do when the call fails? Its field's type says it.

use bff_core::prelude::*;

#[derive(Screen)]
struct Home {
    name: Call<String>,
}

#[derive(Screen)]
struct Detail {
    order: SharedCall<String>,
}

fn main() {}
