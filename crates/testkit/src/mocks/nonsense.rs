//! Answers that no client should believe, as bytes. What each kind means differs little between HTTP and gRPC: it is
//! the same accident, seen through the other protocol.

use bytes::{BufMut, Bytes, BytesMut};

use super::gzip_bomb::GZIP_BOMB;

/// An answer that no client should believe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonsense {
    /// A web page with status 200, as a proxy in between might send.
    Html,
    /// The right answer, cut in the middle. gRPC: a frame that promises more than it brings.
    Truncated,
    /// Arrays 100,000 levels deep. gRPC: unknown groups, as deep.
    Deep,
    /// 10 MB of JSON in the right type. gRPC: a message with an unknown field of 10 MB.
    Huge,
    /// A hundred kilobytes of gzip that expand to 100 MiB. gRPC: a compressed message.
    GzipBomb,
    /// The right answer, called `text/plain`. gRPC: JSON where a frame should be.
    WrongType,
    /// Status 204 and nothing else.
    NoContent,
    /// Valid, and of another shape than the contract says. gRPC: field 1 is a number.
    OtherShape,
    /// Status 200 and no byte of body. gRPC: a message of no bytes, which decodes as all defaults.
    Empty,
    /// Bytes that mean nothing, not even UTF-8.
    Garbage,
}

const DEPTH: usize = 100_000;
const HUGE: usize = 10 * 1024 * 1024;
const PAGE: &str = "<!doctype html><title>Sign in to the guest network</title><h1>Welcome</h1>";
const GARBAGE: [u8; 8] = [0xff, 0xfe, 0x80, 0x00, 0xc3, 0x28, 0xf5, 0x9d];

/// Status, content type (empty for none), content encoding and body of an HTTP answer.
pub(super) struct HttpParts {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) encoding: Option<&'static str>,
    pub(super) body: Vec<u8>,
}

/// The frames of a gRPC answer.
pub(super) struct GrpcParts {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) encoding: Option<&'static str>,
    pub(super) body: Bytes,
    /// Whether `grpc-status: 0` follows.
    pub(super) trailers: bool,
}

impl Nonsense {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Html,
        Self::Truncated,
        Self::Deep,
        Self::Huge,
        Self::GzipBomb,
        Self::WrongType,
        Self::NoContent,
        Self::OtherShape,
        Self::Empty,
        Self::Garbage,
    ];

    /// Its word in a mode's text, such as `gzip-bomb`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Truncated => "truncated",
            Self::Deep => "deep",
            Self::Huge => "huge",
            Self::GzipBomb => "gzip-bomb",
            Self::WrongType => "wrong-type",
            Self::NoContent => "no-content",
            Self::OtherShape => "other-shape",
            Self::Empty => "empty",
            Self::Garbage => "garbage",
        }
    }

    /// As HTTP, where `right` is the body of the right answer.
    pub(super) fn http(self, right: Vec<u8>) -> HttpParts {
        let json = |body| HttpParts { status: 200, content_type: "application/json", encoding: None, body };
        match self {
            Self::Html => HttpParts { content_type: "text/html; charset=utf-8", ..json(PAGE.into()) },
            Self::Truncated => json(right[..right.len() / 2].to_vec()),
            Self::Deep => json(["[".repeat(DEPTH), "]".repeat(DEPTH)].concat().into_bytes()),
            Self::Huge => json(format!("[{{\"padding\":\"{}\"}}]", "x".repeat(HUGE)).into_bytes()),
            Self::GzipBomb => HttpParts { encoding: Some("gzip"), ..json(GZIP_BOMB.clone()) },
            Self::WrongType => HttpParts { content_type: "text/plain", ..json(right) },
            Self::NoContent => HttpParts { status: 204, content_type: "", ..json(Vec::new()) },
            Self::OtherShape => json(br#"{"unexpected":[1,"two",null]}"#.to_vec()),
            Self::Empty => json(Vec::new()),
            Self::Garbage => json(GARBAGE.to_vec()),
        }
    }

    /// As gRPC.
    pub(super) fn grpc(self) -> GrpcParts {
        let frames = |body| GrpcParts {
            status: 200,
            content_type: "application/grpc",
            encoding: None,
            body,
            trailers: true,
        };
        let plain = |content_type, body| GrpcParts { content_type, trailers: false, ..frames(body) };
        // The tag of field 15, which no message has: 0x7a is "bytes follow", 0x7b is "a group starts".
        match self {
            Self::Html => plain("text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes())),
            Self::Truncated => frames(frame_of_length(0, 1000, b"cut")),
            Self::Deep => frames(frame(&vec![0x7b; DEPTH])),
            Self::Huge => frames(frame(&huge_field())),
            Self::GzipBomb => {
                let body = frame_of_length(1, GZIP_BOMB.len(), &GZIP_BOMB);
                GrpcParts { encoding: Some("gzip"), ..frames(body) }
            }
            Self::WrongType => plain("application/json", Bytes::from_static(b"{\"orders\":[]}")),
            Self::NoContent => GrpcParts { status: 204, ..plain("", Bytes::new()) },
            Self::OtherShape => frames(frame(&[0x08, 0x07])),
            Self::Empty => frames(frame(&[])),
            Self::Garbage => frames(frame(&GARBAGE)),
        }
    }
}

fn frame(message: &[u8]) -> Bytes {
    frame_of_length(0, message.len(), message)
}

fn frame_of_length(compressed: u8, length: usize, message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(compressed);
    frame.put_u32(u32::try_from(length).expect("a frame is below 4 GiB"));
    frame.put_slice(message);
    frame.freeze()
}

fn huge_field() -> Vec<u8> {
    let mut field = vec![0x7a];
    prost::encoding::encode_varint(HUGE as u64, &mut field);
    field.resize(field.len() + HUGE, b'x');
    field
}
