//! Every fault and every lie, over HTTP and gRPC, where it hits a required section, an optional one and a fallback: what the
//! screen says is what [`table`] says, in time, and it is whole again as soon as the fault has ended.

mod bff;
mod schedules;
mod table;

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use bff_core::call::Reason;
use bff_testkit::{Fault, Mode, Reply, TestBff, mocks::Protocol};
use bff_tests::assert_problem;
use serde_json::{Value, json};

use self::{
    bff::{SERVICE_TIMEOUT, Section},
    table::{Cell, cells},
};

/// What a cell may take, on a machine that has much else to do. Alone it takes the service's timeout at most.
const IN_TIME: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_required_section_over_http() {
    try_all(Section::Required, Protocol::Http).await;
}

#[tokio::test]
async fn an_optional_section_over_http() {
    try_all(Section::Optional, Protocol::Http).await;
}

#[tokio::test]
async fn a_fallback_over_http() {
    try_all(Section::Fallback, Protocol::Http).await;
}

#[tokio::test]
async fn a_required_section_over_grpc() {
    try_all(Section::Required, Protocol::Grpc).await;
}

#[tokio::test]
async fn an_optional_section_over_grpc() {
    try_all(Section::Optional, Protocol::Grpc).await;
}

#[tokio::test]
async fn a_fallback_over_grpc() {
    try_all(Section::Fallback, Protocol::Grpc).await;
}

/// All cells of a section and a protocol, one after another on one BFF. Says all that are wrong.
async fn try_all(section: Section, protocol: Protocol) {
    let bff = bff::start().await;
    let (right, _) = ask(&bff, section, protocol).await;
    let right = right.json();
    assert_eq!(right.get("_meta"), None, "{right}");
    let mut wrong = Wrong(Vec::new());
    for (mode, cell) in cells(protocol) {
        bff.services.set(bff::service(protocol), mode);
        let began = Instant::now();
        let (reply, line) = ask(&bff, section, protocol).await;
        let took = began.elapsed();
        wrong.unless(took < IN_TIME, || format!("{mode}: it took {took:?}"));
        match cell {
            Cell::Whole => {
                wrong.unless_equal(mode, &(reply.status.as_u16(), reply.degraded()), &(200, vec![]));
            }
            Cell::Fails(reason) => wrong.check_failure(mode, section, &reply, reason, &line),
        }

        bff.services.set(bff::service(protocol), Mode::Ok);
        let after = ask_after(mode, &bff, section, protocol).await;
        wrong.unless(after.status == 200 && after.json() == right, || format!("after {mode}: {after:?}"));
    }
    assert_eq!(bff.services.canary_connections(), 0, "a redirect was followed");
    assert!(wrong.0.is_empty(), "{} wrong:\n{}", wrong.0.len(), wrong.0.join("\n"));
}

/// The screen's reply, and the line that the log has of it.
async fn ask(bff: &TestBff, section: Section, protocol: Protocol) -> (Reply, String) {
    let reply = bff.as_user("alice").get(section.path(protocol)).await;
    let lines = bff.log_lines(1).await;
    (reply, lines.first().map(Value::to_string).unwrap_or_default())
}

/// Asks once the fault has ended. A connection is seen to be closed when all that came before has been read, and of a flood
/// that is much: until then a call may still go there.
async fn ask_after(mode: Mode, bff: &TestBff, section: Section, protocol: Protocol) -> Reply {
    let began = Instant::now();
    loop {
        let (reply, _) = ask(bff, section, protocol).await;
        let unseen = reply.status == 502 || !reply.degraded().is_empty();
        let flood = mode == Mode::Fault(Fault::InformationalFlood);
        if !(flood && unseen && began.elapsed() < IN_TIME) {
            return reply;
        }
    }
}

/// Cells that are not as the table says.
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.0.push(what());
        }
    }

    fn unless_equal<T: PartialEq + Debug>(&mut self, mode: Mode, is: &T, should_be: &T) {
        self.unless(is == should_be, || format!("{mode}: it is {is:?} and should be {should_be:?}"));
    }

    fn check_failure(&mut self, mode: Mode, section: Section, reply: &Reply, reason: Reason, line: &str) {
        let says = (reply.status.as_u16(), reply.code(), reply.degraded(), reply.json()["section"].clone());
        let degraded = vec![("section".to_owned(), reason.to_string())];
        let code = reason.code();
        let should_say = match section {
            Section::Required => (code.status().as_u16(), code.as_str().to_owned(), vec![], Value::Null),
            Section::Optional => (200, String::new(), degraded, Value::Null),
            Section::Fallback => (200, String::new(), degraded, json!([])),
        };
        let same = says == should_say;
        self.unless_equal(mode, &says, &should_say);
        if section == Section::Required && same {
            assert_problem(reply, code.status().as_u16(), code.as_str());
            let logged = line.contains(&format!(" {reason}: "));
            self.unless(logged, || format!("{mode}: {reason} is not what the log says: {line}"));
        }
    }
}
