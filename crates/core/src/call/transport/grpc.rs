//! gRPC attempts: several channels a service, since one tonic channel is one connection.
//!
//! Messages pass as bytes, so that the stack above is the same for HTTP and gRPC; [`BytesCodec`] moves them.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use bytes::{Buf as _, BufMut as _, Bytes};
use http::{HeaderMap, Uri, uri::PathAndQuery};
use tonic::{
    Code, Status, TimeoutExpired,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
    transport::{Channel, Endpoint},
};
use tower::ServiceExt as _;

use super::{
    addresses::{Connector, target},
    turns::Turns,
};
use crate::{
    call::{CallError, Outcome, Reason, Reply, cache::Head, causes},
    config::ServiceConfig,
};

/// How long a connection with calls in flight may be silent before it is asked whether it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

pub(in crate::call) struct GrpcTransport {
    channels: Vec<tonic::client::Grpc<Channel>>,
    next: AtomicUsize,
}

impl GrpcTransport {
    pub(super) fn open(config: &ServiceConfig, url: &str, connector: &Connector) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("{url:?} is no URL: {error}"))?;
        let endpoint = Endpoint::from(target(&uri)?)
            .origin(uri)
            .connect_timeout(config.connect_timeout)
            // A connection that has died without a word would take one call after the other with it.
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE / 2)
            .http2_adaptive_window(true);
        let channel = || {
            let connector = connector.clone().map_response(Turns::new);
            let channel = endpoint.connect_with_connector_lazy(connector);
            tonic::client::Grpc::new(channel).max_decoding_message_size(config.max_reply)
        };
        let channels = std::iter::repeat_with(channel).take(config.channels).collect();
        Ok(Self { channels, next: AtomicUsize::new(0) })
    }

    pub(super) async fn send(&self, path: &'static str, headers: HeaderMap, message: Bytes) -> Outcome {
        let turn = self.next.fetch_add(1, Relaxed) % self.channels.len();
        let mut channel = self.channels[turn].clone();
        let mut request = tonic::Request::new(message);
        *request.metadata_mut() = MetadataMap::from_headers(headers);
        channel.ready().await.map_err(|error| {
            CallError::new(Reason::Unavailable, format!("no connection: {}", causes(&error)))
        })?;
        let path = PathAndQuery::from_static(path);
        let response = channel.unary(request, path, BytesCodec).await.map_err(|status| failed(&status))?;
        let (metadata, body, _) = response.into_parts();
        let head = Head::of(&metadata.into_headers(), SystemTime::now);
        Ok(Reply { head, ..Reply::new(body, false) })
    }
}

/// What a gRPC status means for the call.
fn failed(status: &Status) -> CallError {
    let reason = match status.code() {
        Code::DeadlineExceeded => Reason::Timeout,
        // tonic's word for the end of `grpc-timeout`, here or at the service. Its timer rounds down and may be first.
        Code::Cancelled if status.message() == TimeoutExpired(()).to_string() => Reason::Timeout,
        Code::Unavailable | Code::Cancelled => Reason::Unavailable,
        // No service said that: a status with a source is tonic's own, for a connection that broke.
        Code::Unknown | Code::Internal if std::error::Error::source(status).is_some() => Reason::Unavailable,
        _ if is_no_answer(status.message()) => Reason::InvalidReply,
        Code::NotFound => Reason::NotFound,
        Code::Unauthenticated => Reason::Unauthenticated,
        Code::PermissionDenied => Reason::Forbidden,
        Code::ResourceExhausted => Reason::Rejected,
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => Reason::Conflict,
        // tonic's own word for a message over the limit.
        Code::OutOfRange => Reason::InvalidReply,
        Code::InvalidArgument => Reason::InvalidRequest,
        Code::Unimplemented => Reason::Refused,
        _ => Reason::Failed,
    };
    // A status with a source is tonic's own: nobody answered.
    let detail = match std::error::Error::source(status) {
        Some(source) => format!("no answer: {}", causes(source)),
        None if is_tonics(status.message()) => format!("{:?}: {}", status.code(), status.message()),
        // What a service says of a failure may be about somebody, so its words are in no log.
        None => format!("the service answered {:?}", status.code()),
    };
    let head = |status: &Status| Head::of(&status.metadata().clone().into_headers(), SystemTime::now);
    let head = if reason == Reason::NotFound { head(status) } else { None };
    let error = CallError::new(reason, detail).with_head(head).with_retry_after(pushback(status));
    match std::error::Error::source(status) {
        Some(_) => error,
        None => error.with_status(code(status.code())),
    }
}

fn code(code: Code) -> u16 {
    u16::try_from(i32::from(code)).unwrap_or_default()
}

/// gRPC's own `Retry-After`, in the trailers (gRFC A6). A negative value asks not to be asked again: the far future does that.
fn pushback(status: &Status) -> Option<Duration> {
    let millis: i64 = status.metadata().get("grpc-retry-pushback-ms")?.to_str().ok()?.parse().ok()?;
    Some(u64::try_from(millis).map_or(Duration::MAX, Duration::from_millis))
}

/// Whether tonic says this, and no service.
fn is_tonics(message: &str) -> bool {
    is_no_answer(message)
        || message.starts_with("Error, decoded message length too large")
        || message == TimeoutExpired(()).to_string()
}

/// Whether this is tonic's word for an answer that is no gRPC message, such as a web page. It borrows `INTERNAL`, `UNKNOWN`
/// and `UNIMPLEMENTED` for that, which are otherwise a service's; only its words tell. The end-to-end tests of services
/// that lie notice when they change.
fn is_no_answer(message: &str) -> bool {
    const STARTS: [&str; 5] = [
        "protocol error: ",
        "Missing response message",
        "Unexpected EOF decoding stream",
        "Content is compressed with ",
        "grpc-status header missing, mapped from HTTP status code 2",
    ];
    STARTS.iter().any(|start| message.starts_with(start))
}

/// Messages as they are on the wire.
#[derive(Debug, Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(message.copy_to_bytes(message.remaining())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_grpc_timeout_is_a_timeout_and_another_cancellation_is_not() {
        let expired = Status::cancelled(TimeoutExpired(()).to_string());
        assert_eq!(failed(&expired).reason(), Reason::Timeout);
        assert_eq!(failed(&Status::cancelled("shutting down")).reason(), Reason::Unavailable);
    }
}
