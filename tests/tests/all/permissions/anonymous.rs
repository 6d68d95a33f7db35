//! Public routes: whoever asks is nobody in particular, and no service is told otherwise.

use std::time::Duration;

use bff_core::prelude::*;
use bff_services::PublicProfile;
use bff_testkit::{TestBff, mocks::Seen, token};

/// Calls without an identity.
#[derive(Service)]
#[service(name = "users", operations(get: PublicProfile))]
struct Directory(Binding<Http, Anyone>);

impl Directory {
    fn profile(&self, id: String) -> Call<PublicProfile> {
        self.0.get("/users").segment(id).fresh_for(Duration::from_mins(1)).call("users.get")
    }
}

/// Calls as the caller. The first client of the service says what its operations are.
#[derive(Service)]
#[service(name = "users")]
struct AsCaller(Binding);

#[derive(Screen)]
struct Card {
    profile: Required<PublicProfile>,
}

/// A screen without a caller.
async fn card(_: Anonymous, Path(id): Path<String>, directory: Directory) -> Card {
    Card { profile: directory.profile(id).required() }
}

/// The same client where there is a caller.
async fn card_of_caller(caller: Caller, directory: Directory) -> Card {
    Card { profile: directory.profile(caller.id().to_owned()).required() }
}

/// The control: a client that tells.
async fn own_card(caller: Caller, users: AsCaller) -> Card {
    Card { profile: users.0.get("/users").segment(caller.id()).call("users.get").required() }
}

async fn start() -> TestBff {
    let routes = Routes::new()
        .get("/cards/{id}", card, public())
        .get("/card", card_of_caller, signed_in())
        .get("/own-card", own_card, signed_in());
    let config = "[services.users]\nurl = \"http://127.0.0.1:1\"";
    let bff = Bff::new("bff-tiny", "tiny.toml", config).services::<(Directory,)>().routes(routes);
    TestBff::start(bff).await
}

fn told(seen: &[Seen]) -> Vec<Vec<String>> {
    let names = |seen: &Seen| {
        let ours = seen.headers.iter().filter(|(name, _)| {
            name.as_str().starts_with("x-user-") || matches!(name.as_str(), "authorization" | "cookie")
        });
        ours.map(|(name, value)| format!("{name}: {value}")).collect()
    };
    seen.iter().map(names).collect()
}

#[tokio::test]
async fn a_call_of_a_public_route_carries_no_identity_whoever_asks() {
    let bff = start().await;
    let expired = bff.token("bob").claim("exp", token::now() - 60).sign();
    for (id, session) in [
        ("alice", bff.anonymous()),
        ("bob", bff.as_user("alice")),
        ("chen", bff.as_user("chen").header("cookie", "session=chen").header("x-user-id", "chen")),
        ("zoe", bff.with_token(&expired)),
        ("erin", bff.with_token("nonsense")),
    ] {
        bff.services.clear();
        let reply = session.get(&format!("/cards/{id}")).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["profile"]["id"]), (200, &id.into()));
        assert_eq!(reply.header("vary"), "", "it is the same for everybody");
        assert_eq!(told(&bff.services.all_seen()), [Vec::<String>::new()], "{id}");
    }
}

#[tokio::test]
async fn nor_does_its_client_where_there_is_a_caller() {
    let bff = start().await;
    assert_eq!(bff.as_user("alice").get("/card").await.status, 200);
    assert_eq!(told(&bff.services.all_seen()), [Vec::<String>::new()]);
    bff.services.clear();
    assert_eq!(bff.as_user("alice").get("/own-card").await.status, 200);
    assert_eq!(
        told(&bff.services.all_seen()),
        [["x-user-id: alice", "x-user-roles: customer"]],
        "the control"
    );
}

#[tokio::test]
async fn what_is_kept_without_an_identity_is_kept_apart() {
    let bff = start().await;
    for _ in 0..2 {
        assert_eq!(bff.anonymous().get("/cards/alice").await.status, 200);
    }
    assert_eq!(bff.services.count("users"), 1, "it is kept");
    assert_eq!(bff.as_user("alice").get("/own-card").await.status, 200);
    assert_eq!(bff.services.count("users"), 2, "and is not what alice is told as herself");
}
