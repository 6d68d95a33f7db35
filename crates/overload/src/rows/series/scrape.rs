//! One scrape: how many series there are, and how many requests they have counted.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use bff_bench::reply::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What one scrape said.
pub(super) struct Scraped {
    pub(super) series: usize,
    pub(super) requests: u64,
    pub(super) bytes: usize,
}

pub(super) async fn of(admin: SocketAddr) -> Result<Scraped> {
    let mut stream = TcpStream::connect(admin).await?;
    stream.write_all(format!("GET /metrics HTTP/1.1\r\nhost: {admin}\r\n\r\n").as_bytes()).await?;
    let mut incoming = Incoming::new();
    loop {
        let read = stream.read(incoming.space()).await?;
        if let Some(reply) = incoming.advance(read)? {
            return read_page(std::str::from_utf8(&reply.body)?);
        }
    }
}

fn read_page(page: &str) -> Result<Scraped> {
    let samples = || page.lines().filter(|line| !line.starts_with('#'));
    let counts = samples().filter(|line| line.starts_with("http_server_request_duration_seconds_count"));
    let mut requests = 0;
    for line in counts {
        let (_, value) = line.rsplit_once(' ').context("a sample has a value")?;
        requests += value.parse::<u64>()?;
    }
    Ok(Scraped { series: samples().count(), requests, bytes: page.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_and_comments_are_not() {
        let page = "# TYPE up gauge\nup 1\n\
                    http_server_request_duration_seconds_count{http_route=\"/a\"} 3\n\
                    http_server_request_duration_seconds_count{http_route=\"/b\"} 4\n";
        let scraped = read_page(page).expect("a page");
        assert_eq!((scraped.series, scraped.requests), (3, 7));
    }
}
