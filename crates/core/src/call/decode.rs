//! The last step of a call: bytes become a `T`, or the reply was not one.
//!
//! A typed reply is an allow-list: what a service adds never goes further than here.

use std::marker::PhantomData;

use prost::Message;
use serde::de::DeserializeOwned;

use super::{CallError, Reason, Reply};

/// How the reply of a call becomes what its client asked for. A type and no closure, so that whoever keeps the reply can ask
/// whether it is one at all.
pub(super) trait Decode: 'static {
    type Value: Send + 'static;

    fn decode(reply: &Reply, max_depth: usize) -> Result<Self::Value, CallError>;

    /// Whether it is a reply that the client can use.
    fn accepts(reply: &Reply, max_depth: usize) -> bool {
        Self::decode(reply, max_depth).is_ok()
    }
}

/// JSON of a `T`.
pub(super) struct Json<T>(PhantomData<T>);

impl<T: DeserializeOwned + Send + 'static> Decode for Json<T> {
    type Value = T;

    fn decode(reply: &Reply, max_depth: usize) -> Result<T, CallError> {
        json(reply, max_depth)
    }
}

/// A protobuf message.
pub(super) struct Protobuf<T>(PhantomData<T>);

impl<T: Message + Default + 'static> Decode for Protobuf<T> {
    type Value = T;

    fn decode(reply: &Reply, _: usize) -> Result<T, CallError> {
        T::decode(reply.body.clone())
            .map_err(|error| invalid(format!("the message does not decode: {error}")))
    }
}

/// A reply whose body says nothing.
pub(super) enum Nothing {}

impl Decode for Nothing {
    type Value = ();

    fn decode(_: &Reply, _: usize) -> Result<(), CallError> {
        Ok(())
    }
}

fn invalid(detail: String) -> CallError {
    CallError::new(Reason::InvalidReply, detail)
}

/// JSON of a `T`, at most `max_depth` levels deep wherever that is.
fn json<T: DeserializeOwned>(reply: &Reply, max_depth: usize) -> Result<T, CallError> {
    if !reply.json {
        return Err(invalid("the reply is not application/json".to_owned()));
    }
    if deeper_than(max_depth, &reply.body) {
        return Err(invalid(format!("the reply nests deeper than {max_depth} levels")));
    }
    // Once for all of it, which costs less than once for each string.
    let text = std::str::from_utf8(&reply.body)
        .map_err(|error| invalid(format!("the reply is not UTF-8 at byte {}", error.valid_up_to())))?;
    serde_json::from_str(text).map_err(|error| {
        // serde's messages may quote the reply's values, which may be personal: where and what kind is enough.
        let kind = if error.is_eof() {
            "ends too early"
        } else if error.is_syntax() {
            "is not JSON"
        } else {
            "has another shape"
        };
        invalid(format!("the reply {kind} at line {} column {}", error.line(), error.column()))
    })
}

/// serde_json skips unknown values at any depth, so depth is counted here: brackets outside strings. Most replies have
/// fewer brackets than levels are allowed, and counting those is a hundred times cheaper than walking.
pub(crate) fn deeper_than(max_depth: usize, json: &[u8]) -> bool {
    if memchr::memchr2_iter(b'{', b'[', json).take(max_depth + 1).count() <= max_depth {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        if in_string {
            (in_string, escaped) = match byte {
                _ if escaped => (true, false),
                b'\\' => (true, true),
                b'"' => (false, false),
                _ => (true, false),
            };
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > max_depth {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(!deeper_than(64, nested(64).as_bytes()));
        assert!(deeper_than(64, nested(65).as_bytes()));
        let quoted = format!("[{:?}, {:?}]", "[".repeat(1000), "\\\"{".repeat(1000));
        assert!(!deeper_than(64, quoted.as_bytes()));
        let wide = format!("[{}]", vec!["{}"; 1000].join(","));
        assert!(!deeper_than(64, wide.as_bytes()));
    }
}
