//! The web app's screens through the front door: whole, degraded, late, and with people's real data.
//!
//! One binary, so that one link serves all of them.

mod order_detail;
mod overview;
mod place_order;
