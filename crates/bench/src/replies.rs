//! The replies of the services: compact JSON, byte for byte as it goes over the wire.
//!
//! Files of this crate and not of `fixtures/`, so that figures stay comparable when a fixture changes.

/// One user: 0.6 KB.
pub const PROFILE: &str = include_str!("../replies/profile.json");
/// Five orders with three or four lines each: 2.5 KB.
pub const ORDERS: &str = include_str!("../replies/orders.json");
/// Six notifications: 1.2 KB.
pub const NOTIFICATIONS: &str = include_str!("../replies/notifications.json");
