//! Rate limits: whoever asks too often is told so, and nobody else notices. What comes back in a day doesn't within a test.

mod answers;
mod routes;
mod shared;
mod usage;
mod who;

use bff_testkit::{Reply, TestBff, TestBffBuilder};

const OVERVIEW: &str = "/api/dashboard/overview";

/// The web BFF whose callers have three requests.
fn three_each() -> TestBffBuilder {
    TestBff::with(bff_web::bff()).set("rate_limits.caller", r#"["1/d burst 3"]"#)
}

/// The statuses of so many requests, one after the other.
async fn statuses(count: usize, mut ask: impl AsyncFnMut() -> Reply) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(ask().await.status.as_u16());
    }
    statuses
}
