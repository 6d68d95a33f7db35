//! Spoils answers over gRPC. Frames of the connection pass; the service's answers are gathered and spoiled one by one when
//! they are whole, since many share a connection.

use std::{
    collections::BTreeMap,
    io,
    ops::ControlFlow::{self, Break, Continue},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::mpsc,
    time::interval,
};

use super::{
    Fault,
    frames::{CONTINUATION, DATA, END_STREAM, Frame, HEADERS, PREFACE, RST_STREAM, WINDOW_UPDATE},
    padding::{PROMISED, padded, promising},
};

pub(super) async fn spoil(mut caller: TcpStream, mut service: TcpStream, fault: Fault) -> io::Result<()> {
    if matches!(fault, Fault::ResetBeforeHead | Fault::ResetMidBody) {
        caller.set_zero_linger()?;
    }
    let (mut asks, to_caller) = caller.split();
    let (answers, mut to_service) = service.split();
    let mut preface = [0; PREFACE.len()];
    asks.read_exact(&mut preface).await?;
    to_service.write_all(&preface).await?;
    let (said, heard) = mpsc::channel(64);
    let spoiler = Spoiler { fault, to_caller, to_service, gathered: BTreeMap::new(), endless: Vec::new() };
    tokio::select! {
        ended = listen(asks, Said::ByCaller, said.clone()) => ended,
        ended = listen(answers, Said::ByService, said) => ended,
        ended = spoiler.run(heard) => ended,
    }
}

enum Said {
    ByCaller(Frame),
    ByService(Frame),
}

async fn listen(mut from: ReadHalf<'_>, by: fn(Frame) -> Said, said: mpsc::Sender<Said>) -> io::Result<()> {
    while said.send(by(Frame::read(&mut from).await?)).await.is_ok() {}
    Ok(())
}

struct Spoiler<'a> {
    fault: Fault,
    to_caller: WriteHalf<'a>,
    to_service: WriteHalf<'a>,
    /// What the service has said so far on each stream.
    gathered: BTreeMap<u32, Vec<u8>>,
    /// Streams whose answers go on and on, and what is left of them.
    endless: Vec<(u32, std::vec::IntoIter<u8>)>,
}

impl Spoiler<'_> {
    async fn run(mut self, mut heard: mpsc::Receiver<Said>) -> io::Result<()> {
        let every = if let Fault::Trickle(every) = self.fault { every } else { Duration::ZERO };
        let mut beat = interval(every.max(Duration::from_micros(1)));
        loop {
            tokio::select! {
                biased;
                said = heard.recv() => match said {
                    Some(Said::ByCaller(frame)) => self.ask(&frame).await?,
                    Some(Said::ByService(frame)) => {
                        if self.endless.is_empty() {
                            beat.reset();
                        }
                        if self.answer(frame).await?.is_break() {
                            return Ok(());
                        }
                    }
                    None => return Ok(()),
                },
                _ = beat.tick(), if !self.endless.is_empty() => self.go_on().await?,
            }
        }
    }

    async fn ask(&mut self, frame: &Frame) -> io::Result<()> {
        match frame.kind {
            // It speaks of what it got from us. What the service may send is ours to say.
            WINDOW_UPDATE => return Ok(()),
            RST_STREAM => self.endless.retain(|(stream, _)| *stream != frame.stream),
            _ => {}
        }
        self.to_service.write_all(&frame.bytes()).await
    }

    async fn answer(&mut self, frame: Frame) -> io::Result<ControlFlow<()>> {
        match frame.kind {
            DATA if !frame.payload.is_empty() => {
                let mut credit = Frame::credit(0, frame.payload.len()).bytes();
                if !frame.ends() {
                    credit.extend(Frame::credit(frame.stream, frame.payload.len()).bytes());
                }
                self.to_service.write_all(&credit).await?;
                self.gathered.entry(frame.stream).or_default().extend(&frame.payload);
            }
            DATA | HEADERS | CONTINUATION => {}
            _ => {
                self.gathered.retain(|stream, _| frame.kind != RST_STREAM || *stream != frame.stream);
                self.to_caller.write_all(&frame.bytes()).await?;
            }
        }
        if !frame.ends() {
            return Ok(Continue(()));
        }
        let message = self.gathered.remove(&frame.stream).unwrap_or_default();
        self.spoil(frame.stream, message).await
    }

    async fn spoil(&mut self, stream: u32, message: Vec<u8>) -> io::Result<ControlFlow<()>> {
        let (head, half) = (Frame::head(stream), Frame::data(stream, &message[..message.len() / 2]));
        let frames = match self.fault {
            Fault::HangBeforeHead | Fault::ResetBeforeHead | Fault::CloseBeforeHead => vec![],
            Fault::HangMidBody | Fault::ResetMidBody => vec![head, half],
            Fault::Trickle(_) => {
                self.endless.push((stream, padded(message).into_iter()));
                vec![head]
            }
            Fault::InformationalFlood => {
                self.endless.push((stream, Vec::new().into_iter()));
                vec![]
            }
            Fault::RstStream => vec![Frame::reset(stream)],
            Fault::RstStreamMidMessage => vec![head, half, Frame::reset(stream)],
            Fault::GoAway => vec![Frame::go_away()],
            Fault::TruncatedLength => {
                let promising = Frame::data(stream, &promising(message, PROMISED));
                vec![head, Frame { flags: END_STREAM, ..promising }]
            }
            // Not of a connection, of another protocol, or the gate's own.
            Fault::RetryAfter { .. }
            | Fault::RedirectLoop
            | Fault::RedirectElsewhere(_)
            | Fault::Stalls { .. }
            | Fault::InvalidChunking
            | Fault::Refuse
            | Fault::AcceptAndHang
            | Fault::SlowAccept(_)
            | Fault::Flapping { .. } => vec![head, Frame::data(stream, &message), Frame::trailers(stream)],
        };
        let bytes: Vec<_> = frames.iter().flat_map(Frame::bytes).collect();
        self.to_caller.write_all(&bytes).await?;
        match self.fault {
            Fault::CloseBeforeHead => self.to_caller.shutdown().await?,
            Fault::ResetBeforeHead | Fault::ResetMidBody => {}
            _ => return Ok(Continue(())),
        }
        Ok(Break(()))
    }

    /// One step of each answer that goes on and on.
    async fn go_on(&mut self) -> io::Result<()> {
        let flood = self.fault == Fault::InformationalFlood;
        let mut bytes = Vec::new();
        self.endless.retain_mut(|(stream, rest)| {
            if flood {
                bytes.extend(Frame::early_hints(*stream).bytes().repeat(64));
                return true;
            }
            let next = rest.next();
            let frame = next.map_or_else(|| Frame::trailers(*stream), |byte| Frame::data(*stream, &[byte]));
            bytes.extend(frame.bytes());
            next.is_some()
        });
        self.to_caller.write_all(&bytes).await
    }
}
