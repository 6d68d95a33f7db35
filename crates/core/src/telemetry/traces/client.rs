//! The connection to the collector: one gRPC channel, which opens itself again.

use std::{sync::Arc, time::Duration};

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_platform_verifier::ConfigVerifierExt as _;
use secrecy::ExposeSecret as _;
use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue},
    transport::{Channel, Endpoint},
};

use crate::config::TracesConfig;

/// How long a connection with an export in flight may be silent before it is asked whether it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What the collector is reached by. Nothing of it needs a runtime.
pub(super) struct Dialler {
    endpoint: Endpoint,
    tls: Option<rustls::ClientConfig>,
    headers: MetadataMap,
    timeout: Duration,
}

/// What became of one export.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The collector has it, but for so many spans that it refused.
    Taken { refused: usize },
    /// It may take it later: gRPC's name of the reason.
    Later(Code),
    /// It never will.
    Refused(Code),
}

impl Dialler {
    /// Errors say what is wrong with the machine; the configuration was checked.
    pub(super) fn new(config: &TracesConfig) -> Result<Self, String> {
        let url = config.endpoint.as_deref().unwrap_or_default();
        let endpoint = Endpoint::from_shared(url.to_owned())
            .map_err(|error| format!("traces.endpoint = {url:?} is no URL: {error}"))?
            .connect_timeout(config.timeout)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE / 2);
        let tls = url.starts_with("https:").then(|| tls(config.ca.as_deref())).transpose()?;
        let mut headers = MetadataMap::new();
        for (name, value) in &config.headers {
            let name = MetadataKey::<Ascii>::from_bytes(name.as_bytes());
            let value = MetadataValue::<Ascii>::try_from(value.expose_secret());
            let (Ok(name), Ok(mut value)) = (name, value) else {
                return Err("a name or value in traces.headers can't be sent".to_owned());
            };
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Self { endpoint, tls, headers, timeout: config.timeout })
    }

    /// A client, which connects when it is first used. Must run on the runtime that uses it.
    pub(super) fn open(self) -> Client {
        let channel = match self.tls {
            None => self.endpoint.connect_lazy(),
            Some(tls) => {
                let mut tcp = HttpConnector::new();
                tcp.enforce_http(false);
                tcp.set_nodelay(true);
                let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
                self.endpoint.connect_with_connector_lazy(builder.enable_http2().wrap_connector(tcp))
            }
        };
        Client { service: TraceServiceClient::new(channel), headers: self.headers, timeout: self.timeout }
    }
}

fn tls(authorities: Option<&[u8]>) -> Result<rustls::ClientConfig, String> {
    let Some(pem) = authorities else {
        return rustls::ClientConfig::with_platform_verifier().map_err(|error| format!("no TLS: {error}"));
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| format!("no TLS: {error}"))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[derive(Clone)]
pub(super) struct Client {
    service: TraceServiceClient<Channel>,
    headers: MetadataMap,
    timeout: Duration,
}

impl Client {
    pub(super) async fn export(&mut self, batch: ExportTraceServiceRequest) -> Verdict {
        let mut request = Request::new(batch);
        *request.metadata_mut() = self.headers.clone();
        // Also while there is no connection, which tonic's own timeout does not count.
        let answer = tokio::select! {
            answer = self.service.export(request) => answer,
            () = tokio::time::sleep(self.timeout) => Err(Status::deadline_exceeded("")),
        };
        match answer {
            Ok(reply) => {
                let refused = reply.into_inner().partial_success.map_or(0, |part| part.rejected_spans);
                Verdict::Taken { refused: usize::try_from(refused).unwrap_or_default() }
            }
            Err(status) if may_pass(status.code()) => Verdict::Later(status.code()),
            // tonic's own word for a connection that broke is `UNKNOWN` or `INTERNAL`, with what broke it.
            Err(status) if std::error::Error::source(&status).is_some() => Verdict::Later(status.code()),
            Err(status) => Verdict::Refused(status.code()),
        }
    }
}

/// OTLP's list of codes after which the same may be sent again. `RESOURCE_EXHAUSTED` is one where the collector says when, which none
/// does that can't take it later.
/// <https://opentelemetry.io/docs/specs/otlp/#failures>
fn may_pass(code: Code) -> bool {
    matches!(
        code,
        Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss
    )
}
