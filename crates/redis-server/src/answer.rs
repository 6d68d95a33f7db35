//! One command on a connection of its own, in Redis' protocol (RESP2).

use std::{
    io::{self, BufRead as _, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

/// What Redis answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is there.
    Nil,
    /// A number.
    Integer(i64),
    /// A text or any other bytes.
    Bytes(Vec<u8>),
    /// Several answers.
    List(Vec<Answer>),
}

impl Answer {
    /// The bytes.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            other => panic!("no bytes: {other:?}"),
        }
    }

    /// The bytes as text. Panics as [`bytes`](Self::bytes) does.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// The number.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn integer(&self) -> i64 {
        match self {
            Self::Integer(number) => *number,
            other => panic!("no number: {other:?}"),
        }
    }

    /// The answers of a list.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(answers) => answers,
            other => panic!("no list: {other:?}"),
        }
    }
}

/// Where a server is asked without TLS.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    Port(u16),
    Socket(PathBuf),
}

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Door {
    fn open(&self) -> io::Result<Box<dyn Stream>> {
        const PATIENCE: Option<Duration> = Some(Duration::from_secs(5));
        match self {
            Self::Port(port) => {
                let stream = TcpStream::connect(("127.0.0.1", *port))?;
                stream.set_read_timeout(PATIENCE)?;
                Ok(Box::new(stream))
            }
            Self::Socket(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(PATIENCE)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// Asks a server. Fails with what went wrong, an error that it answered too.
pub(crate) fn ask<A: AsRef<[u8]>>(
    door: &Door,
    password: Option<&str>,
    command: impl IntoIterator<Item = A>,
) -> Result<Answer, String> {
    let mut stream = BufReader::new(door.open().map_err(|error| error.to_string())?);
    if let Some(password) = password {
        send(&mut stream, &[b"AUTH", password.as_bytes()])?;
    }
    let command: Vec<A> = command.into_iter().collect();
    send(&mut stream, &command.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

fn send(stream: &mut BufReader<Box<dyn Stream>>, command: &[&[u8]]) -> Result<Answer, String> {
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for argument in command {
        bytes.extend(format!("${}\r\n", argument.len()).bytes());
        bytes.extend_from_slice(argument);
        bytes.extend_from_slice(b"\r\n");
    }
    stream.get_mut().write_all(&bytes).map_err(|error| error.to_string())?;
    read(stream)
}

fn read(stream: &mut BufReader<Box<dyn Stream>>) -> Result<Answer, String> {
    let mut line = String::new();
    stream.read_line(&mut line).map_err(|error| error.to_string())?;
    let mut characters = line.trim_end().chars();
    let (kind, rest) = (characters.next(), characters.as_str());
    let number = || rest.parse::<i64>().map_err(|_| format!("no number: {line:?}"));
    match kind {
        Some('+') => Ok(Answer::Bytes(rest.as_bytes().to_vec())),
        Some('-') => Err(rest.to_owned()),
        Some(':') => Ok(Answer::Integer(number()?)),
        Some('$') => {
            let Ok(length) = usize::try_from(number()?) else { return Ok(Answer::Nil) };
            let mut bytes = vec![0; length + 2];
            stream.read_exact(&mut bytes).map_err(|error| error.to_string())?;
            bytes.truncate(length);
            Ok(Answer::Bytes(bytes))
        }
        Some('*') => {
            let Ok(length) = usize::try_from(number()?) else { return Ok(Answer::Nil) };
            (0..length).map(|_| read(stream)).collect::<Result<_, _>>().map(Answer::List)
        }
        _ => Err(format!("no answer: {line:?}")),
    }
}
