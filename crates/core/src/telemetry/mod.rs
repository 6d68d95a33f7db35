//! What a request leaves behind for the people who run the BFF: trace ids and log lines.

pub mod log;
pub(crate) mod trace;
