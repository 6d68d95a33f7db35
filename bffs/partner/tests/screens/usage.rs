//! GET /partner/v1/usage.

use bff_testkit::TestBff;

use crate::contract;

const USAGE: &str = "/partner/v1/usage";

#[tokio::test]
async fn all_of_it_is_left() {
    let bff =
        TestBff::with(bff_partner::bff()).set("rate_limits.caller", r#"["100/s burst 200"]"#).start().await;
    let reply = bff.as_partner("acme-books", "acme").get(USAGE).await;
    assert_eq!(reply.status, 200);
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn no_service_is_asked() {
    let bff = TestBff::start(bff_partner::bff()).await;
    assert_eq!(bff.as_partner("acme-books", "acme").get(USAGE).await.status, 200);
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn it_is_for_accounts() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let nobody = bff.as_user("alice").get(USAGE).await;
    assert_eq!((nobody.status.as_u16(), nobody.code().as_str()), (403, "forbidden"));
}
