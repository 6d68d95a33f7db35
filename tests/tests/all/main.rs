//! The product's promises, tried through the front door: a real BFF, real sockets, mocked services.
//!
//! One binary, so that one link serves all of them.

mod admission;
mod api_keys;
mod bad_bodies;
mod bad_heads;
mod bad_requests;
mod bad_tokens;
mod batching;
mod browser;
mod caching;
mod client_address;
mod connections;
mod deadlines;
mod disconnects;
mod drain;
mod endpoints;
mod fallbacks;
mod fallbacks_of_writes;
mod fan_out;
mod fault_cells;
mod framing;
mod handlers;
mod health;
mod hedging;
mod identity;
mod issuers;
mod kept_connections;
mod kept_replies;
mod limits;
mod logs;
mod lying_grpc;
mod lying_http;
mod metrics;
mod oidc_provider;
mod operations;
mod ownership;
mod permissions;
mod plans;
mod protocols;
mod rate_limits;
mod redirects;
mod remaining_time;
mod request_ids;
mod resilience;
mod revocation;
mod sender;
mod slo;
mod spans;
mod statuses;
mod token_algorithms;
mod traces;
mod wire_faults;

/// The path of the screen that most tests ask for.
const OVERVIEW: &str = "/api/dashboard/overview";
