//! Spoils an answer over HTTP/1.1: reads the request, lets the service answer it, and writes what is left of the answer by
//! hand. A connection serves one request, since nothing can follow what comes here.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::interval,
};

use super::{
    Fault,
    padding::{PADDING, PROMISED},
};

const EARLY_HINTS: &str = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";

pub(super) async fn spoil(mut caller: TcpStream, mut service: TcpStream, fault: Fault) -> io::Result<()> {
    let request = Message::read(&mut caller).await?;
    service.write_all(&[request.head.as_bytes(), &request.body].concat()).await?;
    let right = Message::read(&mut service).await?;
    let body = right.body.as_slice();
    let of_length = |length: usize| right.head_with(&format!("content-length: {length}"));
    let half = [of_length(body.len()).as_bytes(), &body[..body.len() / 2]].concat();
    match fault {
        Fault::HangBeforeHead => silence(caller).await,
        Fault::HangMidBody => {
            caller.write_all(&half).await?;
            silence(caller).await
        }
        Fault::Trickle(every) => {
            caller.write_all(of_length(body.len() + PADDING).as_bytes()).await?;
            trickle(caller, body, every).await
        }
        Fault::ResetBeforeHead => caller.set_zero_linger(),
        Fault::CloseBeforeHead => Ok(()),
        Fault::ResetMidBody => {
            caller.set_zero_linger()?;
            caller.write_all(&half).await
        }
        Fault::TruncatedLength => {
            let head = of_length(body.len() + PROMISED);
            caller.write_all(&[head.as_bytes(), body].concat()).await
        }
        Fault::InvalidChunking => {
            let head = right.head_with("transfer-encoding: chunked");
            caller.write_all(&[head.as_bytes(), b"many\r\n", body, b"\r\n0\r\n\r\n"].concat()).await
        }
        Fault::InformationalFlood => loop {
            caller.write_all(EARLY_HINTS.repeat(64).as_bytes()).await?;
        },
        // Not of a connection, of another protocol, or the gate's own.
        Fault::RetryAfter { .. }
        | Fault::RedirectLoop
        | Fault::RedirectElsewhere(_)
        | Fault::Stalls { .. }
        | Fault::RstStream
        | Fault::RstStreamMidMessage
        | Fault::GoAway
        | Fault::Refuse
        | Fault::AcceptAndHang
        | Fault::SlowAccept(_)
        | Fault::Flapping { .. } => {
            caller.write_all(&[of_length(body.len()).as_bytes(), body].concat()).await
        }
    }
}

/// Says nothing more until the caller has had enough.
async fn silence(mut caller: TcpStream) -> io::Result<()> {
    let mut ignored = [0; 1024];
    while caller.read(&mut ignored).await? > 0 {}
    Ok(())
}

async fn trickle(mut caller: TcpStream, body: &[u8], every: Duration) -> io::Result<()> {
    let mut beat = interval(every.max(Duration::from_micros(1)));
    beat.tick().await; // the first is at once
    for byte in body.iter().chain(std::iter::repeat_n(&b' ', PADDING)) {
        beat.tick().await;
        caller.write_all(&[*byte]).await?;
    }
    Ok(())
}

/// A request or an answer. Both sides here say how long their bodies are.
struct Message {
    /// Its lines, and the empty one that ends them.
    head: String,
    body: Vec<u8>,
}

impl Message {
    async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            more(stream, &mut bytes).await?;
        };
        let body = bytes.split_off(end);
        let mut message = Self { head: String::from_utf8_lossy(&bytes).into_owned(), body };
        let length = message.lines().find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
        });
        while message.body.len() < length.unwrap_or(0) {
            more(stream, &mut message.body).await?;
        }
        Ok(message)
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.lines().filter_map(|line| line.split_once(':'))
    }

    /// The head with this line in place of those that say where the body ends.
    fn head_with(&self, framing: &str) -> String {
        let of_framing = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default();
            !["content-length", "transfer-encoding"].iter().any(|other| name.eq_ignore_ascii_case(other))
        };
        let lines = self.head.trim_end().split("\r\n").filter(of_framing);
        lines.chain([framing, "", ""]).collect::<Vec<_>>().join("\r\n")
    }
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(bytes).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
