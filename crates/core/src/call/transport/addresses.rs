//! How a connection gets to an endpoint: to addresses that are known already, with TLS where its URL says so.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Authority};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{HttpConnector, dns::Name};
use rustls_platform_verifier::ConfigVerifierExt as _;
use tower::Service;

use crate::{call::endpoint::Endpoint, config::ServiceConfig};

/// TCP to an endpoint's addresses, in TLS or not.
pub(super) type Connector = HttpsConnector<HttpConnector<Known>>;

/// A connector to the endpoint's own addresses.
pub(super) fn connector(
    config: &ServiceConfig,
    tls: &rustls::ClientConfig,
    endpoint: &Endpoint,
    grpc: bool,
) -> Connector {
    connector_to(&endpoint.addresses, config.connect_timeout, tls, grpc)
}

/// A connector to these addresses.
pub(super) fn connector_to(
    addresses: &Arc<[SocketAddr]>,
    connect_timeout: Duration,
    tls: &rustls::ClientConfig,
    grpc: bool,
) -> Connector {
    let mut tcp = HttpConnector::new_with_resolver(Known(Arc::clone(addresses)));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
    if grpc { builder.enable_http2().wrap_connector(tcp) } else { builder.enable_http1().wrap_connector(tcp) }
}

/// What to connect to: scheme and host of the URL. A name goes without its port, since its addresses have one each.
pub(super) fn target(uri: &Uri) -> Result<Uri, String> {
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(format!("{uri} has no scheme or no host"));
    };
    let host = authority.host();
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let authority = if is_address { Ok(authority.clone()) } else { host.parse::<Authority>() };
    let authority = authority.map_err(|error| format!("{host} is no host: {error}"))?;
    let target = Uri::builder().scheme(scheme.clone()).authority(authority).path_and_query("/");
    target.build().map_err(|error| format!("{uri} is no URL: {error}"))
}

/// The certificates that the system believes; they are read for `https` only.
pub(super) fn tls(secure: bool) -> Result<rustls::ClientConfig, String> {
    if secure {
        return rustls::ClientConfig::with_platform_verifier().map_err(|error| format!("no TLS: {error}"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let nobody = rustls::RootCertStore::empty();
    let config = versions.map_err(|error| format!("no TLS: {error}"))?;
    Ok(config.with_root_certificates(nobody).with_no_client_auth())
}

/// A resolver that knows the answer. hyper-util tries the addresses of both families in turn (RFC 8305).
#[derive(Clone)]
pub(super) struct Known(Arc<[SocketAddr]>);

impl Service<Name> for Known {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        let addresses: Vec<_> = self.0.iter().copied().collect();
        std::future::ready(Ok(addresses.into_iter()))
    }
}
