//! An entry's bytes in Redis. What does not parse to its last byte is no entry.
//!
//! Numbers are big-endian. First the format's own number and a byte of flags; the count of versions and the versions; the
//! key, after its length; three times in milliseconds; `ETag` and `Last-Modified`, each after its length, where a flag says
//! so; the body's length, and the body, which zstd made shorter where a flag says so.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http::HeaderValue;

use super::{Sheet, millis, scripts::VERSION};

const FORMAT: u8 = 1;

const JSON: u8 = 1;
const NEGATIVE: u8 = 1 << 1;
const ETAG: u8 = 1 << 2;
const LAST_MODIFIED: u8 = 1 << 3;
const ZSTD: u8 = 1 << 4;

/// Bodies up to this stay as they are: there is little to win.
const SHORT: usize = 1 << 10;

/// The fastest of zstd's usual levels.
const LEVEL: i32 = 1;

/// What may be left of an entry beyond its whole time: the writer's clock and Redis' don't tick alike.
const SLACK: Duration = Duration::from_millis(500);

/// What an entry may be longer than its body.
pub(super) const MOST_HEAD: usize = 64 << 10;

impl Sheet {
    /// Its whole time, from the moment at which it was new.
    pub(super) fn lifetime(&self) -> Duration {
        whole(self.fresh_for) + whole(self.while_revalidate).max(whole(self.if_error))
    }

    /// The same sheet, as old as it is if it has so many milliseconds left. None if it can't have: somebody else set its end.
    pub(super) fn with_time_left(self, left: i64) -> Option<Self> {
        let left = Duration::from_millis(u64::try_from(left).ok().filter(|left| *left > 0)?);
        let lifetime = self.lifetime();
        (left <= lifetime + SLACK).then(|| Self { age: lifetime.saturating_sub(left), ..self })
    }
}

/// The entry of a key, read under these versions. None if its head is too long.
pub(super) fn encode(key: &[u8], versions: &[u8], sheet: &Sheet) -> Option<Vec<u8>> {
    let shorter = (sheet.body.len() > SHORT).then(|| zstd::bulk::compress(&sheet.body, LEVEL).ok()).flatten();
    let shorter = shorter.filter(|shorter| shorter.len() < sheet.body.len());
    let body = shorter.as_deref().unwrap_or(&sheet.body);

    let set = |flag: u8, is_set: bool| if is_set { flag } else { 0 };
    let flags = set(JSON, sheet.json)
        | set(NEGATIVE, sheet.negative)
        | set(ETAG, sheet.etag.is_some())
        | set(LAST_MODIFIED, sheet.last_modified.is_some())
        | set(ZSTD, shorter.is_some());
    let mut entry = Vec::with_capacity(body.len() + key.len() + versions.len() + 128);
    entry.extend([FORMAT, flags, u8::try_from(versions.len() / VERSION).ok()?]);
    entry.extend_from_slice(versions);
    push(&mut entry, key)?;
    for time in [sheet.fresh_for, sheet.while_revalidate, sheet.if_error] {
        entry.extend(short_millis(time).to_be_bytes());
    }
    for header in [&sheet.etag, &sheet.last_modified].into_iter().flatten() {
        push(&mut entry, header.as_bytes())?;
    }
    entry.extend(u32::try_from(sheet.body.len()).ok()?.to_be_bytes());
    if entry.len() > MOST_HEAD {
        return None;
    }
    entry.extend_from_slice(body);
    Some(entry)
}

/// What an entry says, if it is the one of this key, was read under these versions and is no longer than that when it is
/// unpacked. Its age is not in it.
pub(super) fn decode(entry: Vec<u8>, key: &[u8], versions: &[u8], max_entry: usize) -> Option<Sheet> {
    let mut rest = Bytes::from(entry);
    if rest.try_get_u8().ok()? != FORMAT {
        return None;
    }
    let flags = rest.try_get_u8().ok()?;
    let count = usize::from(rest.try_get_u8().ok()?);
    if take(&mut rest, count * VERSION)? != versions || pull(&mut rest)? != key {
        return None;
    }
    let mut time = || rest.try_get_u32().ok().map(|millis| Duration::from_millis(millis.into()));
    let (fresh_for, while_revalidate, if_error) = (time()?, time()?, time()?);
    let mut header = |flag: u8| match flags & flag {
        0 => Some(None),
        _ => Some(Some(HeaderValue::from_maybe_shared(pull(&mut rest)?).ok()?)),
    };
    let (etag, last_modified) = (header(ETAG)?, header(LAST_MODIFIED)?);
    let length = usize::try_from(rest.try_get_u32().ok()?).ok().filter(|length| *length <= max_entry)?;
    // Never more than what was announced: a few bytes may unpack to a thousand times as many.
    let body = if flags & ZSTD == 0 { rest } else { zstd::bulk::decompress(&rest, length).ok()?.into() };
    let (json, negative) = (flags & JSON != 0, flags & NEGATIVE != 0);
    let age = Duration::ZERO;
    let sheet =
        Sheet { body, json, etag, last_modified, age, fresh_for, while_revalidate, if_error, negative };
    (sheet.body.len() == length).then_some(sheet)
}

fn push(entry: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    entry.extend(u16::try_from(bytes.len()).ok()?.to_be_bytes());
    entry.extend_from_slice(bytes);
    Some(())
}

fn pull(rest: &mut Bytes) -> Option<Bytes> {
    let length = rest.try_get_u16().ok()?;
    take(rest, usize::from(length))
}

fn take(rest: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= rest.len()).then(|| rest.split_to(length))
}

/// As many milliseconds as an entry can say: seven weeks.
fn short_millis(time: Duration) -> u32 {
    u32::try_from(millis(time)).unwrap_or(u32::MAX)
}

/// A time as an entry says it.
fn whole(time: Duration) -> Duration {
    Duration::from_millis(short_millis(time).into())
}
