//! Who is counted together, and that nobody pays for somebody else.

use bff_core::config::KeyEntry;
use bff_testkit::{KeysFile, TestBff, keys::partner};
use bff_tests::{Wire, assert_problem, wire};

use super::{OVERVIEW, statuses, three_each};

const SUMMARY: &str = "/partner/v1/summary";

#[tokio::test]
async fn each_caller_has_its_own() {
    let bff = three_each().start().await;
    let (alice, bob) = (bff.as_user("alice"), bff.as_user("bob"));
    assert_eq!(statuses(4, async || alice.get(OVERVIEW).await).await, [200, 200, 200, 429]);
    assert_eq!(statuses(4, async || bob.get(OVERVIEW).await).await, [200, 200, 200, 429]);
    // Another token of hers is no other caller.
    let again = bff.with_token(&bff.token("alice").claim("jti", "another").sign());
    assert_eq!(again.get(OVERVIEW).await.status, 429);
}

#[tokio::test]
async fn all_workers_count_together() {
    let bff = three_each().set("server.workers", 4).start().await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        // A connection of its own, which the acceptor hands to another worker.
        let mut alone = Wire::to(bff.address()).await;
        let line = wire::bearer(&bff.token("alice").sign());
        statuses.push(alone.get(OVERVIEW, &[line]).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429, 429, 429]);
}

#[tokio::test]
async fn a_plan_is_that_of_an_api_key() {
    let file = KeysFile::new();
    let basic = file.add(partner("acme-books", "acme"));
    let gold = file.add(KeyEntry { plan: Some("gold".to_owned()), ..partner("nordic-tools", "nordic") });
    let second = file.add(KeyEntry { plan: Some("gold".to_owned()), ..partner("nordic-tools", "nordic") });
    let bff = TestBff::with(bff_partner::bff())
        .keys(&file)
        .set("rate_limits.caller", r#"["1/d burst 1"]"#)
        .set("rate_limits.plans", r#"{ gold = ["1/d burst 4", "100/h"] }"#)
        .start()
        .await;
    let ask = async |key: &str| bff.with_key(key).get(SUMMARY).await;
    assert_eq!(statuses(2, async || ask(&basic).await).await, [200, 429]);
    assert_eq!(statuses(3, async || ask(&gold).await).await, [200; 3]);
    // Two keys of one partner, such as while they are replaced, are one caller.
    assert_eq!(statuses(2, async || ask(&second).await).await, [200, 429]);
    let reply = ask(&gold).await;
    assert_problem(&reply, 429, "too_many_requests");
    assert_eq!(reply.header("ratelimit-policy"), r#""gold-day";q=4;w=345600, "gold-hour";q=100;w=3600"#);
    assert_eq!(reply.json()["violated-policies"], serde_json::json!(["gold-day"]));
}

#[tokio::test]
async fn who_guesses_is_counted_by_address() {
    let bff = TestBff::with(bff_web::bff()).set("rate_limits.address", r#"["1/d burst 3"]"#).start().await;
    let forged = bff.with_token(&bff.token("alice").sign_with(b"another secret that is as long as ours"));
    assert_eq!(statuses(5, async || forged.get(OVERVIEW).await).await, [401, 401, 401, 429, 429]);
    assert_eq!(bff.anonymous().get(OVERVIEW).await.status, 429);
    assert_eq!(bff.anonymous().get("/no/such/path").await.status, 429);
    // Who has a good credential is not from there, but somebody.
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn what_a_caller_may_not_do_is_counted_too() {
    let bff = TestBff::with(bff_partner::bff()).set("rate_limits.caller", r#"["1/d burst 2"]"#).start().await;
    let nobody =
        bff.with_token(&bff.token("acme-books").claim("account", "acme").claim("scope", "none").sign());
    assert_eq!(statuses(3, async || nobody.get(SUMMARY).await).await, [403, 403, 429]);
}

#[tokio::test]
async fn behind_a_proxy_each_client_is_counted_and_not_the_proxy() {
    let start = async |proxies: &str| {
        let bff = TestBff::with(bff_web::bff()).set("rate_limits.address", r#"["1/d burst 1"]"#);
        bff.set("trust.proxies", proxies).start().await
    };
    let ask = async |bff: &TestBff, client: &str| {
        bff.anonymous().header("x-forwarded-for", client).get(OVERVIEW).await.status.as_u16()
    };
    let bff = start(r#"["127.0.0.1/32"]"#).await;
    for (client, status) in [
        ("192.0.2.1", 401),
        ("192.0.2.1", 429),
        ("192.0.2.2", 401),
        ("2001:db8:0:1::1", 401),
        // Another address of the same household, and a forged one before the one that the proxy saw.
        ("2001:db8:0:1::2", 429),
        ("198.51.100.7, 192.0.2.2", 429),
        ("2001:db8:0:2::1", 401),
    ] {
        assert_eq!(ask(&bff, client).await, status, "{client}");
    }
    // Where nobody is believed, a client that calls itself another one each time is still one.
    let bff = start("[]").await;
    assert_eq!([ask(&bff, "192.0.2.1").await, ask(&bff, "192.0.2.2").await], [401, 429]);
}

#[tokio::test]
async fn a_guess_is_not_free_where_a_look_is() {
    let (file, usage) = (KeysFile::new(), "/partner/v1/usage");
    let key = file.add(partner("acme-books", "acme"));
    let bff = TestBff::with(bff_partner::bff()).keys(&file).set("rate_limits.address", r#"["1/d burst 2"]"#);
    let bff = bff.start().await;
    let guess = bff.with_key("bff_live_00000000000000000000000000000000000000000000");
    assert_eq!(statuses(4, async || guess.get(usage).await).await, [401, 401, 429, 429]);
    assert_eq!(statuses(4, async || bff.with_key(&key).get(usage).await).await, [200; 4]);
}
