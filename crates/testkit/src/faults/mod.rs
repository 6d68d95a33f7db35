//! The fault lab: what services and networks do to a caller, in one line of a test.
//!
//! ```no_run
//! use bff_testkit::{Fault, MockServices, Mode};
//!
//! # async fn example() {
//! let services = MockServices::start().await;
//! services.set("orders", Fault::ResetMidBody);
//! // ... what does the screen say? ...
//! services.set("orders", Mode::Ok);
//! # }
//! ```
//!
//! Between each mocked service and its callers is a *gate*. It lets bytes pass, and with a fault it spoils what comes back.
//! The request still reaches the service, which records it ([`MockServices::seen`](crate::MockServices::seen)), unless the
//! fault takes nothing: the network fails after the work was done, which is what makes a repeated write dangerous.

pub(crate) mod canary;
mod door;
mod frames;
mod gate;
mod gates;
mod grpc;
mod http;
mod padding;
pub mod raw;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

pub(crate) use self::{canary::Canary, door::listen, gates::Gates};
use crate::mocks::Protocol;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $variant:ident
        $(($payload:ty))? $({ $($(#[doc = $field_doc:literal])+ $field:ident: $field_type:ty,)+ })?
        = $name:literal, $sample:expr;)+) => {
        /// What a service or the network before it does to a caller. It is set like a [`Mode`](crate::Mode) and ends with the
        /// next one that is set.
        ///
        /// Where nothing else is said, it works over HTTP and over gRPC, is of the connection and therefore of the whole
        /// service, and setting or ending it closes the service's connections: calls in flight break, and the next call
        /// meets the new behaviour.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            $($(#[doc = $doc])+ $variant $(($payload))? $({ $($(#[doc = $field_doc])+ $field: $field_type,)+ })?,)+
        }

        impl Fault {
            /// One of each, with values that suit a demo.
            pub const ALL: &'static [Self] = &[$($sample,)+];

            /// Its word in a mode's text, such as `reset-mid-body`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)+ }
            }
        }
    };
}

faults! {
    /// Nobody listens: whoever connects is refused at once. The port stays ours.
    Refuse = "refuse", Self::Refuse;
    /// Takes the connection and neither reads nor writes.
    AcceptAndHang = "accept-and-hang", Self::AcceptAndHang;
    /// Takes a connection up only after this long, and then answers rightly.
    SlowAccept(Duration) = "slow-accept", Self::SlowAccept(Duration::from_secs(2));
    /// Reads the request and never answers.
    HangBeforeHead = "hang-before-head", Self::HangBeforeHead;
    /// Sends the head and half of the body, and then nothing.
    HangMidBody = "hang-mid-body", Self::HangMidBody;
    /// Sends the head, and then a byte each interval of a body that is right but long.
    Trickle(Duration) = "trickle", Self::Trickle(Duration::from_millis(20));
    /// Reads the request and resets the connection.
    ResetBeforeHead = "reset-before-head", Self::ResetBeforeHead;
    /// Reads the request and closes the connection.
    CloseBeforeHead = "close-before-head", Self::CloseBeforeHead;
    /// Sends the head and half of the body, and resets the connection.
    ResetMidBody = "reset-mid-body", Self::ResetMidBody;
    /// gRPC only: resets the stream of each call before its head. The connection stays.
    RstStream = "rst-stream", Self::RstStream;
    /// gRPC only: resets the stream of each call in the middle of its message. The connection stays.
    RstStreamMidMessage = "rst-stream-mid-message", Self::RstStreamMidMessage;
    /// gRPC only: says that it goes away as soon as a call has arrived, and leaves that call unanswered.
    GoAway = "go-away", Self::GoAway;
    /// Promises more than it sends, and closes. gRPC: a message that ends before the length in front of it.
    TruncatedLength = "truncated-length", Self::TruncatedLength;
    /// HTTP only: a chunk whose size is no number.
    InvalidChunking = "invalid-chunking", Self::InvalidChunking;
    /// Sends `103 Early Hints` without end, as fast as they are taken, and never the answer. When it has ended, a caller
    /// still reads what was on its way before it sees that the connection is closed.
    InformationalFlood = "informational-flood", Self::InformationalFlood;
    /// Turns the call away and says when to come again. Of an operation, too. gRPC: the code of that status, and
    /// `grpc-retry-pushback-ms`.
    RetryAfter {
        /// 503 or 429.
        status: u16,
        /// How long to stay away. HTTP says it in seconds, and a part of one counts as a whole.
        after: Duration,
    } = "retry-after", Self::RetryAfter { status: 503, after: Duration::from_secs(1) };
    /// HTTP only: redirects to the path that was asked for. Of an operation, too.
    RedirectLoop = "redirect-loop", Self::RedirectLoop;
    /// HTTP only: redirects with this status, such as 307, to a *canary*: a host where nobody should go. Of an operation, too.
    /// [`MockServices::canary_connections`](crate::MockServices::canary_connections) counts who went.
    RedirectElsewhere(u16) = "redirect-elsewhere", Self::RedirectElsewhere(302);
    /// Is there for a time and refuses for a time, in turn, from the instant when it was set.
    Flapping {
        /// How long it is there.
        up: Duration,
        /// How long it refuses. Connections end when it begins.
        down: Duration,
    } = "flapping", Self::Flapping { up: Duration::from_secs(2), down: Duration::from_secs(1) };
    /// Answers rightly, and each n-th call of an operation late. Of an operation, too.
    Stalls {
        /// Which calls are late: 100 for one in a hundred.
        every: u32,
        /// How late they are.
        by: Duration,
    } = "stalls", Self::Stalls { every: 100, by: Duration::from_secs(1) };
}

impl Fault {
    /// The only protocol that has it, if it is not both.
    pub fn only(self) -> Option<Protocol> {
        match self {
            Self::InvalidChunking | Self::RedirectLoop | Self::RedirectElsewhere(_) => Some(Protocol::Http),
            Self::RstStream | Self::RstStreamMidMessage | Self::GoAway => Some(Protocol::Grpc),
            _ => None,
        }
    }

    /// Whether it is of the connection, so that it can't be of one operation. The others are answers.
    pub fn is_of_connection(self) -> bool {
        !matches!(
            self,
            Self::RetryAfter { .. } | Self::RedirectLoop | Self::RedirectElsewhere(_) | Self::Stalls { .. }
        )
    }
}
