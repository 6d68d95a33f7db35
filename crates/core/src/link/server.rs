//! One Redis, as all workers see it.

use std::{
    fmt,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    sync::Arc,
    thread,
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo as _, RedisError, RedisFuture, RedisResult,
    TlsCertificates,
    aio::MultiplexedConnection,
    io::{AsyncDNSResolver, tcp::TcpSettings},
};
use secrecy::ExposeSecret as _;
use tokio::sync::oneshot;

use super::faults::describe;
use crate::config::RedisConfig;

/// Time to connect, to be let in and to be answered once. Nobody waits for it.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);

/// What all workers share of one Redis. Its `Debug` shows nothing: the address may hold a password.
pub(crate) struct Redis {
    client: Client,
    timeout: Duration,
}

impl Redis {
    /// Fails with what is wrong about its address, which a configuration that was checked has not. Connects to nothing yet.
    pub(crate) fn new(config: &RedisConfig) -> Result<Arc<Self>, String> {
        let url = config.url.as_ref().ok_or("redis.url is not set")?;
        let no_address = |error: RedisError| format!("redis.url: {}", error.category());
        let info = url.expose_secret().into_connection_info().map_err(no_address)?;
        // A look-up is small and wants its answer now: nothing is gained by waiting for more to send (Nagle).
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client = match config.ca.clone() {
            None => Client::open(info),
            Some(ca) => {
                Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert: Some(ca) })
            }
        };
        Ok(Arc::new(Self { client: client.map_err(no_address)?, timeout: config.timeout }))
    }

    /// For what is no operation on a [`Link`](super::Link), such as a subscription.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// How long a request waits for it.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A connection over which Redis has answered: one that takes connections, but loads its data, hangs or wants a
    /// password, is away.
    pub(crate) async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(CONNECT))
            .set_dns_resolver(Names);
        let connected = async {
            let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
            redis::cmd("PING").exec_async(&mut connection).await?;
            Ok(connection)
        };
        connected.await.map_err(|error: RedisError| describe(&error))
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redis")
    }
}

/// Looks names up on a thread of its own: one that hangs in the system must not hold up the end of its worker.
struct Names;

impl AsyncDNSResolver for Names {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        Box::pin(async move {
            let addresses = match host.parse::<IpAddr>() {
                Ok(address) => vec![SocketAddr::new(address, port)],
                Err(_) => look_up(host.to_owned(), port).await?,
            };
            Ok(Box::new(addresses.into_iter()) as Box<dyn Iterator<Item = SocketAddr> + Send>)
        })
    }
}

async fn look_up(host: String, port: u16) -> RedisResult<Vec<SocketAddr>> {
    let (tell, found) = oneshot::channel();
    thread::Builder::new().name("redis-name".to_owned()).spawn(move || {
        // Whoever asked may have given up.
        let _ = tell.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter));
    })?;
    Ok(found.await.map_err(std::io::Error::other)??)
}
