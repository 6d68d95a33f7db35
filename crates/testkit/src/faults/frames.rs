//! Frames of HTTP/2 (RFC 9113, 4.1), read and written by hand: a library refuses to write what a fault needs.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What a client says before its first frame.
pub(super) const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

/// Of `DATA` and `HEADERS`.
pub(super) const END_STREAM: u8 = 1;
/// Of `HEADERS`.
pub(super) const END_HEADERS: u8 = 4;

const INTERNAL_ERROR: u32 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    /// 0 for what is of the whole connection.
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut head = [0; 9];
        from.read_exact(&mut head).await?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, l0, l1, l2]) as usize];
        from.read_exact(&mut payload).await?;
        Ok(Self { kind, flags, stream: u32::from_be_bytes([s0, s1, s2, s3]), payload })
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("a frame is below 16 MiB").to_be_bytes();
        let head = [&length[1..], &[self.kind, self.flags], &self.stream.to_be_bytes()].concat();
        [head.as_slice(), &self.payload].concat()
    }

    /// Whether it ends what its side says on the stream.
    pub(super) fn ends(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    /// A piece of a message.
    pub(super) fn data(stream: u32, payload: &[u8]) -> Self {
        Self { kind: DATA, flags: 0, stream, payload: payload.to_vec() }
    }

    /// Headers whose block refers to nothing before it, so that any may be left out.
    fn headers(stream: u32, block: &[u8]) -> Self {
        Self { kind: HEADERS, flags: END_HEADERS, stream, payload: block.to_vec() }
    }

    /// The head of a gRPC answer: `:status: 200` and `content-type: application/grpc` in HPACK (RFC 7541).
    pub(super) fn head(stream: u32) -> Self {
        Self::headers(stream, b"\x88\x0f\x10\x10application/grpc")
    }

    /// `:status: 103`, which says that the head is still to come.
    pub(super) fn early_hints(stream: u32) -> Self {
        Self::headers(stream, b"\x08\x03103")
    }

    /// The end of a gRPC answer: `grpc-status: 0`.
    pub(super) fn trailers(stream: u32) -> Self {
        Self { flags: END_HEADERS | END_STREAM, ..Self::headers(stream, b"\x00\x0bgrpc-status\x010") }
    }

    /// The end of the stream by `INTERNAL_ERROR`.
    pub(super) fn reset(stream: u32) -> Self {
        Self { kind: RST_STREAM, flags: 0, stream, payload: INTERNAL_ERROR.to_be_bytes().to_vec() }
    }

    /// The end of the connection, where no stream was served and nothing is wrong.
    pub(super) fn go_away() -> Self {
        Self { kind: GOAWAY, flags: 0, stream: 0, payload: vec![0; 8] }
    }

    /// Lets the other side send so many bytes more.
    pub(super) fn credit(stream: u32, bytes: usize) -> Self {
        let bytes = u32::try_from(bytes).expect("a frame is below 16 MiB");
        Self { kind: WINDOW_UPDATE, flags: 0, stream, payload: bytes.to_be_bytes().to_vec() }
    }
}
