//! What a section answers with must have a form in JSON.

use bff_core::prelude::*;

struct Profile;
struct Theme;

#[derive(Screen)]
struct Home {
    profile: Required<Profile>,
    theme: Theme,
}

fn main() {}
