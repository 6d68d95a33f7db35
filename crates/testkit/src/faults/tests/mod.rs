//! Each fault through the port of its service, as a client that looks at every byte meets it.
#![expect(clippy::disallowed_methods, reason = "these tests are clients of the mocks")]

mod answers;
mod gate;
mod grpc;
mod http;
mod text;

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::MockServices;

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing has to come until it is called silence.
const QUIET: Duration = Duration::from_millis(100);

/// What is endless is not read for long.
const ENOUGH: usize = 1024 * 1024;

/// How a connection ended, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Refused,
    Closed,
    Reset,
    Silent,
    Endless,
}

/// A connection to a service.
async fn connect(services: &MockServices, service: &str) -> std::io::Result<TcpStream> {
    TcpStream::connect(services.url(service).trim_start_matches("http://")).await
}

/// Sends these bytes and reads: to the end, or until these other bytes have come and a while longer.
async fn ask(services: &MockServices, service: &str, request: &[u8], until: &[u8]) -> (Vec<u8>, End) {
    let mut stream = match connect(services, service).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => return (Vec::new(), End::Refused),
        Err(error) => panic!("{error}"),
    };
    stream.write_all(request).await.unwrap();
    read(&mut stream, until).await
}

/// Sends these bytes and reads until these other bytes have come.
async fn ask_well(services: &MockServices, service: &str, request: &[u8], until: &[u8]) -> Vec<u8> {
    let (mut stream, mut bytes) = (connect(services, service).await.unwrap(), Vec::new());
    stream.write_all(request).await.unwrap();
    while !contains(&bytes, until) {
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "it ends after {:?}", String::from_utf8_lossy(&bytes));
    }
    bytes
}

async fn read(stream: &mut TcpStream, until: &[u8]) -> (Vec<u8>, End) {
    let (mut bytes, mut found) = (Vec::new(), None);
    loop {
        if found.is_none() && contains(&bytes, until) {
            found = Some(Instant::now());
        }
        if found.is_some_and(|at| at.elapsed() > QUIET * 3 || bytes.len() > ENOUGH) {
            return (bytes, End::Endless);
        }
        let patience = if found.is_some() { QUIET } else { PATIENCE };
        match timeout(patience, stream.read_buf(&mut bytes)).await {
            Ok(Ok(0)) => return (bytes, End::Closed),
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset => return (bytes, End::Reset),
            Ok(Err(error)) => panic!("{error}"),
            Err(_) if found.is_some() => return (bytes, End::Silent),
            Err(late) => panic!("{:?}: {late} after {bytes:?}", String::from_utf8_lossy(until)),
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || bytes.windows(wanted.len()).any(|window| window == wanted)
}
