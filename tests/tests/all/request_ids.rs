//! One id a request: ours unless a trusted proxy gave one, and the same in the reply, in every call and in the log.

use bff_testkit::{Reply, TestBff};
use bff_tests::{Wire, wire::bearer};

use super::OVERVIEW;

/// Asks with these lines, and checks that the id is the same wherever it shows.
async fn id_of(bff: &TestBff, lines: &[&str]) -> String {
    bff.services.clear();
    let token = bearer(&bff.token("alice").sign());
    let lines: Vec<_> = lines.iter().map(ToString::to_string).chain([token]).collect();
    let reply = Wire::to(bff.address()).await.get(OVERVIEW, &lines).await;
    assert_eq!(reply.status, 200);
    same_everywhere(bff, &reply).await
}

async fn same_everywhere(bff: &TestBff, reply: &Reply) -> String {
    let ids: Vec<_> = reply.headers.get_all("x-request-id").iter().collect();
    assert_eq!(ids.len(), 1);
    let id = reply.header("x-request-id").to_owned();
    let seen = bff.services.all_seen();
    assert_eq!(seen.len(), 3);
    for seen in seen {
        assert_eq!(seen.header_values("x-request-id").collect::<Vec<_>>(), [id.as_str()], "{}", seen.service);
    }
    let lines = bff.log_lines(1).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["request_id"], id.as_str());
    id
}

/// RFC 9562, section 5.7.
fn is_uuid_v7(id: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<_> = id.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| hex(part))
        && parts[2].starts_with('7')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
}

#[tokio::test]
async fn every_request_gets_an_id_of_its_own_whatever_the_client_sends() {
    let bff = TestBff::start(bff_web::bff()).await;
    let (first, second) = (id_of(&bff, &[]).await, id_of(&bff, &["X-Request-Id: edge-42"]).await);
    assert!(is_uuid_v7(&first) && is_uuid_v7(&second), "{first} {second}");
    assert!(first < second, "ids sort by time");
}

#[tokio::test]
async fn a_trusted_proxys_id_is_kept() {
    let bff = TestBff::with(bff_web::bff()).set("trust.proxies", r#"["127.0.0.0/8"]"#).start().await;
    let longest = "x".repeat(128);
    for id in ["edge-42.abc_DEF:/=", longest.as_str()] {
        assert_eq!(id_of(&bff, &[&format!("X-Request-Id: {id}")]).await, id);
    }
}

#[tokio::test]
async fn a_trusted_proxys_id_is_replaced_if_it_is_not_well_formed() {
    let bff = TestBff::with(bff_web::bff()).set("trust.proxies", r#"["127.0.0.0/8"]"#).start().await;
    let too_long = format!("X-Request-Id: {}", "x".repeat(129));
    let cases: [&[&str]; 7] = [
        &[],
        &["X-Request-Id:"],
        &[&too_long],
        &["X-Request-Id: two words"],
        &["X-Request-Id: caf\u{e9}"],
        &["X-Request-Id: one", "X-Request-Id: two"],
        &["x_request_id: underscores"],
    ];
    for lines in cases {
        let id = id_of(&bff, lines).await;
        assert!(is_uuid_v7(&id), "{lines:?}: {id}");
    }
}

#[tokio::test]
async fn only_proxies_in_the_list_are_trusted() {
    let bff = TestBff::with(bff_web::bff()).set("trust.proxies", r#"["10.0.0.0/8"]"#).start().await;
    assert!(is_uuid_v7(&id_of(&bff, &["X-Request-Id: edge-42"]).await));
}
