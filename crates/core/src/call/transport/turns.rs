//! A connection that lets others have their turn.
//!
//! h2 reads for as long as bytes are there and keeps what it has read until whoever waits for the answer is polled. A service
//! that floods its caller, with interim responses for example, would fill memory in one such turn and hold the worker
//! meanwhile.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};

/// Reads in one turn. Each is one buffer of h2, some 16 KiB.
const READS: u8 = 2;

/// A stream that ends its turn after a few reads.
pub(super) struct Turns<IO> {
    io: IO,
    reads: u8,
}

impl<IO> Turns<IO> {
    pub(super) fn new(io: IO) -> Self {
        Self { io, reads: 0 }
    }
}

impl<IO: Read + Unpin> Read for Turns<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.reads == READS {
            self.reads = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(read) = Pin::new(&mut self.io).poll_read(cx, buffer) else {
            self.reads = 0;
            return Poll::Pending;
        };
        self.reads += 1;
        Poll::Ready(read)
    }
}

impl<IO: Write + Unpin> Write for Turns<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures::task::noop_waker_ref;
    use hyper::rt::ReadBuf;

    use super::*;

    /// A stream that has always something to read.
    struct Flood;

    impl Read for Flood {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            mut buffer: ReadBufCursor<'_>,
        ) -> Poll<io::Result<()>> {
            buffer.put_slice(&[7; 16]);
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn a_turn_ends_after_a_few_reads_and_another_one_begins() {
        let mut turns = Turns::new(Flood);
        let waker: &Waker = noop_waker_ref();
        let mut read = || {
            let mut bytes = [0; 64];
            let mut buffer = ReadBuf::new(&mut bytes);
            Pin::new(&mut turns).poll_read(&mut Context::from_waker(waker), buffer.unfilled()).is_ready()
        };
        let turns: Vec<bool> = (0..10).map(|_| read()).collect();
        assert_eq!(turns, [true, true, false, true, true, false, true, true, false, true]);
    }
}
