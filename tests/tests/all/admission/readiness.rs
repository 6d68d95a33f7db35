//! `/ready` in overload that lasts.

use bff_tests::comes_true;

use super::*;

async fn said(bff: &TestBff, path: &str) -> (u16, String) {
    let reply = Wire::to(bff.running().admin_address()).await.get(path, &[]).await;
    (reply.status.as_u16(), String::from_utf8_lossy(&reply.body).into_owned())
}

#[tokio::test]
async fn overload_that_lasts_makes_it_unready_until_it_is_over() {
    let bff = bff().set("admission.memory_limit", "1MiB").set("admission.not_ready_after", "500ms");
    let bff = bff.start().await;
    assert_eq!(said(&bff, "/ready").await, (200, "ready".to_owned()), "nobody was refused");
    comes_true("it is not ready", async || {
        assert_eq!(status(&bff, PAGE).await, 503);
        said(&bff, "/ready").await == (503, "not ready: overloaded".to_owned())
    })
    .await;
    assert_eq!(said(&bff, "/live").await, (200, "live".to_owned()), "another process would be no better");
    assert_eq!(status(&bff, PAYS).await, 200);
    assert!(!bff.running().admission().ready);
    comes_true("it is ready", async || said(&bff, "/ready").await.0 == 200).await;
    assert!(bff.running().admission().ready);
}
