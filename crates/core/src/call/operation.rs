//! What a service client says of its service before any call is made: its name, its protocol, its operations.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Grpc, Http};

/// A service as its client declares it.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// Its name in `[services.<name>]`.
    pub name: &'static str,
    /// Whether it speaks gRPC.
    pub grpc: bool,
    /// Its operations, as far as the client lists them.
    pub operations: &'static [Operation],
}

/// One operation of a service. `#[service(operations(…))]` writes it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    name: &'static str,
    encode: Option<Encode>,
}

/// Makes the reply's body of its JSON, or says why the JSON is no such reply.
type Encode = fn(&Value) -> Result<Bytes, Misfit>;

/// What of a JSON is not as the type says, and where in it.
pub type Misfit = serde_path_to_error::Error<serde_json::Error>;

impl Operation {
    /// An operation without a static fallback, such as a write.
    pub const fn new(name: &'static str) -> Self {
        Self { name, encode: None }
    }

    /// A read that answers with a `T`, for which the configuration may state a fallback.
    pub const fn read<P: Encoding<T>, T>(name: &'static str) -> Self {
        Self { name, encode: Some(P::encode) }
    }

    /// Its name without the service's: `recent` for `orders.recent`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The body of a reply that says this; `None` if the client states no type for it, as for a write.
    pub(crate) fn body(&self, json: &Value) -> Option<Result<Bytes, Misfit>> {
        self.encode.map(|encode| encode(json))
    }
}

/// How a protocol writes a `T` that is given as JSON.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a reply for which a fallback could be stated",
    label = "not the reply of an operation",
    note = "name the type that `.call::<T>(…)` decodes, which is `serde::Deserialize`, or over gRPC the method's reply, \
            whose JSON form pbjson writes",
    note = "an operation without a fallback, such as a write, is listed by its name alone"
)]
pub trait Encoding<T> {
    /// The body of the reply, or what does not fit.
    fn encode(json: &Value) -> Result<Bytes, Misfit>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Encoding<T> for Http {
    fn encode(json: &Value) -> Result<Bytes, Misfit> {
        serde_path_to_error::deserialize::<_, T>(json)?;
        Ok(json.to_string().into())
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + prost::Message> Encoding<T> for Grpc {
    fn encode(json: &Value) -> Result<Bytes, Misfit> {
        let message: T = serde_path_to_error::deserialize(json)?;
        Ok(message.encode_to_vec().into())
    }
}
