//! The partners' screens through the front door: whole, degraded, late, and page by page.
//!
//! One binary, so that one link serves all of them.

mod order;
mod orders;
mod summary;
mod usage;

use bff_testkit::Reply;

/// The body as it was sent, a line for each key: names and order of keys are what version 1 promises.
fn contract(reply: Reply) -> String {
    String::from_utf8(reply.body).expect("JSON is UTF-8").replace(",\"", ",\n\"")
}
