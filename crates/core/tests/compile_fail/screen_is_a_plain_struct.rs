//! A screen is a struct with named fields and one shape.

use bff_core::prelude::*;

#[derive(Screen)]
struct Tuple(Required<String>);

#[derive(Screen)]
struct Unit;

#[derive(Screen)]
enum Either {
    Left,
    Right,
}

#[derive(Screen)]
struct Generic<T> {
    name: Required<T>,
}

fn main() {}
