//! Each caller sees what is its own, whatever is kept and however many ask at once; what is everybody's is asked as nobody.

use bff_testkit::{
    Mode,
    raw::{Raw, RawService},
};
use futures::{StreamExt as _, stream};
use http::Method;

use super::*;

const USERS: [&str; 4] = ["alice", "bob", "chen", "zoe"];

/// What each user gets of a BFF that keeps nothing.
async fn each_own() -> Vec<Vec<u8>> {
    let bff = exact(bff_web::bff()).set("cache.max_size", "0B").start().await;
    let mut all = Vec::new();
    for user in USERS {
        all.push(overview(&bff, user).await.body);
    }
    assert_eq!(asked(&bff), [4, 4, 4]);
    all
}

#[tokio::test]
async fn each_sees_its_own_when_many_ask_at_once() {
    let own = each_own().await;
    for (control, slow) in
        [("max-age=60", 0), ("max-age=60", 50), ("max-age=0, stale-while-revalidate=60", 5), ("", 20)]
    {
        let bff = exact(bff_web::bff()).set("server.workers", 2).start().await;
        for operation in CALLS {
            bff.services.says(operation, control);
            bff.services.set(operation, Mode::Slow(Duration::from_millis(slow)));
        }
        let ask = |number: usize| {
            let (bff, own) = (&bff, &own);
            async move {
                let reply = overview(bff, USERS[number % 4]).await;
                assert_eq!(reply.status, 200);
                let mut seen = reply.json();
                if let Some(members) = seen.as_object_mut() {
                    members.remove("_meta"); // stale is its own, too
                }
                let expected: serde_json::Value = serde_json::from_slice(&own[number % 4]).expect("JSON");
                assert!(seen == expected, "{} sees another's: {seen}", USERS[number % 4]);
            }
        };
        stream::iter(0..200).map(ask).buffer_unordered(20).collect::<Vec<_>>().await;
        if control == "max-age=60" {
            assert_eq!(asked(&bff), [4, 4, 4], "one call for each user, {slow} ms");
        }
    }
}

#[tokio::test]
async fn roles_issuers_and_accounts_tell_callers_apart_who_have_one_name() {
    let secret = "another secret of thirty-two bytes";
    let issuer = "https://partners.example.test";
    let bff = exact(tiny())
        .set("auth.issuers.other.issuer", issuer)
        .set("auth.issuers.other.audience", "bff-tiny")
        .set("auth.issuers.other.algorithm", "HS256")
        .set("auth.issuers.other.secret", secret)
        .start()
        .await;
    bff.services.says("users", "max-age=60");
    let token = || bff.token("alice");
    let callers = [
        token().sign(),
        token().claim("roles", ["customer", "admin"].to_vec()).sign(),
        token().without("roles").sign(),
        token().claim("iss", issuer).sign_with(secret.as_bytes()),
        bff.token("alicecustomer").without("roles").sign(),
        token().claim("account", "acme").sign(),
        token().claim("account", "nordic").sign(),
    ];
    for _ in 0..3 {
        for caller in &callers {
            assert_eq!(bff.with_token(caller).get("/people/plain/alice").await.degraded(), []);
        }
    }
    let seen = bff.services.seen("users.get");
    let roles: Vec<_> = seen.iter().map(|seen| seen.header("x-user-roles")).collect();
    assert_eq!(
        roles,
        [
            Some("customer"),
            Some("customer,admin"),
            None,
            Some("customer"),
            None,
            Some("customer"),
            Some("customer")
        ]
    );
    let tenants: Vec<_> = seen.iter().map(|seen| seen.header("x-tenant-id")).collect();
    assert_eq!(tenants, [None, None, None, None, None, Some("acme"), Some("nordic")], "once each");
    // A token of the same caller that says the same is the same caller.
    let again = token().claim("jti", "another").sign();
    assert_eq!(bff.with_token(&again).get("/people/plain/alice").await.degraded(), []);
    assert_eq!(bff.services.count("users.get"), 7);
}

#[tokio::test]
async fn what_is_everybodys_is_asked_without_a_word_of_the_caller() {
    let body = br#"{"id":"bob"}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let service = RawService::start(Raw::Close([head.as_bytes(), body].concat())).await;
    let bff = exact(tiny()).set("services.users.url", service.url()).start().await;
    let forged = || bff.as_user("alice").header("X-User-Id", "zoe").header("X-User-Roles", "admin");
    for (how, count) in [("public", 1), ("public-declared", 2)] {
        assert_eq!(forged().get(&format!("/people/{how}/bob")).await.degraded(), []);
        let heads = service.heads();
        let sent = heads[count - 1].to_lowercase();
        assert!(heads.len() == count && sent.starts_with("get /users/bob http/1.1\r\n"), "{sent}");
        for word in ["x-user", "alice", "customer", "zoe", "admin", "authorization", "cookie"] {
            assert!(!sent.contains(word), "{word} in {sent}");
        }
        assert!(sent.contains("\r\nx-request-id: ") && sent.contains("\r\ntraceparent: "), "{sent}");
    }
    // Whatever else is asked says who asks.
    assert_eq!(forged().get("/people/plain/bob").await.degraded(), []);
    let plain = service.heads()[2].to_lowercase();
    assert!(
        plain.contains("\r\nx-user-id: alice\r\n") && plain.contains("\r\nx-user-roles: customer\r\n"),
        "{plain}"
    );
}

#[tokio::test]
async fn over_grpc_and_after_head_it_is_the_same() {
    let bff = exact(tiny()).start().await;
    for (how, id) in [("public", None), ("plain", Some("alice"))] {
        for (path, operation) in
            [(format!("/people/{how}/bob"), "users.get"), (format!("/orders/{how}/ord-1001"), "orders.get")]
        {
            for method in [Method::GET, Method::HEAD] {
                bff.services.clear();
                assert_eq!(bff.as_user("alice").request(method.clone(), &path, None).await.status, 200);
                let [seen] = bff.services.seen(operation).try_into().expect("one call");
                assert_eq!(
                    (seen.header("x-user-id"), seen.header("x-user-roles").is_some()),
                    (id, id.is_some()),
                    "{method} {path}"
                );
            }
        }
    }
    bff.as_user("alice").post("/orders/own", &serde_json::json!({})).await;
    assert_eq!(
        bff.services.seen("orders.place")[0].header("x-user-id"),
        Some("alice"),
        "a write is somebody's"
    );
}

#[tokio::test]
async fn what_the_service_says_is_one_callers_is_not_everybodys() {
    let bff = exact(tiny()).start().await;
    let path = "/people/public-declared/alice";
    for (said, calls) in [
        (vec![("cache-control", "private, max-age=60")], 4),
        (vec![("cache-control", "max-age=60"), ("set-cookie", "session=1")], 4),
        (vec![("cache-control", "max-age=60"), ("vary", "x-user-id")], 4),
        (vec![("cache-control", "max-age=60")], 1),
    ] {
        bff.services.clear();
        bff.services.says_headers("users", said.clone());
        for user in USERS {
            assert_eq!(bff.as_user(user).get(path).await.degraded(), []);
        }
        assert_eq!(bff.services.count("users"), calls, "{said:?}");
    }
}
