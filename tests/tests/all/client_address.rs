//! Where a request comes from, as a plain handler sees it: unforgeable without a proxy, right behind one.

mod proxy_protocol;

use std::net::SocketAddr;

use bff_core::prelude::*;
use bff_testkit::{TestBff, TestBffBuilder};
use bff_tests::Wire;

use super::protocols::{http2_client, send};

/// This machine is a proxy.
const HERE: &str = r#"["127.0.0.0/8", "::1/128", "10.0.0.0/8"]"#;
const ELSEWHERE: &str = r#"["10.0.0.0/8"]"#;

/// Every way to claim an address.
const CLAIMS: [&str; 9] = [
    "X-Forwarded-For: 203.0.113.7",
    "x-forwarded-for: 203.0.113.7",
    "X_Forwarded_For: 203.0.113.7",
    "Forwarded: for=203.0.113.7",
    "X-Real-Ip: 203.0.113.7",
    "X-Client-Ip: 203.0.113.7",
    "X-Cluster-Client-Ip: 203.0.113.7",
    "True-Client-Ip: 203.0.113.7",
    "CF-Connecting-IP: 203.0.113.7",
];

async fn whence(context: RequestContext) -> String {
    let known = |address: Option<String>| address.unwrap_or_else(|| "unknown".to_owned());
    let peer = context.peer().map(|peer| peer.ip().to_string());
    format!("{} {}", known(context.client().map(|client| client.to_string())), known(peer))
}

fn bff(proxies: &str) -> TestBffBuilder {
    let routes = Routes::new().get("/whence", whence, public());
    TestBff::with(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).set("trust.proxies", proxies)
}

/// The client and the peer of a request with these lines.
async fn ask(address: SocketAddr, lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    let reply = Wire::to(address).await.get("/whence", &lines).await;
    assert_eq!(reply.status, 200);
    String::from_utf8(reply.body).expect("text")
}

async fn client(bff: &TestBff, lines: &[&str]) -> String {
    let answer = ask(bff.address(), lines).await;
    let (client, peer) = answer.split_once(' ').expect("two addresses");
    assert_eq!(peer, "127.0.0.1", "the other end is who it is");
    client.to_owned()
}

#[tokio::test]
async fn nobody_can_choose_an_address() {
    for proxies in ["[]", ELSEWHERE] {
        let bff = bff(proxies).start().await;
        assert_eq!(client(&bff, &[]).await, "127.0.0.1");
        for claim in CLAIMS {
            assert_eq!(client(&bff, &[claim]).await, "127.0.0.1", "{claim}");
        }
        assert_eq!(client(&bff, &CLAIMS).await, "127.0.0.1");
    }
    // Where the same connection is a proxy's, its header counts, and no other.
    let bff = bff(HERE).start().await;
    for claim in CLAIMS {
        let is_believed = claim.to_lowercase().starts_with("x-forwarded-for:");
        let expected = if is_believed { "203.0.113.7" } else { "127.0.0.1" };
        assert_eq!(client(&bff, &[claim]).await, expected, "{claim}");
    }
}

#[tokio::test]
async fn behind_proxies_the_client_is_the_one_that_the_first_of_them_saw() {
    let bff = bff(HERE).start().await;
    for (lines, expected) in [
        (&[][..], "127.0.0.1"),
        (&["X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
        (&["X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 203.0.113.7, 10.1.1.1:99"], "203.0.113.7"),
        (&["X-Forwarded-For: [2001:db8::7]:5000"], "2001:db8::7"),
        (&["X-Forwarded-For: ::ffff:203.0.113.7"], "203.0.113.7"),
        (&["X-Forwarded-For: 198.51.100.1, unknown"], "127.0.0.1"),
        (&["X-Forwarded-For: 198.51.100.1, unknown, 10.1.1.1"], "10.1.1.1"),
        (&["X-Forwarded-For: caf\u{e9}"], "127.0.0.1"),
    ] {
        assert_eq!(client(&bff, lines).await, expected, "{lines:?}");
    }
}

#[tokio::test]
async fn the_header_that_is_read_can_be_chosen() {
    let both = [
        "X-Forwarded-For: 203.0.113.7",
        "Forwarded: for=\"198.51.100.1",
        "Forwarded: for=198.51.100.17;proto=https, for=\"10.1.1.1:80\"",
    ];
    for (forwarded, expected) in
        [("x-forwarded-for", "203.0.113.7"), ("forwarded", "198.51.100.17"), ("none", "127.0.0.1")]
    {
        let bff = bff(HERE).set("trust.forwarded", forwarded).start().await;
        assert_eq!(client(&bff, &both).await, expected, "{forwarded}");
    }
}

#[tokio::test]
async fn http2_is_no_different() {
    for (proxies, expected) in [(HERE, "203.0.113.7 127.0.0.1"), (ELSEWHERE, "127.0.0.1 127.0.0.1")] {
        let bff = bff(proxies).start().await;
        let request = http2_client().get(format!("http://{}/whence", bff.address()));
        let reply = send(request.header("x-forwarded-for", "198.51.100.1, 203.0.113.7")).await;
        assert_eq!(reply.version(), http::Version::HTTP_2);
        assert_eq!(reply.text().await.expect("a whole body"), expected);
        bff.drain().await;
    }
}

#[tokio::test]
async fn ipv6_is_no_different() {
    let claim = ["X-Forwarded-For: 2001:db8::7"];
    for (proxies, expected) in [(HERE, "2001:db8::7 ::1"), (ELSEWHERE, "::1 ::1")] {
        let bff = bff(proxies).set("server.listen", "[::1]:0").start().await;
        assert_eq!(ask(bff.address(), &claim).await, expected);
    }
    // One socket for both families shows IPv4 as IPv6; networks and clients are meant as IPv4.
    for (proxies, expected) in [(HERE, "2001:db8::7"), (ELSEWHERE, "127.0.0.1")] {
        let bff = bff(proxies).set("server.listen", "[::]:0").start().await;
        let address = SocketAddr::from(([127, 0, 0, 1], bff.address().port()));
        assert_eq!(ask(address, &claim).await, format!("{expected} ::ffff:127.0.0.1"));
    }
}
