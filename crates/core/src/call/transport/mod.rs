//! The wire: HTTP by hyper, gRPC by tonic. Knows nothing of policies.

mod addresses;
mod body;
mod document;
mod grpc;
mod http;
mod pool;
mod prober;
mod turns;

use std::sync::Arc;

pub(crate) use self::document::DocumentClient;
pub(super) use self::prober::Prober;
use self::{grpc::GrpcTransport, http::HttpTransport};
use super::{CallError, Outcome, Outgoing, Reason, Wire, endpoint::Endpoint, service::SharedService};
use crate::{config::ServiceConfig, step::Step};

/// One endpoint as one worker has it: with connections of its own.
pub(crate) struct Peer {
    pub(super) endpoint: Arc<Endpoint>,
    connections: Connections,
}

enum Connections {
    Http(Box<HttpTransport>),
    Grpc(GrpcTransport),
}

impl Peer {
    /// Where it is.
    pub(super) fn endpoint(&self) -> Arc<Endpoint> {
        Arc::clone(&self.endpoint)
    }
}

/// Opens connections to the endpoints of one service.
#[derive(Clone)]
pub(super) struct Opener {
    config: ServiceConfig,
    grpc: bool,
    tls: rustls::ClientConfig,
}

impl Opener {
    pub(super) fn new(service: &SharedService) -> Result<Self, String> {
        let SharedService { grpc, ref config, .. } = *service;
        let secure = config.url.iter().any(|url| url.starts_with("https:"));
        Ok(Self { config: config.clone(), grpc, tls: addresses::tls(secure)? })
    }

    /// Nothing where that can't be, which is for the log: the others still can.
    pub(super) fn open(&self, endpoint: &Arc<Endpoint>) -> Option<Peer> {
        let (config, url) = (&self.config, &endpoint.url);
        let connector = addresses::connector(config, &self.tls, endpoint, self.grpc);
        let opened = if self.grpc {
            GrpcTransport::open(config, url, &connector).map(Connections::Grpc)
        } else {
            HttpTransport::open(config, url, connector).map(|http| Connections::Http(Box::new(http)))
        };
        match opened {
            Ok(connections) => Some(Peer { endpoint: Arc::clone(endpoint), connections }),
            Err(error) => {
                tracing::error!("{} can't be called: {error}", endpoint.url);
                None
            }
        }
    }
}

/// Sends an attempt to its endpoint.
pub(super) struct Transport;

impl Step<Box<Outgoing>> for Transport {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let Outgoing { peer, wire, headers, .. } = *outgoing;
        let connections = peer.as_ref().map(|peer| &peer.connections);
        match (connections, wire) {
            (Some(Connections::Http(transport)), Wire::Http { method, path_and_query, body }) => {
                transport.send(method, path_and_query, headers, body).await
            }
            (Some(Connections::Grpc(transport)), Wire::Grpc { path, message }) => {
                Box::pin(transport.send(path, headers, message)).await
            }
            // A client's protocol is part of its type, so this takes a bug in this crate.
            _ => Err(CallError::new(Reason::Internal, "a call of one protocol on a service of another")),
        }
    }
}
