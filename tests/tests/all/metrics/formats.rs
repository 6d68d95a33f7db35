//! What Prometheus asks for and what it gets, and that nothing is there where it is switched off.

use super::*;

#[tokio::test]
async fn prometheus_gets_open_metrics_and_others_the_older_format() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);

    let accept = "Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let reply = page(&bff, &[accept]).await;
    assert_eq!(reply.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let open = String::from_utf8(reply.body).expect("text");
    assert!(open.ends_with("# EOF\n") && open.contains("\n# TYPE bff_client_calls counter\n"));

    let reply = page(&bff, &["Accept: */*"]).await;
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!((reply.header("cache-control"), reply.header("vary")), ("no-store", "accept"));
    let plain = String::from_utf8(reply.body).expect("text");
    assert!(plain.contains("\n# TYPE bff_client_calls_total counter\n") && !plain.contains("# EOF"));
    let names = |text: &str| Scraped::read(text).0.into_keys().collect::<Vec<_>>();
    assert_eq!(names(&open), names(&plain), "both say the same");
}

#[tokio::test]
async fn clients_never_reach_it() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.anonymous().get("/metrics").await.status, 404);
    assert_eq!(page(&bff, &[]).await.status, 200, "operators do");
}

#[tokio::test]
async fn where_it_is_off_there_is_no_page_and_requests_are_served() {
    let bff = TestBff::with(bff_web::bff()).set("metrics.enabled", false).start().await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
    assert_eq!(page(&bff, &[]).await.status, 404);
    assert_eq!(bff.log_lines(1).await.len(), 1, "lines do not depend on it");
}
