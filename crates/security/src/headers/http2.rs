//! A client of HTTP/2 without TLS. It can say what HTTP/2 can: names in lower case, twice, and trailers.

use std::{convert::Infallible, net::SocketAddr};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody, combinators::BoxBody};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::generate::Request;

type Body = BoxBody<Bytes, Infallible>;

/// One connection.
pub(crate) struct Client {
    address: SocketAddr,
    sender: Option<SendRequest<Body>>,
}

impl Client {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self { address, sender: None }
    }

    /// Sends it, and returns the status and the request ids of the reply.
    pub(crate) async fn ask(&mut self, request: &Request<'_>) -> Result<(u16, Vec<String>)> {
        let request = built(request, self.address)?;
        let mut sender = match self.sender.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        sender.ready().await.context("an HTTP/2 connection")?;
        let response = sender.send_request(request).await.context("a reply over HTTP/2")?;
        let (head, body) = response.into_parts();
        body.collect().await.context("a whole reply over HTTP/2")?;
        self.sender = Some(sender);
        let ids = head.headers.get_all("x-request-id").iter();
        let ids = ids.map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned()).collect();
        Ok((head.status.as_u16(), ids))
    }

    async fn connect(&self) -> Result<SendRequest<Body>> {
        let stream = TcpStream::connect(self.address).await.context("the BFF listens")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

fn built(request: &Request<'_>, address: SocketAddr) -> Result<http::Request<Body>> {
    let mut frames = Vec::new();
    if let Some(body) = request.target.body {
        frames.push(Ok::<_, Infallible>(Frame::data(Bytes::from_static(body.as_bytes()))));
    }
    if let Some(trailers) = &request.trailers {
        frames.push(Ok(Frame::trailers(headers(trailers))));
    }
    let body = Body::new(StreamBody::new(stream::iter(frames)));
    let method = if request.target.body.is_some() { "POST" } else { "GET" };
    let uri = format!("http://{address}{}", request.target.path);
    let mut built = http::Request::builder().method(method).uri(uri).body(body)?;
    *built.headers_mut() = headers(&request.lines);
    if request.target.body.is_some() {
        built.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    }
    Ok(built)
}

/// The lines that HTTP/2 has: those of one connection are none of its own (RFC 9113, 8.2.2).
fn headers(lines: &[Vec<u8>]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value)
            && !["connection", "keep-alive", "te", "proxy-connection", "upgrade"].contains(&name.as_str())
        {
            headers.append(name, value);
        }
    }
    headers
}
