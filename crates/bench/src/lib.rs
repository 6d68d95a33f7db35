//! What a screen costs beside the floor and a naive baseline.
//!
//! `just bench` runs the binary `bff-bench`. It starts the services (`bff-bench-services`) and each gateway as
//! processes of their own, sends them the same load in turn, and prints what a request cost each of them. This
//! library is what those processes agree on: the environment they read, the token they verify and the replies
//! that the services give; and what `bff-faults` and `bff-overload` need as well to start a BFF, to ask it and to watch it.

pub mod meter;
pub mod process;
pub mod replies;
pub mod reply;
pub mod runner;
pub mod settings;
pub mod token;

/// The path of the screen that `bff-bench-floor`, `bff-bench-naive` and `bff-bench-screen` answer.
pub const SCREEN_PATH: &str = "/dashboard/overview";

/// Where `bff-bench-screen` makes one call, another one for each key.
pub const KEYS_PATH: &str = "/dashboard/notifications/{key}";
