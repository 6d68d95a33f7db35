//! Waiting with a bound: for a condition instead of a time, and for a future that a fault could make hang.

use std::time::Duration;

/// Far more than anything here takes, so that reaching it is a failure and not a slow machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until `condition` holds. Panics with `what` if it never does.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    within(PATIENCE, what, async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// The same where it takes a request to know.
pub async fn comes_true(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    within(PATIENCE, what, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// The output of `future`. Panics with `what` if it takes longer than `limit`.
#[expect(clippy::disallowed_methods, reason = "a test that hangs must fail instead")]
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, future).await.unwrap_or_else(|_| panic!("{what}: not within {limit:?}"))
}
