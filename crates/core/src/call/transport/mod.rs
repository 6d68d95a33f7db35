//! The wire: HTTP by reqwest, gRPC by tonic. Knows nothing of policies.

mod grpc;
mod http;
mod pool;

use super::{CallError, Outcome, Outgoing, Reason, Wire, service::SharedService};
use crate::step::Step;

pub(super) enum Transport {
    Http(Box<http::HttpTransport>),
    Grpc(grpc::GrpcTransport),
}

impl Transport {
    pub(super) fn open(service: &SharedService) -> Result<Self, String> {
        if service.grpc {
            grpc::GrpcTransport::open(&service.config).map(Self::Grpc)
        } else {
            http::HttpTransport::open(&service.config).map(|transport| Self::Http(Box::new(transport)))
        }
    }
}

impl Step<Box<Outgoing>> for Transport {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        match (self, outgoing.wire) {
            (Self::Http(transport), Wire::Http { method, path_and_query, body }) => {
                transport.send(method, path_and_query, outgoing.headers, body).await
            }
            (Self::Grpc(transport), Wire::Grpc { path, message }) => {
                Box::pin(transport.send(path, outgoing.headers, message)).await
            }
            // A client's protocol is part of its type, so this takes a bug in this crate.
            _ => Err(CallError::new(Reason::Internal, "a call of one protocol on a service of another")),
        }
    }
}
