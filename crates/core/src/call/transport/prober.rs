//! Asks an endpoint whether it is well: over HTTP for a 2xx, over gRPC as `grpc.health.v1` says.
//!
//! Each time over a new connection, as a new client would, with TLS as the service's. Whoever asks bounds the time. The protocol of
//! gRPC: <https://github.com/grpc/grpc/blob/master/doc/health-checking.md>.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header, uri::Authority};
use http_body_util::Full;
use prost::Message;

use super::{
    addresses::{connector, target, tls},
    grpc::GrpcTransport,
    pool::Pool,
};
use crate::{
    call::{endpoint::Endpoint, service::SharedService},
    config::{CheckConfig, ServiceConfig},
};

const CHECK: &str = "/grpc.health.v1.Health/Check";

/// `ServingStatus.SERVING`
const SERVING: i32 = 1;

/// `grpc.health.v1.HealthCheckRequest`
#[derive(Clone, PartialEq, Message)]
struct CheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`
#[derive(Clone, Copy, PartialEq, Message)]
struct CheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Asks the endpoints of one service.
pub(in crate::call) struct Prober {
    config: ServiceConfig,
    check: CheckConfig,
    grpc: bool,
    tls: rustls::ClientConfig,
}

impl Prober {
    pub(in crate::call) fn new(service: &SharedService, check: &CheckConfig) -> Result<Self, String> {
        let SharedService { grpc, ref config, .. } = *service;
        let secure = config.url.iter().any(|url| url.starts_with("https:"));
        let config = ServiceConfig { channels: 1, ..config.clone() };
        Ok(Self { config, check: check.clone(), grpc, tls: tls(secure)? })
    }

    /// Nothing if it is well, or what it said.
    pub(in crate::call) async fn ask(&self, endpoint: &Endpoint) -> Result<(), String> {
        if self.grpc { self.ask_by_grpc(endpoint).await } else { self.ask_by_http(endpoint).await }
    }

    async fn ask_by_http(&self, endpoint: &Endpoint) -> Result<(), String> {
        let uri: Uri = endpoint.url.parse().map_err(|error| format!("{error}"))?;
        let connector = connector(&self.config, &self.tls, endpoint, false);
        let pool = Pool::new(connector, target(&uri)?, 0);
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = self.check.path.parse().map_err(|error| format!("{error}"))?;
        let host = uri.authority().map_or("", Authority::as_str);
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_str(host).map_err(|error| error.to_string())?);
        headers.insert(header::USER_AGENT, HeaderValue::from_static("bff"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let (response, _connection) = pool.send(request).await.map_err(|error| error.detail().to_owned())?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
    }

    async fn ask_by_grpc(&self, endpoint: &Endpoint) -> Result<(), String> {
        let connector = connector(&self.config, &self.tls, endpoint, true);
        let transport = GrpcTransport::open(&self.config, &endpoint.url, &connector)?;
        let request = CheckRequest { service: self.check.service.clone() }.encode_to_vec();
        let mut headers = HeaderMap::new();
        let timeout = format!("{}m", self.check.timeout.as_millis());
        if let Ok(timeout) = HeaderValue::from_str(&timeout) {
            headers.insert(HeaderName::from_static("grpc-timeout"), timeout);
        }
        let reply = transport.send(CHECK, headers, request.into()).await;
        let reply = reply.map_err(|error| error.detail().to_owned())?;
        let response = CheckResponse::decode(reply.body).map_err(|error| error.to_string())?;
        match response.status {
            SERVING => Ok(()),
            2 => Err("it answered NOT_SERVING".to_owned()),
            3 => Err("it answered SERVICE_UNKNOWN".to_owned()),
            other => Err(format!("it answered with status {other}")),
        }
    }
}
