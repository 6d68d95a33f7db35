//! What a request leaves behind for the people who run the BFF: trace ids, numbers and log lines.

pub(crate) mod log;
pub mod metrics;
pub mod sink;
pub(crate) mod trace;
