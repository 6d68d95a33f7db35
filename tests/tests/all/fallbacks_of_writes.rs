//! No fallback makes a write seem to have been done, not even of one that may be sent twice.

use bff_core::{
    call::{Idempotent, Rpc},
    prelude::*,
};
use bff_services::rpc::orders_v1 as wire;
use bff_testkit::TestBff;
use bff_tests::assert_problem;
use serde::Deserialize;
use serde_json::json;

/// Writes that may be sent twice, which their client lists as if they were reads.
#[derive(Service)]
#[service(name = "users", operations(put: Saved, post: Saved, delete: Saved, get: Saved, other: Saved))]
struct Writes(Binding);

#[derive(Debug, Deserialize)]
struct Saved {
    saved: bool,
}

#[derive(Service)]
#[service(name = "orders", operations(cancel: wire::Order, get: wire::Order))]
struct Cancels(Binding<Grpc>);

/// `option idempotency_level = IDEMPOTENT`: a write that may be sent twice.
const CANCEL: Rpc<wire::GetRequest, wire::Order, Idempotent> = Rpc::new("/orders.v1.Orders/Cancel");

#[derive(Screen)]
struct Done {
    #[screen(rename = "done")]
    done: Required<bool>,
}

async fn write(Path(how): Path<String>, http: Writes, grpc: Cancels) -> Done {
    let (http, request) = (http.0, wire::GetRequest { id: "ord-1".to_owned() });
    let saved = match how.as_str() {
        "put" => http.put("/a").call("users.put"),
        "post" => http.post("/a").idempotency_key("key").call("users.post"),
        "delete" => http.delete("/a").call("users.delete"),
        "other" => return Done { done: http.get("/a").call::<bool>("users.other").required() },
        "get" => http.get("/a").call::<Saved>("users.get"),
        "read" => {
            return Done {
                done: grpc.0.rpc(wire::GET, &request).call("orders.get").map(|_| true).required(),
            };
        }
        _ => {
            return Done {
                done: grpc.0.rpc(CANCEL, &request).call("orders.cancel").map(|_| true).required(),
            };
        }
    };
    Done { done: saved.map(|saved| saved.saved).required() }
}

/// Its services can't be reached, and each operation has a fallback.
async fn writing() -> TestBff {
    let routes = Routes::new().post("/{how}", write, signed_in());
    let bff = Bff::new("bff-tiny", "tiny.toml", "").services::<(Writes, Cancels)>().routes(routes);
    let mut bff = TestBff::with(bff).without_breakers();
    for service in ["users", "orders"] {
        bff = bff.set(&format!("services.{service}.url"), "http://127.0.0.1:1");
    }
    for operation in ["put", "post", "delete", "get", "other"] {
        bff = bff.set(&format!("services.users.operations.{operation}.fallback"), "{ saved = true }");
    }
    for operation in ["get", "cancel"] {
        bff = bff.set(&format!("services.orders.operations.{operation}.fallback"), "{ id = \"ord-1\" }");
    }
    bff.start().await
}

#[tokio::test]
async fn a_write_never_seems_to_have_been_done() {
    let bff = writing().await;
    for write in ["put", "post", "delete", "cancel"] {
        assert_problem(
            &bff.as_user("alice").post(&format!("/{write}"), &json!({})).await,
            502,
            "service_failed",
        );
    }
    for read in ["get", "read"] {
        let reply = bff.as_user("alice").post(&format!("/{read}"), &json!({})).await;
        assert_eq!(
            reply.fallbacks(),
            [("done".to_owned(), "config".to_owned())],
            "so a read of the same service can"
        );
    }
}

#[tokio::test]
async fn one_that_the_screen_cannot_read_is_the_services_failure_and_the_log_says_why() {
    let bff = writing().await;
    assert_problem(&bff.as_user("alice").post("/other", &json!({})).await, 502, "service_failed");
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    let reason = line["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("users.other unavailable: "), "{line}");
    assert!(reason.contains("; as for its fallback, the reply has another shape"), "{line}");
}
