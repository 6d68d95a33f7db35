//! The floor (a): the least that a screen can cost on hyper.
//!
//! A hyper server and hyper-util's pooled client on one current-thread runtime per core; one acceptor hands each
//! connection to the worker that has the fewest. It verifies the token, passes identity and request id on, and
//! joins the three bodies unread. It has no deadlines, retries, limits, logs or metrics: it is a measure to
//! compare with, not a gateway to use. It has mimalloc, as our binaries have, so that the allocator favours
//! neither.
#![expect(
    clippy::disallowed_methods,
    reason = "the floor has no deadlines and no request whose end a task could outlive"
)]

use std::convert::Infallible;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use bff_bench::{SCREEN_PATH, settings::Settings, token};
use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode, Uri, server::conn::http1, service::service_fn};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jsonwebtoken::{DecodingKey, Validation};
use tokio::sync::mpsc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USER_ID: HeaderName = HeaderName::from_static("x-user-id");
const USER_ROLES: HeaderName = HeaderName::from_static("x-user-roles");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Connections that wait for a busy worker; past it the acceptor waits too.
const HANDED_OVER: usize = 1024;

fn main() -> Result<()> {
    let settings = Settings::from_env()?;
    let listener = TcpListener::bind(settings.listen).context("BENCH_LISTEN")?;
    let cores = std::thread::available_parallelism()?.get();
    let workers: Vec<Worker> = (0..cores).map(|_| Worker::start(&settings)).collect::<Result<_>>()?;
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let worker = workers
            .iter()
            .min_by_key(|worker| worker.open.load(Ordering::Relaxed))
            .expect("a machine has at least one core");
        worker.open.fetch_add(1, Ordering::Relaxed);
        worker.connections.blocking_send(stream).context("a worker has ended")?;
    }
}

/// One core: a thread, its runtime and its own pool of connections to the services.
struct Worker {
    connections: mpsc::Sender<TcpStream>,
    open: Arc<AtomicUsize>,
}

impl Worker {
    fn start(settings: &Settings) -> Result<Self> {
        let (connections, mut handed_over) = mpsc::channel::<TcpStream>(HANDED_OVER);
        let open = Arc::new(AtomicUsize::new(0));
        let screen = Arc::new(Screen::new(settings)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let still_open = Arc::clone(&open);
        std::thread::spawn(move || {
            runtime.block_on(async {
                while let Some(stream) = handed_over.recv().await {
                    let (screen, open) = (Arc::clone(&screen), Arc::clone(&still_open));
                    tokio::spawn(async move {
                        let served = serve(stream, screen).await;
                        open.fetch_sub(1, Ordering::Relaxed);
                        drop(served); // a client may end its connection as it likes
                    });
                }
            });
        });
        Ok(Self { connections, open })
    }
}

async fn serve(stream: TcpStream, screen: Arc<Screen>) -> Result<()> {
    let io = TokioIo::new(tokio::net::TcpStream::from_std(stream)?);
    let service = service_fn(|request| screen.answer(request));
    http1::Builder::new().serve_connection(io, service).await?;
    Ok(())
}

struct Screen {
    client: Client<HttpConnector, Empty<Bytes>>,
    key: DecodingKey,
    validation: Validation,
    profile: Uri,
    orders: Uri,
    notifications: Uri,
}

/// What every call carries.
struct Identity {
    user: HeaderValue,
    roles: HeaderValue,
    request: HeaderValue,
}

impl Screen {
    fn new(settings: &Settings) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            key: DecodingKey::from_secret(settings.secret.as_bytes()),
            validation: token::validation(settings),
            profile: settings.users.url().parse()?,
            orders: settings.orders.url().parse()?,
            notifications: settings.notifications.url().parse()?,
        })
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let mut response = Response::default();
        match self.overview(&request).await {
            Ok(body) => {
                response.headers_mut().insert(CONTENT_TYPE, JSON);
                *response.body_mut() = Full::new(body);
            }
            Err(status) => *response.status_mut() = status,
        }
        Ok(response)
    }

    async fn overview(&self, request: &Request<Incoming>) -> Result<Bytes, StatusCode> {
        if request.uri().path() != SCREEN_PATH {
            return Err(StatusCode::NOT_FOUND);
        }
        let caller = self.verify(request).ok_or(StatusCode::UNAUTHORIZED)?;
        let (profile, orders, notifications) = tokio::try_join!(
            self.call(&self.profile, &caller),
            self.call(&self.orders, &caller),
            self.call(&self.notifications, &caller),
        )?;
        let mut body = BytesMut::with_capacity(profile.len() + orders.len() + notifications.len() + 64);
        body.put_slice(br#"{"profile":"#);
        body.put_slice(&profile);
        body.put_slice(br#","orders":"#);
        body.put_slice(&orders);
        body.put_slice(br#","notifications":"#);
        body.put_slice(&notifications);
        body.put_u8(b'}');
        Ok(body.freeze())
    }

    fn verify(&self, request: &Request<Incoming>) -> Option<Identity> {
        let token = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let claims = jsonwebtoken::decode::<token::Claims>(token, &self.key, &self.validation).ok()?.claims;
        Some(Identity {
            user: claims.sub.try_into().ok()?,
            roles: claims.roles.join(",").try_into().ok()?,
            request: uuid::Uuid::now_v7().to_string().try_into().ok()?,
        })
    }

    async fn call(&self, service: &Uri, caller: &Identity) -> Result<Bytes, StatusCode> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = service.clone();
        request.headers_mut().insert(USER_ID, caller.user.clone());
        request.headers_mut().insert(USER_ROLES, caller.roles.clone());
        request.headers_mut().insert(REQUEST_ID, caller.request.clone());
        let response = self.client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        if response.status() != StatusCode::OK {
            return Err(StatusCode::BAD_GATEWAY);
        }
        Ok(response.into_body().collect().await.map_err(|_| StatusCode::BAD_GATEWAY)?.to_bytes())
    }
}
