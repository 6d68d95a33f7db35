//! The table: what a call says that meets a fault, over HTTP and over gRPC. What a section of each kind becomes then is the
//! registry of [`Reason`].

use std::time::Duration;

use bff_core::call::Reason::{self, *};
use bff_testkit::{Fault, Mode, Nonsense, mocks::Protocol};

use super::SERVICE_TIMEOUT;

/// What a section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// It fails for this reason.
    Fails(Reason),
    /// The call has an answer.
    Whole,
}

/// Longer than any call waits.
const TOO_LONG: Duration = SERVICE_TIMEOUT.saturating_mul(20);

/// Over HTTP, over gRPC; nothing where the protocol has no such fault. A fault that is not here does not compile.
#[expect(clippy::match_same_arms, reason = "a line of the table for each fault")]
fn row(fault: Fault) -> [Option<Reason>; 2] {
    match fault {
        // Nobody is there.
        Fault::Refuse => [Some(Unavailable), Some(Unavailable)],
        Fault::Flapping { .. } => [Some(Unavailable), Some(Unavailable)],
        // Nothing comes, or not the whole of it in time.
        Fault::AcceptAndHang => [Some(Timeout), Some(Timeout)],
        Fault::SlowAccept(_) => [Some(Timeout), Some(Timeout)],
        Fault::HangBeforeHead => [Some(Timeout), Some(Timeout)],
        Fault::HangMidBody => [Some(Timeout), Some(Timeout)],
        Fault::Trickle(_) => [Some(Timeout), Some(Timeout)],
        Fault::InformationalFlood => [Some(Timeout), Some(Timeout)],
        Fault::Stalls { .. } => [Some(Timeout), Some(Timeout)],
        // It breaks off.
        Fault::ResetBeforeHead => [Some(Unavailable), Some(Unavailable)],
        Fault::CloseBeforeHead => [Some(Unavailable), Some(Unavailable)],
        Fault::ResetMidBody => [Some(Unavailable), Some(Unavailable)],
        Fault::RstStream => [None, Some(Unavailable)],
        Fault::RstStreamMidMessage => [None, Some(Unavailable)],
        Fault::GoAway => [None, Some(Unavailable)],
        // It says what can't be. Over HTTP the connection ends before the body does, over gRPC the stream ends as it should.
        Fault::TruncatedLength => [Some(Unavailable), Some(InvalidReply)],
        Fault::InvalidChunking => [Some(Unavailable), None],
        // It wants us to go.
        Fault::RetryAfter { status: 429, .. } => [Some(Rejected), Some(Rejected)],
        Fault::RetryAfter { .. } => [Some(Unavailable), Some(Unavailable)],
        Fault::RedirectLoop => [Some(Refused), None],
        Fault::RedirectElsewhere(_) => [Some(Refused), None],
    }
}

/// A lie is no reply, with one exception: a protobuf message of no bytes is one with all its defaults.
fn lie(lie: Nonsense, protocol: Protocol) -> Cell {
    match (lie, protocol) {
        (Nonsense::Empty, Protocol::Grpc) => Cell::Whole,
        _ => Cell::Fails(InvalidReply),
    }
}

/// The fault with values that are sure to hit the first call.
fn at_once(fault: Fault) -> Fault {
    match fault {
        Fault::SlowAccept(_) => Fault::SlowAccept(TOO_LONG),
        Fault::Flapping { .. } => Fault::Flapping { up: Duration::ZERO, down: TOO_LONG },
        Fault::Stalls { .. } => Fault::Stalls { every: 1, by: TOO_LONG },
        other => other,
    }
}

/// All modes of a service that speaks this protocol, each with what comes of it.
pub fn cells(protocol: Protocol) -> Vec<(Mode, Cell)> {
    let others = [
        Fault::RetryAfter { status: 429, after: Duration::from_secs(1) },
        Fault::RedirectElsewhere(307),
        Fault::RedirectElsewhere(308),
    ];
    let faults = Fault::ALL.iter().copied().chain(others).filter_map(|fault| {
        let [http, grpc] = row(fault);
        let reason = if protocol == Protocol::Http { http } else { grpc };
        assert_eq!(
            reason.is_some(),
            fault.only().is_none_or(|only| only == protocol),
            "{fault} over {protocol}"
        );
        Some((Mode::Fault(at_once(fault)), Cell::Fails(reason?)))
    });
    faults.chain(Nonsense::ALL.map(|kind| (Mode::Nonsense(kind), lie(kind, protocol)))).collect()
}
