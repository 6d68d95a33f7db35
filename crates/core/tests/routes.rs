//! Routes that the router would panic at are start-up errors that say what to write.

use bff_core::{
    axum::{Router, routing},
    prelude::*,
};

async fn hello() {}

fn fault(routes: Routes) -> String {
    let bff = Bff::new("bff-tiny", "tiny.toml", "auth.public_only = true").routes(routes);
    bff.check(&bff.builtin_config()).map_or_else(|error| error.to_string(), |_| "fine".to_owned())
}

#[test]
fn a_path_that_is_no_path_says_what_to_write() {
    for (path, says) in [
        ("orders", "does not begin with /"),
        ("/orders/:id", "has the segment :id: write {id}"),
        ("/files/*", "has the segment *: write {*rest}"),
        ("/files/*path", "has the segment *path: write {*path}"),
        ("/orders/{id", "a parameter is a whole segment"),
        ("/orders/ord-{id}", "a parameter is a whole segment"),
        ("/orders/{}", "a parameter is a whole segment"),
        ("/orders?limit=5", "has a query"),
    ] {
        let fault = fault(Routes::new().get(path, hello, public()));
        assert!(fault.contains(path) && fault.contains(says), "{path}: {fault}");
    }
    for path in ["/", "/orders", "/orders/{id}/lines", "/files/{*rest}"] {
        assert_eq!(fault(Routes::new().get(path, hello, public())), "fine", "{path}");
    }
}

#[test]
fn two_routes_at_one_place_are_named() {
    let get = |routes: Routes, path| routes.get(path, hello, public());
    let twice = fault(get(get(Routes::new(), "/orders"), "/orders"));
    assert!(twice.contains("GET /orders is there twice"), "{twice}");
    let two_names = fault(get(get(Routes::new(), "/orders/{id}"), "/orders/{order}"));
    assert!(two_names.contains("stands beside /orders/{id}"), "{two_names}");
    assert_eq!(fault(get(get(Routes::new(), "/orders/{id}"), "/orders/{order}/lines")), "fine");
    // And so the router takes them.
    let _ = Router::<()>::new()
        .route("/orders/{id}", routing::get(hello))
        .route("/orders/{order}/lines", routing::get(hello));
    assert_eq!(fault(get(Routes::new(), "/orders/{id}").post("/orders/{id}", hello, public())), "fine");
}

#[test]
fn an_owner_whom_the_path_does_not_name_is_named_with_its_route() {
    async fn of_account(_: Caller) {}
    let own =
        |path, parameter| fault(Routes::new().get(path, of_account, signed_in().own_account(parameter)));
    for (path, count) in [
        ("/accounts/{id}/orders", 0),
        ("/accounts/account", 0),
        ("/accounts/{*account}", 0),
        ("/accounts/{account}/{account}", 2),
    ] {
        let says = format!(
            "the route GET {path} is for the own account {{account}}: \
             the path must have {{account}} once, as a segment; it has {count}"
        );
        assert_eq!(own(path, "account"), says);
    }
    for path in ["/accounts/{account}", "/accounts/{account}/orders/{id}"] {
        assert_eq!(own(path, "account"), "fine");
    }
    let one = Routes::new().get("/users/{user}", of_account, signed_in().own_user("id"));
    let both = fault(one.get("orders", of_account, signed_in()));
    let lines: Vec<_> = both.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("own user {id}") && lines[1].contains("orders"), "{both}");
}

#[test]
fn an_objective_that_can_not_be_measured_is_named_with_its_route() {
    let slow = Slo { within: Some(std::time::Duration::from_millis(300)), whole: 100.0, ..Slo::default() };
    let routes = Routes::new().get("/fine", hello, public()).get("/slow", hello, public()).objective(slow);
    assert_eq!(
        fault(routes),
        "the route GET /slow has the objective whole = 100: expected a percentage from 94 to 99.999; within = 0.3 s: \
         expected a bucket of http.server.request.duration; the nearest are 0.25 s and 0.5 s"
    );
    let stated = Slo { within: Some(std::time::Duration::from_millis(250)), ..Slo::default() };
    assert_eq!(fault(Routes::new().get("/fast", hello, public()).objective(stated)), "fine");
}
