//! Numbers for `/metrics`.

pub mod catalogue;
