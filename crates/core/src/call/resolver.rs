//! Names to addresses: the system's resolver, unless a program brings its own.

use std::{fmt, future::Future, io, net::SocketAddr, pin::Pin, sync::Arc};

/// Finds the addresses that a name stands for.
///
/// The default asks the system (`getaddrinfo`), with all that an operator can set there. A program may bring another one,
/// such as a service registry's, with [`crate::bff::Bff::resolver`].
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of `host`, each with `port`. No address is an error too.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolving<'a>;
}

/// Addresses on their way.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// A resolver that many share.
#[derive(Clone)]
pub(crate) struct SharedResolver(pub(crate) Arc<dyn Resolver>);

impl Default for SharedResolver {
    fn default() -> Self {
        Self(Arc::new(System))
    }
}

impl fmt::Debug for SharedResolver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SharedResolver")
    }
}

struct System;

impl Resolver for System {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolving<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}
