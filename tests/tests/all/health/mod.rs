//! What operators see: `/live`, `/ready` and `/status`, and the checks of services' own health endpoints.

mod checks;
mod live;
mod ready;
mod status;

use bff_testkit::{Reply, TestBff};
use bff_tests::Wire;

use super::OVERVIEW;

/// What the admin listener answers.
async fn ask(bff: &TestBff, path: &str, lines: &[String]) -> Reply {
    Wire::to(bff.running().admin_address()).await.get(path, lines).await
}

/// Status and text of a probe's answer.
async fn said(bff: &TestBff, path: &str) -> (u16, String) {
    let reply = ask(bff, path, &[]).await;
    (reply.status.as_u16(), String::from_utf8_lossy(&reply.body).into_owned())
}
