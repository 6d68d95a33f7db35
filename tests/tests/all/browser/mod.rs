//! What a browser gets: which pages may read replies, and what its own tools show of them.

mod cors;
mod server_timing;
