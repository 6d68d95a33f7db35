//! The identity boundary: whatever a client sends, a service sees one identity, and it is the verified one.

use bff_core::prelude::*;
use bff_testkit::{TestBff, mocks::Seen};
use bff_tests::{Wire, wire::bearer};
use http::{HeaderMap, HeaderName};

use super::OVERVIEW;

/// What a client could send to be somebody else, each line as it is on the wire.
const FORGED: [&str; 31] = [
    "X-User-Id: zoe",
    "X-User-Id: chen",
    "x-user-id:zoe",
    "X-USER-ID: zoe",
    "x_user_id: zoe",
    "X_USER_ID: zoe",
    "X-User_Id: zoe",
    "X_User-Id: zoe",
    "X-User-Id: caf\u{e9}",
    "X-User-Roles: admin",
    "x_user_roles: admin",
    "X-User-Email: zoe@example.com",
    "X_User_Account: nordic",
    "X-Tenant-Id: nordic",
    "x_tenant_id: nordic",
    "X-Tenant-Anything: nordic",
    "X-Internal-Secret: guessed",
    "X_Internal-Token: eyJhbGciOiJub25lIn0.e30.",
    "x_internal_secret: guessed",
    "X-Request-Id: chosen-by-the-client",
    "x_request_id: chosen-by-the-client",
    "X-Forwarded-User: zoe",
    "Remote-User: zoe",
    "X-Api-Key: guessed",
    "X-Forwarded-Client-Cert: By=zoe",
    "Forwarded: for=zoe",
    "Forwarded: for=203.0.113.7",
    "X-Forwarded-For: 203.0.113.7, 10.0.0.1",
    "Cookie: session=zoe",
    "grpc-timeout: 99H",
    "Connection: keep-alive, x-user-id, x-user-roles, x-request-id, authorization",
];

/// All that a service may be sent. Everything else would be forwarded from a client.
const OURS: [&str; 16] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "grpc-accept-encoding",
    "grpc-timeout",
    "host",
    "te",
    "traceparent",
    "user-agent",
    "x-request-id",
    "x-request-timeout-ms",
    "x-tenant-id",
    "x-user-id",
    "x-user-roles",
];

fn forged(bff: &TestBff, user: &str) -> Vec<String> {
    let token = bearer(&bff.token(user).sign());
    FORGED.iter().map(ToString::to_string).chain([token]).collect()
}

fn values<'seen>(seen: &'seen Seen, name: &str) -> Vec<&'seen str> {
    seen.header_values(name).collect()
}

#[tokio::test]
async fn every_service_sees_one_identity_and_it_is_the_verified_one() {
    let bff = TestBff::start(bff_web::bff()).await;
    for (path, calls) in [(OVERVIEW, 3), ("/api/orders/ord-1001", 3)] {
        bff.services.clear();
        let reply = Wire::to(bff.address()).await.get(path, &forged(&bff, "alice")).await;
        assert_eq!(reply.status, 200);
        assert!(!String::from_utf8_lossy(&reply.body).contains("zoe"));
        let seen = bff.services.all_seen();
        assert_eq!(seen.len(), calls, "HTTP and gRPC services");
        for seen in &seen {
            assert_eq!(values(seen, "x-user-id"), ["alice"], "{}", seen.service);
            assert_eq!(values(seen, "x-user-roles"), ["customer"], "{}", seen.service);
            assert!(values(seen, "x-tenant-id").is_empty(), "she acts for no account");
            assert_eq!(values(seen, "x-request-id"), [reply.header("x-request-id")], "{}", seen.service);
            for (name, _) in &seen.headers {
                assert!(OURS.contains(&name.as_str()), "{} was sent {name}", seen.service);
            }
        }
    }
}

#[tokio::test]
async fn the_same_holds_for_the_other_bffs() {
    let mobile = TestBff::start(bff_mobile::bff()).await;
    assert_eq!(
        Wire::to(mobile.address()).await.get("/mobile/home", &forged(&mobile, "alice")).await.status,
        200
    );
    let partner = TestBff::start(bff_partner::bff()).await;
    let token = bearer(
        &partner.token("pat").claim("account", "acme").claim("roles", ["buyer", "admin"].to_vec()).sign(),
    );
    let lines: Vec<_> = FORGED.iter().map(ToString::to_string).chain([token]).collect();
    assert_eq!(Wire::to(partner.address()).await.get("/partner/v1/summary", &lines).await.status, 200);
    for (bff, id, roles, tenant) in
        [(&mobile, "alice", "customer", None), (&partner, "pat", "buyer,admin", Some("acme"))]
    {
        assert!(bff.services.all_seen().len() >= 2);
        for seen in bff.services.all_seen() {
            assert_eq!((values(&seen, "x-user-id"), values(&seen, "x-user-roles")), (vec![id], vec![roles]));
            assert_eq!(values(&seen, "x-tenant-id"), Vec::from_iter(tenant));
            for (name, _) in &seen.headers {
                assert!(OURS.contains(&name.as_str()), "{} was sent {name}", seen.service);
            }
        }
    }
}

#[tokio::test]
async fn a_caller_without_roles_gets_none_from_its_own_headers() {
    let bff = TestBff::start(bff_web::bff()).await;
    for token in
        [bff.token("alice").without("roles"), bff.token("alice").claim("roles", Vec::<String>::new())]
    {
        bff.services.clear();
        let lines: Vec<_> = FORGED.iter().map(ToString::to_string).chain([bearer(&token.sign())]).collect();
        assert_eq!(Wire::to(bff.address()).await.get(OVERVIEW, &lines).await.status, 200);
        let seen = bff.services.all_seen();
        assert_eq!(seen.len(), 3);
        for seen in seen {
            let none: Vec<&str> = Vec::new();
            assert_eq!((values(&seen, "x-user-id"), values(&seen, "x-user-roles")), (vec!["alice"], none));
        }
    }
}

#[tokio::test]
async fn forged_headers_without_a_token_are_nobody() {
    let bff = TestBff::start(bff_web::bff()).await;
    let lines: Vec<_> = FORGED.iter().map(ToString::to_string).collect();
    let reply = Wire::to(bff.address()).await.get(OVERVIEW, &lines).await;
    bff_tests::assert_problem(&reply, 401, "missing_token");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn not_even_a_handler_sees_the_forged_ones() {
    async fn names(headers: HeaderMap) -> String {
        headers.keys().map(HeaderName::as_str).collect::<Vec<_>>().join(" ")
    }
    let routes = Routes::new().get("/names", names, public());
    let bff = TestBff::start(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).await;
    let reply = Wire::to(bff.address()).await.get("/names", &FORGED.map(str::to_owned)).await;
    let names = String::from_utf8(reply.body).expect("names are ASCII");
    assert!(names.contains("cookie") && names.contains("remote-user"), "{names}");
    for name in names.split(' ') {
        let name = name.replace('_', "-");
        let ours = ["x-user-", "x-tenant-", "x-internal-", "x-request-id"]
            .iter()
            .any(|start| name.starts_with(start));
        assert!(!ours, "{name} came through");
    }
}

/// Trailers come after the identity was verified and the head was cleaned (RFC 9110, 6.5.1).
#[tokio::test]
async fn what_comes_after_the_body_goes_nowhere() {
    let bff = TestBff::start(bff_web::bff()).await;
    let order = r#"{"items":[{"sku":"BK-978022","quantity":1}]}"#;
    let lines =
        ["Content-Type: application/json", "Transfer-Encoding: chunked", "Trailer: X-User-Id, X-Extra"];
    let lines: Vec<_> =
        lines.map(str::to_owned).into_iter().chain([bearer(&bff.token("alice").sign())]).collect();
    let body = format!(
        "{:x}\r\n{order}\r\n0\r\nX-User-Id: zoe\r\nX-Tenant-Id: nordic\r\nX-Extra: zoe\r\n\r\n",
        order.len()
    );
    let mut wire = Wire::to(bff.address()).await;
    wire.send(bff_tests::wire::head("POST", "/api/orders", &lines) + &body).await;
    assert_eq!(wire.reply().await.status, 200);
    let [placed] = bff.services.seen("orders.place").try_into().expect("one call");
    assert_eq!((values(&placed, "x-user-id"), values(&placed, "x-tenant-id")), (vec!["alice"], vec![]));
    let all = format!("{:?} {}", placed.headers, String::from_utf8_lossy(&placed.body));
    assert!(!all.contains("zoe") && !all.contains("nordic") && !all.contains("extra"), "{all}");
    // The connection goes on with the next request, so the trailers were read as such.
    assert_eq!(wire.get(OVERVIEW, &forged(&bff, "alice")).await.status, 200);
}
