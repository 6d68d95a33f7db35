//! The time of day on a line: RFC 3339, UTC, milliseconds. A worker writes the date and the second once a second.

use std::{
    cell::Cell,
    time::{SystemTime, UNIX_EPOCH},
};

/// `2027-01-31T12:00:00`
type Text = [u8; 19];

thread_local! {
    static LATEST: Cell<(u64, Text)> = const { Cell::new((u64::MAX, [0; 19])) };
}

/// Now, as `"2027-01-31T12:00:00.000Z"` with its quotes.
pub(crate) fn write(out: &mut Vec<u8>) {
    write_at(out, SystemTime::now());
}

fn write_at(out: &mut Vec<u8>, now: SystemTime) {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut second, mut text) = LATEST.get();
    if second != since.as_secs() {
        (second, text) = (since.as_secs(), format(since.as_secs()));
        LATEST.set((second, text));
    }
    out.push(b'"');
    out.extend_from_slice(&text);
    out.push(b'.');
    out.extend_from_slice(&itoa::Buffer::new().format(1000 + since.subsec_millis()).as_bytes()[1..]);
    out.extend_from_slice(b"Z\"");
}

fn format(second: u64) -> Text {
    let second = i64::try_from(second).unwrap_or(i64::MAX);
    let text = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX).to_string();
    // A clock beyond the year 9999 is wrong in any case.
    text.as_bytes().first_chunk().copied().unwrap_or(*b"9999-12-31T23:59:59")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_the_time_with_all_its_zeros() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (7, "1970-01-01T00:00:00.007Z"),
            (1_801_396_805_040, "2027-01-31T12:00:05.040Z"),
            (1_801_396_805_999, "2027-01-31T12:00:05.999Z"),
            (1_801_396_806_000, "2027-01-31T12:00:06.000Z"),
        ] {
            let mut out = Vec::new();
            write_at(&mut out, UNIX_EPOCH + Duration::from_millis(millis));
            assert_eq!(String::from_utf8_lossy(&out), format!("{text:?}"));
        }
    }
}
