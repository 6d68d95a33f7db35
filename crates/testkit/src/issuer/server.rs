//! The issuer on the wire: a description and a key set, one answer a connection.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{IssuerFault, State};

/// More than any buffer between two sockets takes.
const ENDLESS: usize = 64 << 20;

static SPACES: [u8; 4096] = [b' '; 4096];

pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream, Arc::clone(&state)));
    }
}

/// Whoever goes away has seen enough, so errors end it.
async fn answer(mut stream: TcpStream, state: Arc<State>) {
    let fault = state.fault();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let is_set = head.starts_with("GET /jwks ");
    let counter = if is_set { &state.fetches } else { &state.descriptions };
    counter.fetch_add(1, Relaxed);
    let reply = match fault {
        Some(IssuerFault::Down) => return,
        Some(IssuerFault::Hang) => std::future::pending().await,
        Some(IssuerFault::Status(status)) => {
            format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n").into_bytes()
        }
        Some(IssuerFault::Redirect) => {
            let to = state.canary.url("/jwks");
            format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
        }
        Some(IssuerFault::HangMidBody) => {
            let whole = body(&state, is_set);
            let _ = stream.write_all(&ok(&whole)[..]).await;
            let _ = stream.write_all(&whole[..whole.len() / 2]).await;
            return std::future::pending().await;
        }
        Some(IssuerFault::Endless) if is_set => return endless(stream, &state).await,
        Some(IssuerFault::Set(bytes)) if is_set => [ok(&bytes), bytes].concat(),
        Some(IssuerFault::WrongIssuer) if !is_set => {
            let body = description("https://evil.example.test", &state).to_string().into_bytes();
            [ok(&body), body].concat()
        }
        _ if is_set || head.starts_with("GET /.well-known/openid-configuration ") => {
            let body = body(&state, is_set);
            [ok(&body), body].concat()
        }
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    };
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
}

fn body(state: &State, is_set: bool) -> Vec<u8> {
    let json = if is_set { state.published() } else { description(&state.url, state) };
    json.to_string().into_bytes()
}

/// OpenID Connect Discovery 1.0, section 3: what it must say, and what concerns us.
fn description(issuer: &str, state: &State) -> serde_json::Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{}/jwks", state.url),
        "authorization_endpoint": format!("{}/auth", state.url),
        "token_endpoint": format!("{}/token", state.url),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
    })
}

fn ok(body: &[u8]) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
        .into_bytes()
}

/// The set, and then spaces, of no announced length: it would be a good one, were it ever whole.
async fn endless(mut stream: TcpStream, state: &State) {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
    if stream.write_all(&[&head[..], &body(state, true)[..]].concat()).await.is_err() {
        return;
    }
    for _ in 0..ENDLESS / SPACES.len() {
        if stream.write_all(&SPACES).await.is_err() {
            return;
        }
    }
}
