//! Where the credential goes: with every attempt on a service that wants it, at each of its endpoints, and nowhere else.

use bff_core::prelude::*;
use bff_services::rpc::orders_v1 as wire;
use bff_testkit::{Accepts, Fault, MockServices, Mode};
use bff_tests::until;
use serde::{Deserialize, Serialize};

use super::*;

/// How many of the calls that reached a service had the credential.
fn shown(services: &MockServices, service: &str, header: &str) -> (usize, usize) {
    let seen = services.seen(service);
    (seen.iter().filter(|seen| seen.header(header).is_some()).count(), seen.len())
}

#[tokio::test]
async fn each_service_is_shown_what_it_is_set_to_and_nothing_else() {
    let key = KeyFiles::new("each", &rcgen::PKCS_ED25519);
    let bff = web("none")
        .set("sender.secret", SECRET)
        .set("sender.key_file", key.private())
        .set("services.users.sender", "secret")
        .set("services.orders.sender", "token")
        .start()
        .await;
    assert!(is_believed(&bff).await);
    for (service, secret, token) in [("users", 1, 0), ("orders", 0, 1), ("notifications", 0, 0)] {
        assert_eq!(shown(&bff.services, service, "x-internal-secret"), (secret, 1), "{service}");
        assert_eq!(shown(&bff.services, service, "x-internal-token"), (token, 1), "{service}");
    }
}

#[tokio::test]
async fn retries_and_hedges_and_every_endpoint_get_it() {
    let key = KeyFiles::new("retries", &rcgen::PKCS_ED25519);
    for (sender, header) in [("secret", "x-internal-secret"), ("token", "x-internal-token")] {
        let others = MockServices::start().await;
        let first = MockServices::start().await;
        let web = SERVICES.iter().fold(web(sender), |web, service| {
            let urls = format!("[{:?}, {:?}]", first.url(service), others.url(service));
            web.set(&format!("services.{service}.url"), urls)
                .set(&format!("services.{service}.hedge.enabled"), true)
                .set(&format!("services.{service}.hedge.minimum_calls"), 1)
                .set(&format!("services.{service}.retry.reserve_per_second"), 1000)
        });
        let bff = web.set("sender.secret", SECRET).set("sender.key_file", key.private()).start().await;
        for round in 0..20 {
            if round % 4 == 0 {
                for service in SERVICES {
                    first.next(&first_operation(service), [Mode::Fail(503)]);
                }
            }
            assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
        }
        for service in SERVICES {
            for services in [&first, &others] {
                let (with, all) = shown(services, service, header);
                assert!(with == all && all > 0, "{service}: {with} of {all}");
            }
            assert!(first.count(service) + others.count(service) > 20, "control: {service} was asked again");
        }
    }
}

fn first_operation(service: &str) -> String {
    let operation = match service {
        "users" => "get",
        "notifications" => "unread",
        _ => "recent",
    };
    format!("{service}.{operation}")
}

/// As many clients do by default.
#[expect(clippy::disallowed_methods, reason = "what the BFF's own client must not do")]
async fn follow(url: String) {
    let _ = reqwest::Client::new().get(url).send().await;
}

#[tokio::test]
async fn no_redirect_takes_it_elsewhere() {
    let key = KeyFiles::new("redirect", &rcgen::PKCS_ED25519);
    for sender in ["secret", "token"] {
        let bff =
            web(sender).set("sender.secret", SECRET).set("sender.key_file", key.private()).start().await;
        for status in [301, 302, 303, 307, 308] {
            for service in ["users", "notifications"] {
                bff.services.set(service, Fault::RedirectElsewhere(status));
            }
            assert!(!is_believed(&bff).await);
            assert_eq!(bff.services.canary_connections(), 0, "{status}");
        }
        // Control: whoever follows is seen there.
        let follower = follow(format!("{}/users/alice", bff.services.url("users")));
        tokio::select! {
            () = follower => panic!("the canary answers nobody"),
            () = until("the canary knows its visitor", || bff.services.canary_connections() > 0) => {}
        }
    }
}

#[derive(Service)]
#[service(name = "users")]
struct People(Binding);

#[derive(Service)]
#[service(name = "orders")]
struct Shop(Binding<Grpc>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    id: String,
}

#[derive(Screen)]
struct Both {
    person: Required<Named>,
    order: Required<Named>,
}

/// GET /both: what is everybody's, over HTTP and gRPC.
async fn both(people: People, shop: Shop) -> Both {
    let get = wire::GetRequest { id: "ord-1001".to_owned() };
    Both {
        person: people.0.get("/users").segment("alice").public().call("users.get").required(),
        order: shop
            .0
            .rpc(wire::GET, &get)
            .public()
            .call("orders.get")
            .map(|order| Named { id: order.id })
            .required(),
    }
}

/// A call as nobody is the sender's all the same.
#[tokio::test]
async fn what_is_everybodys_has_the_senders_name_and_no_callers() {
    let key = KeyFiles::new("public", &rcgen::PKCS_ED25519);
    let tiny = Bff::new("bff-tiny", "tiny.toml", "").services::<(People, Shop)>().routes(Routes::new().get(
        "/both",
        both,
        signed_in(),
    ));
    let bff = TestBff::with(tiny)
        .set("sender.key_file", key.private())
        .set("services.users.sender", "token")
        .set("services.orders.sender", "token")
        .start()
        .await;
    let jwks = jwks(&bff).await;
    for service in ["users", "orders"] {
        bff.services.requires_sender(service, Accepts::tokens(&jwks, "bff-tiny", service));
    }
    for user in ["alice", "bob"] {
        assert_eq!(bff.as_partner(user, "acme").get("/both").await.status, 200);
    }
    for seen in bff.services.all_seen() {
        let names: Vec<_> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"x-internal-token"), "{names:?}");
        assert!(
            !names.iter().any(|name| name.starts_with("x-user") || name.starts_with("x-tenant")),
            "{names:?}"
        );
    }
    assert!(bff.services.all_seen().len() >= 2);
}
