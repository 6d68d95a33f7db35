//! One connection to a scripted service.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::sleep;

use crate::behaviour::Act;
use crate::service::Shared;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n\
    {\"id\":\"1\",\"name\":\"one\"}";
const FAILED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
const ENDLESS: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{";
const INTERIM: &[u8] = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";

/// Interim responses in one write.
const FLOOD: usize = 64;

/// What precedes a number in the request ids that the runner chooses.
pub(crate) const CLIENT: &str = "client-";

/// Serves requests one after another until the caller goes away.
pub(crate) async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.split();
    let mut head = Vec::with_capacity(1024);
    loop {
        head.clear();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let now = Instant::now();
        let open = shared.begin(client(&head), now);
        let act = shared.act(open.number(), now);
        tokio::select! {
            answered = perform(act, &mut writer) => answered?,
            () = gone(&mut reader) => return Ok(()),
        }
    }
}

/// Which client of the runner's the attempt is for.
fn client(head: &[u8]) -> Option<usize> {
    let head = str::from_utf8(head).ok()?;
    let (_, id) = head.split_once("\r\nx-request-id: ")?;
    let (id, _) = id.strip_prefix(CLIENT)?.split_once("\r\n")?;
    id.parse().ok()
}

async fn perform(act: Act, writer: &mut WriteHalf<'_>) -> io::Result<()> {
    match act {
        Act::Answer(at) => {
            tokio::time::sleep_until(at.into()).await;
            writer.write_all(OK).await
        }
        Act::Say(bytes) => writer.write_all(&bytes).await,
        Act::Fail => writer.write_all(FAILED).await,
        Act::Never => std::future::pending().await,
        Act::Trickle => {
            writer.write_all(ENDLESS).await?;
            loop {
                sleep(Duration::from_millis(10)).await;
                writer.write_all(b" ").await?;
            }
        }
        Act::Flood => {
            let interim = INTERIM.repeat(FLOOD);
            loop {
                writer.write_all(&interim).await?;
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Ends when the caller has closed the connection; it sends nothing more before it has its answer.
async fn gone(reader: &mut ReadHalf<'_>) {
    let mut byte = [0];
    drop(reader.read(&mut byte).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_known_by_the_request_id_of_its_client() {
        let head = |id: &str| format!("GET /item HTTP/1.1\r\nx-request-id: {id}\r\nhost: c\r\n\r\n");
        assert_eq!(client(head("client-42").as_bytes()), Some(42));
        assert_eq!(client(head("0198a1b2").as_bytes()), None);
        let body = OK.rsplit(|byte| *byte == b'\n').next();
        assert_eq!(body.map(<[u8]>::len), Some(23), "as its head says");
    }
}
