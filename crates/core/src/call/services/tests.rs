//! What a call adds to its request's reply, and what becomes of an answer from before.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::{
    call::{Declaration, Reason, Stale, answered::Origin, resolver::SharedResolver, testing::read_by},
    config::ServiceConfig,
};

/// A service at this address.
fn pool(address: std::net::SocketAddr) -> Arc<ServicePool> {
    let config = ServiceConfig { url: vec![format!("http://{address}")], ..ServiceConfig::default() };
    let declaration = Declaration { name: "users", grpc: false, operations: &[] };
    let kept = Arc::default();
    let shared =
        SharedService::new(&declaration, config, SharedResolver::default(), &kept, None).expect("a URL");
    Services::open(&[Arc::new(shared)]).expect("it opens").get("users").expect("the only one")
}

/// Where nobody listens.
fn nowhere() -> Arc<ServicePool> {
    pool(([127, 0, 0, 1], 1).into())
}

/// The reply as it is.
enum Raw {}

impl Decode for Raw {
    type Value = Bytes;

    fn decode(reply: &Reply, _: usize) -> Result<Bytes, CallError> {
        Ok(reply.body.clone())
    }
}

/// What no reply fits.
enum Misfit {}

impl Decode for Misfit {
    type Value = ();

    fn decode(_: &Reply, _: usize) -> Result<(), CallError> {
        Err(CallError::new(Reason::InvalidReply, "as the test says"))
    }
}

/// What may be kept after the call, of a reply that might have been kept for a minute before it.
async fn kept_after(pool: &ServicePool) -> (Keep, Result<Bytes, Reason>) {
    let outgoing = read_by("alice", Duration::from_secs(5));
    let context = outgoing.context.clone();
    context.fold(Keep::For(Duration::from_mins(1)));
    let outcome = pool.send::<Raw>(outgoing, None).await;
    (context.keep(), outcome.map(|answered| answered.value).map_err(|error| error.reason()))
}

#[tokio::test]
async fn a_reply_with_an_answer_of_a_service_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let pool = pool(listener.local_addr().expect("it is bound"));
    let serve = async {
        let (mut stream, _) = listener.accept().await.expect("the call connects");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a head"));
        }
        let reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(reply).await.expect("the call reads");
        stream
    };
    let (kept, _stream) = tokio::join!(kept_after(&pool), serve);
    assert_eq!(kept, (Keep::No, Ok(Bytes::from_static(b"{}"))));
}

#[tokio::test]
async fn a_reply_that_was_made_of_a_failure_is_asked_for_again() {
    assert_eq!(kept_after(&nowhere()).await, (Keep::No, Err(Reason::Unavailable)));
}

#[tokio::test]
async fn what_a_service_said_before_stands_in_for_what_it_says() {
    let stale = |reason| Reply {
        stale: Some(Stale {
            error: CallError::new(reason, "as the test says"),
            age: Duration::from_secs(37),
        }),
        ..Reply::new(Bytes::from_static(b"7"), true)
    };
    for reason in [Reason::Timeout, Reason::Revalidating] {
        let answered = nowhere().conclude::<Raw>("users.get", true, Ok(stale(reason)));
        let Answered { value, stand_in, .. } = answered.expect("it has an answer");
        let stand_in = stand_in.expect("which is an old one");
        let age = Duration::from_secs(37);
        assert_eq!((&value[..], stand_in.origin), (&b"7"[..], Origin::Stale { age }));
        assert_eq!((stand_in.error.reason(), stand_in.error.operation()), (reason, "users.get"));
    }
    let error = nowhere().conclude::<Misfit>("users.get", true, Ok(stale(Reason::Revalidating)));
    assert_eq!(error.expect_err("it has none").reason(), Reason::InvalidReply);
}
