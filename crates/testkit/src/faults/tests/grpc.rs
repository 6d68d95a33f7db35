//! Over gRPC, frame by frame.

use std::time::{Duration, Instant};

use bff_services::rpc::orders_v1::{ListRecentReply, ListRecentRequest};
use prost::Message as _;

use super::{End, ask, ask_well};
use crate::{
    Fault, MockServices, Mode,
    faults::{
        frames::{DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, PREFACE, RST_STREAM},
        padding::PADDING,
    },
    mocks::Protocol,
};

/// A connection's first bytes, and a call of `orders.recent` on its first stream.
fn request() -> Vec<u8> {
    let message = ListRecentRequest { user: "alice".to_owned(), limit: 2 }.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let block: &[&[u8]] = &[
        b"\x83\x86\x04\x1c/orders.v1.Orders/ListRecent\x01\x06orders",
        b"\x0f\x10\x10application/grpc\x00\x02te\x08trailers",
    ];
    let frame = |kind, flags, stream, payload| Frame { kind, flags, stream, payload }.bytes();
    [
        PREFACE.to_vec(),
        frame(4, 0, 0, vec![]),
        frame(HEADERS, END_HEADERS, 1, block.concat()),
        frame(DATA, END_STREAM, 1, [&[0], length.as_slice(), &message].concat()),
    ]
    .concat()
}

/// What was said on the stream of the call, and whether the connection goes away.
async fn of_call(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Ok(frame) = Frame::read(&mut bytes).await {
        if frame.stream == 1 || frame.kind == GOAWAY {
            frames.push(frame);
        }
    }
    frames
}

/// The message in these frames.
fn message(frames: &[Frame]) -> Vec<u8> {
    frames.iter().filter(|frame| frame.kind == DATA).flat_map(|frame| frame.payload.clone()).collect()
}

/// Kinds of the frames of the call, how much of the message they carry, and the end. Nothing for faults of HTTP.
fn expected(fault: Fault, right: usize) -> Option<(Vec<u8>, usize, End)> {
    let (half, whole) = (right / 2, vec![HEADERS, DATA, HEADERS]);
    Some(match fault {
        Fault::Refuse => (vec![], 0, End::Refused),
        Fault::AcceptAndHang | Fault::HangBeforeHead => (vec![], 0, End::Silent),
        Fault::SlowAccept(_) | Fault::Flapping { .. } | Fault::Stalls { .. } => (whole, right, End::Silent),
        Fault::HangMidBody => (vec![HEADERS, DATA], half, End::Silent),
        Fault::Trickle(_) => (vec![HEADERS, DATA, DATA, DATA], 3, End::Endless),
        Fault::ResetBeforeHead => (vec![], 0, End::Reset),
        Fault::CloseBeforeHead => (vec![], 0, End::Closed),
        Fault::ResetMidBody => (vec![HEADERS, DATA], half, End::Reset),
        Fault::RstStream => (vec![RST_STREAM], 0, End::Silent),
        Fault::RstStreamMidMessage => (vec![HEADERS, DATA, RST_STREAM], half, End::Silent),
        Fault::GoAway => (vec![GOAWAY], 0, End::Silent),
        Fault::TruncatedLength => (vec![HEADERS, DATA], right, End::Silent),
        Fault::InformationalFlood => (vec![HEADERS; 1000], 0, End::Endless),
        // Without a message, head and end of an answer are one.
        Fault::RetryAfter { .. } => (vec![HEADERS], 0, End::Silent),
        Fault::InvalidChunking | Fault::RedirectLoop | Fault::RedirectElsewhere(_) => return None,
    })
}

/// Bytes after which nothing more is to be expected.
fn last(fault: Fault, right: &[u8]) -> Vec<u8> {
    match fault {
        Fault::ResetBeforeHead | Fault::CloseBeforeHead | Fault::ResetMidBody => b"never".to_vec(),
        Fault::HangMidBody => right[..right.len() / 2].to_vec(),
        Fault::RstStream | Fault::RstStreamMidMessage => Frame::reset(1).bytes(),
        Fault::GoAway => Frame::go_away().bytes(),
        Fault::TruncatedLength => right[5..].to_vec(),
        Fault::Trickle(_) => Frame::data(1, &right[2..3]).bytes(),
        Fault::InformationalFlood => Frame::early_hints(1).bytes(),
        Fault::SlowAccept(_) | Fault::Flapping { .. } | Fault::Stalls { .. } => right.to_vec(),
        Fault::RetryAfter { .. } => vec![HEADERS, END_HEADERS | END_STREAM, 0, 0, 0, 1],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_fault_is_what_its_name_says() {
    let services = MockServices::start().await;
    let request = request();
    let end_of_answer = [HEADERS, END_HEADERS | END_STREAM, 0, 0, 0, 1];
    let bytes = ask_well(&services, "orders", &request, &end_of_answer).await;
    let right = message(&of_call(&bytes).await);
    assert_eq!(ListRecentReply::decode(&right[5..]).unwrap().orders.len(), 2);
    for fault in Fault::ALL.iter().copied() {
        let Some((kinds, length, end)) = expected(fault, right.len()) else {
            assert_eq!(fault.only(), Some(Protocol::Http));
            continue;
        };
        services.clear();
        services.set("orders", fault);
        let began = Instant::now();
        let (bytes, ended) = ask(&services, "orders", &request, &last(fault, &right)).await;
        let frames = of_call(&bytes).await;
        let said: Vec<_> = frames.iter().map(|frame| frame.kind).collect();
        assert_eq!(ended, end, "{fault}: {said:?}");
        if end == End::Endless {
            assert!(said.starts_with(&kinds), "{fault}: {said:?}");
            assert!(frames.iter().all(|frame| frame.payload.len() == 1 || frame.kind == HEADERS), "{fault}");
        } else {
            assert_eq!((said, message(&frames).len()), (kinds, length), "{fault}");
        }
        match fault {
            Fault::SlowAccept(by) => assert!(began.elapsed() >= by),
            Fault::AcceptAndHang => assert!(bytes.is_empty(), "not even settings"),
            Fault::TruncatedLength => {
                let promised = |message: &[u8]| u32::from_be_bytes(message[1..5].try_into().unwrap());
                assert_eq!(promised(&message(&frames)), promised(&right) + 1000);
                assert_eq!(frames[1].flags, END_STREAM);
            }
            Fault::InformationalFlood => assert_eq!(frames[0], Frame::early_hints(1)),
            _ => {}
        }
        let taken = !matches!(fault, Fault::Refuse | Fault::AcceptAndHang);
        assert_eq!(services.count("orders.recent"), usize::from(taken), "{fault}");

        services.set("orders", Mode::Ok);
        let bytes = ask_well(&services, "orders", &request, &end_of_answer).await;
        assert_eq!(message(&of_call(&bytes).await), right, "control after {fault}");
    }
}

#[tokio::test]
async fn a_message_that_trickles_is_right_and_long() {
    let services = MockServices::start().await;
    services.set("orders", Fault::Trickle(Duration::ZERO));
    let (bytes, _) = ask(&services, "orders", &request(), &Frame::trailers(1).bytes()).await;
    let message = message(&of_call(&bytes).await);
    assert!(message.len() > PADDING);
    assert_eq!(ListRecentReply::decode(&message[5..]).unwrap().orders.len(), 2);
}
