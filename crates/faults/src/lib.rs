//! What the programs share that put a BFF under load and hold it to promises (`bff-faults`, `bff-overload`): how a run is set,
//! who asks in it, how long it takes, and the table of what came of it.
//!
//! Starting, asking and watching a process is in `bff_bench`; what is broken, and what the load is, each program has itself.

pub mod callers;
pub mod plan;
pub mod ports;
pub mod program;
pub mod settings;
pub mod table;
