//! A reply's body, up to a cap, in little more memory than it takes.

use std::error::Error as StdError;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt as _;

use super::pool::unavailable;
use crate::call::{CallError, Reason, causes};

/// The body, up to the cap. Most replies come in one piece, which is then not copied.
pub(super) async fn read<B>(body: B, max: usize) -> Result<Bytes, CallError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let too_large = || CallError::new(Reason::InvalidReply, format!("the reply is larger than {max} bytes"));
    // A body that announces too much need not be read to prove it.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        return Err(too_large());
    }
    let mut body = std::pin::pin!(body);
    let (mut first, mut whole, mut length) = (Bytes::new(), Segments::default(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|error| broken_off(error.into().as_ref()))?.into_data() else {
            continue;
        };
        length += piece.len();
        if length > max {
            return Err(too_large());
        }
        if first.is_empty() && whole.is_empty() {
            first = piece;
            continue;
        }
        whole.push(&std::mem::take(&mut first), announced);
        whole.push(&piece, announced);
    }
    Ok(if whole.is_empty() { first } else { whole.joined(length) })
}

/// The longest segment, where a reply does not announce its length.
const LONGEST: usize = 64 << 10;

/// Bytes that came in pieces. Not one buffer that doubles: the old one and the new one would be there at the same time. Not
/// the pieces themselves: a service may send single bytes.
#[derive(Default)]
struct Segments {
    full: Vec<BytesMut>,
    last: BytesMut,
}

impl Segments {
    fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// `announced` is the length that the whole will have, or 0: then segments double up to the longest.
    fn push(&mut self, piece: &[u8], announced: usize) {
        if self.last.capacity() - self.last.len() < piece.len() {
            let doubled = (2 * self.last.capacity()).min(LONGEST);
            let next = BytesMut::with_capacity(piece.len().max(doubled).max(announced));
            let full = std::mem::replace(&mut self.last, next);
            if !full.is_empty() {
                self.full.push(full);
            }
        }
        self.last.extend_from_slice(piece);
    }

    fn joined(mut self, length: usize) -> Bytes {
        if self.full.is_empty() {
            return self.last.freeze();
        }
        let mut whole = BytesMut::with_capacity(length);
        self.full.push(self.last);
        self.full.iter().for_each(|segment| whole.extend_from_slice(segment));
        whole.freeze()
    }
}

/// A connection that broke, or bytes that do not decompress.
fn broken_off(error: &(dyn StdError + 'static)) -> CallError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<hyper::Error>() {
            return unavailable(error);
        }
        cause = error.source();
    }
    CallError::new(Reason::InvalidReply, causes(error))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::stream;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use proptest::prelude::*;

    use super::*;

    /// A body of unannounced length, in these pieces.
    fn pieces(lengths: &[usize]) -> (impl Body<Data = Bytes, Error = Infallible>, Vec<u8>) {
        let pieces: Vec<Vec<u8>> =
            (0_u8..=255).cycle().zip(lengths).map(|(byte, length)| vec![byte; *length]).collect();
        let frames: Vec<_> = pieces.iter().map(|piece| Ok(Frame::data(Bytes::from(piece.clone())))).collect();
        (StreamBody::new(stream::iter(frames)), pieces.concat())
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime without drivers").block_on(future)
    }

    proptest! {
        #[test]
        fn it_is_what_was_sent_or_too_large(lengths in prop::collection::vec(0_usize..100_000, 0..20), max in 0_usize..1_000_000) {
            let (body, sent) = pieces(&lengths);
            match now(read(body, max)) {
                Ok(bytes) => {
                    prop_assert!(sent.len() <= max);
                    prop_assert!(bytes == sent);
                }
                Err(error) => {
                    prop_assert!(sent.len() > max);
                    prop_assert_eq!(error.reason(), Reason::InvalidReply);
                }
            }
        }
    }

    #[test]
    fn a_body_that_announces_too_much_is_not_read() {
        let error =
            now(read(Full::new(Bytes::from_static(b"12345")), 4)).expect_err("5 bytes are more than 4");
        assert_eq!(error.detail(), "the reply is larger than 4 bytes");
        assert_eq!(now(read(Full::new(Bytes::from_static(b"1234")), 4)).expect("4 are not"), "1234");
    }

    #[test]
    fn segments_are_bounded_and_what_is_announced_is_one() {
        let mut unannounced = Segments::default();
        (0..1000).for_each(|_| unannounced.push(&[7; 1000], 0));
        assert!(unannounced.full.iter().all(|segment| segment.capacity() <= LONGEST));
        let mut announced = Segments::default();
        (0..1000).for_each(|_| announced.push(&[7; 1000], 1_000_000));
        assert!(announced.full.is_empty() && announced.last.capacity() == 1_000_000);
    }
}
