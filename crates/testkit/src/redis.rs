//! A real Redis for a test: see [`Redis`].
//!
//! It has a crate of its own, since the core's tests start one too.

pub use bff_redis_server::{Answer, Redis, RedisBuilder};
