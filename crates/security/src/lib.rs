//! Attacks on what the BFF promises about identity and secrets, each beside a control.
//!
//! A row is one promise that is attacked in bulk: the [`rows`] say which there are. What a row does not find proves something
//! only if it would find it, so each has a control: the same search where the leak is real.
//!
//! Every run is made from a seed, which is printed, so that it can be run again. `cargo test -p bff-security` runs the rows small,
//! `just security` in full.
#![expect(clippy::disallowed_methods, reason = "an attacker serves no requests")]

mod canaries;
pub mod child;
mod forgeries;
mod headers;
pub mod plan;
pub mod rows;
pub mod table;
