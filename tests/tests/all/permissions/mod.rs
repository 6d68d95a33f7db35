//! Who may call what. The matrix asks every route there is as every kind of caller, and takes what must come from the route's
//! policy alone: a new route is in it without being named.

mod anonymous;
mod cases;
mod matrix;
mod own;

use bff_core::prelude::*;

use self::matrix::Matrix;

async fn fine() -> &'static str {
    "fine"
}

/// A route of each kind of policy.
fn every_policy() -> Routes {
    Routes::new()
        .get("/public", fine, public())
        .get("/signed-in", fine, signed_in())
        .get("/scopes", fine, scope("orders:read").and_scope("orders:write"))
        .get("/any-scope", fine, any_scope(&["orders:read", "reports:read"]).and_role("buyer"))
        .get("/roles", fine, role("buyer").and_role("admin"))
        .get("/any-role", fine, any_role(&["admin", "support"]))
        .get("/account", fine, signed_in().with_account())
        .get("/users/{id}", fine, signed_in().own_user("id"))
        .example("/users/alice")
        .get("/accounts/{account}/orders/{id}", fine, scope("orders:read").own_account("account"))
        .example("/accounts/acme/orders/1")
        .get("/partners/{account}", fine, role("buyer").with_account().own_account("account"))
        .example("/partners/acme%2Dbooks")
        .post("/users/{id}/orders", fine, scope("orders:write").own_user("id"))
        .example_body("/users/alice/orders", "{}")
}

fn tiny(routes: Routes) -> Bff {
    Bff::new("bff-tiny", "tiny.toml", "").routes(routes)
}

#[tokio::test]
async fn every_route_of_every_bff_lets_in_whom_its_policy_names_and_nobody_else() {
    for bff in [bff_web::bff(), bff_mobile::bff(), bff_partner::bff()] {
        let routes = bff.all_routes().count();
        let matrix = Matrix::of(bff).await;
        matrix.assert_holds();
        assert_eq!(matrix.routes(), routes);
    }
}

#[tokio::test]
async fn every_kind_of_policy_does() {
    Matrix::of(tiny(every_policy())).await.assert_holds();
}

#[tokio::test]
async fn a_route_that_lets_in_more_than_it_says_is_seen() {
    let declared = |policy: Policy| -> Vec<_> {
        let routes = Routes::new().get("/users/{id}", fine, policy).example("/users/alice");
        routes.iter().cloned().collect()
    };
    let cases = [
        (signed_in().own_user("id"), vec!["another", "other case"]),
        (signed_in().own_account("id"), vec!["no account", "another", "other case"]),
        (scope("orders:read"), vec!["scope"]),
        (any_scope(&["orders:read", "reports:read"]), vec!["scope"]),
        (role("admin"), vec!["role"]),
        (signed_in().with_account(), vec!["no account"]),
    ];
    for (policy, seen) in cases {
        let weaker = Routes::new().get("/users/{id}", fine, signed_in());
        let faults = Matrix::between(&declared(policy.clone()), tiny(weaker)).await.faults();
        let seen: Vec<_> =
            seen.iter().map(|case| format!("GET /users/{{id}}, {case}: 200, expected")).collect();
        let is_seen = faults.iter().zip(&seen).all(|(fault, seen)| fault.starts_with(seen));
        assert!(is_seen && faults.len() == seen.len(), "{policy}: {faults:#?}");
    }
    let open = Routes::new().get("/users/{id}", fine, public());
    let faults = Matrix::between(&declared(signed_in()), tiny(open)).await.faults();
    assert_eq!(faults.len(), 6, "nobody and whoever has no valid token: {faults:#?}");
}

#[tokio::test]
async fn a_route_without_an_example_is_told_what_to_add() {
    let routes = Routes::new().get("/users/{id}", fine, signed_in());
    let faults = Matrix::of(tiny(routes)).await.faults();
    let says = "GET /users/{id}, has no example to ask it by: add .example(\"/path\") after it in routes()";
    assert_eq!(faults, [says]);
}
