//! A small document by HTTP, such as an issuer's keys: one GET on a connection of its own.
//!
//! No redirect, no proxy, no compression, no second attempt; whoever asks bounds the time.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use url::{Host, Position, Url};

use super::{
    addresses::{connector_to, target, tls},
    body::read,
    pool::Pool,
};
use crate::call::resolver::SharedResolver;

/// One of several addresses gets a share of this.
const CONNECT: Duration = Duration::from_secs(1);

/// Gets documents.
pub(crate) struct DocumentClient {
    resolver: SharedResolver,
    tls: rustls::ClientConfig,
}

impl DocumentClient {
    /// `secure` is for `https`: the certificates that the system believes are read then.
    pub(crate) fn new(secure: bool, resolver: SharedResolver) -> Result<Self, String> {
        Ok(Self { resolver, tls: tls(secure)? })
    }

    /// The body of a 200, of at most `max` bytes; or why there is none, for the log.
    pub(crate) async fn get(&self, url: &Url, max: usize) -> Result<Bytes, String> {
        let addresses = self.addresses(url).await?;
        let origin: Uri = url[..Position::BeforePath].parse().map_err(|error| format!("{error}"))?;
        let pool = Pool::new(connector_to(&addresses, CONNECT, &self.tls, false), target(&origin)?, 0);

        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() =
            url[Position::BeforePath..Position::AfterQuery].parse().map_err(|error| format!("{error}"))?;
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_str(authority).map_err(|error| error.to_string())?);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("bff"));
        let (response, _connection) = pool.send(request).await.map_err(|error| error.detail().to_owned())?;
        if response.status() != StatusCode::OK {
            return Err(format!("the answer is {}", response.status()));
        }
        read(response.into_body(), max).await.map_err(|error| error.detail().to_owned())
    }

    async fn addresses(&self, url: &Url) -> Result<Arc<[SocketAddr]>, String> {
        let port = url.port_or_known_default().ok_or("the URL has no port")?;
        let mut addresses = match url.host().ok_or("the URL has no host")? {
            Host::Ipv4(address) => vec![(address, port).into()],
            Host::Ipv6(address) => vec![(address, port).into()],
            Host::Domain(name) => {
                let found = self.resolver.0.resolve(name, port).await;
                found.map_err(|error| format!("{name}: {error}"))?
            }
        };
        if url.scheme() != "https" {
            // Whatever a name stands for, nothing goes over a network in the clear.
            addresses.retain(|address| address.ip().is_loopback());
        }
        if addresses.is_empty() { Err("the host has no address".to_owned()) } else { Ok(addresses.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::resolver::{Resolver, Resolving};

    /// Every name is one of another machine.
    struct Elsewhere;

    impl Resolver for Elsewhere {
        fn resolve<'a>(&'a self, _: &'a str, port: u16) -> Resolving<'a> {
            Box::pin(async move { Ok(vec![([192, 0, 2, 1], port).into()]) })
        }
    }

    #[tokio::test]
    async fn nothing_goes_to_another_machine_in_the_clear() {
        let client =
            DocumentClient::new(false, SharedResolver(Arc::new(Elsewhere))).expect("no TLS is needed");
        let addresses = async |url: &str| client.addresses(&url.parse().expect("a URL")).await;
        let elsewhere: Arc<[SocketAddr]> = Arc::new([([192, 0, 2, 1], 443).into()]);
        assert_eq!(addresses("https://localhost/keys").await, Ok(elsewhere));
        assert!(addresses("http://localhost/keys").await.is_err());
        assert!(addresses("http://192.0.2.1/keys").await.is_err());
        for url in ["http://127.0.0.1:1/keys", "http://[::1]:1/keys"] {
            assert_eq!(addresses(url).await.map(|found| found.len()), Ok(1), "{url}: no name to look up");
        }
    }
}
