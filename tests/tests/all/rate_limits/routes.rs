//! What a route costs, and what it has of its own.

use super::{OVERVIEW, statuses, three_each};

const ORDER: &str = "/api/orders/ord-1006";

/// One route of the web BFF with these limits.
fn route(limits: &str) -> String {
    format!("{{ \"GET /api/dashboard/overview\" = {limits} }}")
}

#[tokio::test]
async fn a_route_may_cost_more_than_another() {
    let bff = three_each().set("rate_limits.routes", route("{ cost = 2 }")).start().await;
    let alice = bff.as_user("alice");
    assert_eq!(statuses(2, async || alice.get(OVERVIEW).await).await, [200, 429]);
    // What was refused took nothing: one unit is left, for what costs one.
    assert_eq!(statuses(2, async || alice.get(ORDER).await).await, [200, 429]);
}

#[tokio::test]
async fn a_route_may_be_free() {
    let bff = three_each().set("rate_limits.routes", route("{ cost = 0 }")).start().await;
    let alice = bff.as_user("alice");
    assert_eq!(statuses(10, async || alice.get(OVERVIEW).await).await, [200; 10]);
    assert_eq!(statuses(4, async || alice.get(ORDER).await).await, [200, 200, 200, 429]);
}

#[tokio::test]
async fn a_route_has_a_quota_of_its_own_and_what_it_refuses_is_charged_to_none() {
    let bff = three_each().set("rate_limits.routes", route("{ quotas = [\"1/d burst 1\"] }")).start().await;
    let alice = bff.as_user("alice");
    let first = alice.get(OVERVIEW).await;
    assert_eq!(first.header("ratelimit").matches(";r=").count(), 2, "{}", first.header("ratelimit"));
    let second = alice.get(OVERVIEW).await;
    assert_eq!(second.status, 429);
    assert_eq!(second.json()["violated-policies"], serde_json::json!(["GET /api/dashboard/overview"]));
    assert!(second.header("ratelimit").starts_with(r#""caller";r=2;"#), "{}", second.header("ratelimit"));
    assert_eq!(statuses(3, async || alice.get(ORDER).await).await, [200, 200, 429]);
    // Each caller has it for itself.
    assert_eq!(bff.as_user("bob").get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn all_callers_may_have_one_together() {
    let limits = route("{ quotas = [\"1/d burst 2\"], per = \"everyone\" }");
    let bff = three_each().set("rate_limits.routes", limits).start().await;
    for (user, status) in [("alice", 200), ("bob", 200), ("alice", 429), ("bob", 429)] {
        assert_eq!(bff.as_user(user).get(OVERVIEW).await.status, status, "{user}");
    }
    assert_eq!(bff.as_user("alice").get(ORDER).await.status, 200);
}

#[tokio::test]
#[should_panic(expected = "one of GET /api/dashboard/overview")]
async fn a_route_that_there_is_not_is_found_at_the_start() {
    three_each().set("rate_limits.routes", "{ \"GET /api/dashbord/overview\" = { cost = 2 } }").start().await;
}
