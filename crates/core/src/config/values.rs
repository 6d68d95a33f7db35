//! How durations, sizes, percentages and networks are written in a configuration.
//!
//! Each is a module for `#[serde(with = "…")]`. A refusal says what was expected in words that an operator can
//! copy, since [`super::load()`] prints them as they are.

mod lists;

pub(crate) use lists::{addresses, networks};

use std::{fmt, time::Duration};

use jiff::SignedDuration;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

/// A [`Duration`] as `"300ms"`, `"1.5s"`, `"5m"` or `"1h"`. A bare number has no unit and is refused.
pub(crate) mod duration {
    use super::{Deserializer, Duration, DurationText};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_str(DurationText)
    }
}

/// A [`Duration`] that need not be set.
pub(crate) mod optional_duration {
    use super::{Deserializer, Duration, duration};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        duration::deserialize(deserializer).map(Some)
    }
}

/// An instant that need not be set: a date and time of TOML's with its offset, or the same as text (RFC 3339).
pub(crate) mod optional_instant {
    use jiff::Timestamp;
    use serde::{
        Serialize as _, Serializer,
        de::{Error as _, Unexpected},
    };
    use toml::{Value, value::Datetime};

    use super::{Deserialize, Deserializer};

    /// In whole seconds, in UTC.
    #[expect(clippy::ref_option, reason = "so serde calls it")]
    pub(crate) fn serialize<S: Serializer>(
        instant: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = instant.map(|instant| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let instant: Option<Datetime> = text.and_then(|text| text.parse().ok());
        instant.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::Datetime(instant) => instant.to_string(),
            Value::String(text) => text,
            _ => String::new(),
        };
        // A date alone, or a time without its offset, is a different instant to different readers.
        let instant = text.parse().map_err(|_| {
            D::Error::invalid_value(Unexpected::Str(&text), &"a date and time such as 2027-06-30T00:00:00Z")
        })?;
        Ok(Some(instant))
    }
}

/// JSON that need not be set. A date of TOML's is the text that JSON has for one.
pub(crate) mod optional_json {
    use serde_json::Value as Json;
    use toml::Value;

    use super::{Deserialize, Deserializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
        Value::deserialize(deserializer).map(json).map(Some)
    }

    fn json(value: Value) -> Json {
        match value {
            Value::String(text) => text.into(),
            Value::Integer(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::Boolean(boolean) => boolean.into(),
            Value::Datetime(datetime) => datetime.to_string().into(),
            Value::Array(values) => values.into_iter().map(json).collect(),
            Value::Table(values) => values.into_iter().map(|(name, value)| (name, json(value))).collect(),
        }
    }
}

/// A number of bytes as `"16KiB"`, `"4MiB"` or `1000`.
pub(crate) mod byte_size {
    use super::{ByteSize, Deserializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(ByteSize)
    }
}

/// A number of bytes that need not be set.
pub(crate) mod optional_byte_size {
    use super::{Deserializer, byte_size};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
        byte_size::deserialize(deserializer).map(Some)
    }
}

/// A whole number from 1 to 100.
pub(crate) mod percent {
    use super::{Deserializer, Percent};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        deserializer.deserialize_u8(Percent)
    }
}

/// A number from 0 to 1.
pub(crate) mod ratio {
    use super::{Deserializer, Ratio};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_f64(Ratio)
    }
}

struct DurationText;

impl Visitor<'_> for DurationText {
    type Value = Duration;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a duration such as \"300ms\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let parsed = text.parse::<SignedDuration>().ok();
        // The conversion refuses what is negative.
        parsed
            .and_then(|duration| Duration::try_from(duration).ok())
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

struct ByteSize;

impl Visitor<'_> for ByteSize {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a size such as \"256KiB\"")
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<usize, E> {
        usize::try_from(bytes).map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<usize, E> {
        usize::try_from(bytes).map_err(|_| E::invalid_value(Unexpected::Unsigned(bytes), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        bytes(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// Only powers of 1024 have names here: whether "MB" means 1000 or 1024 is not left to a guess.
fn bytes(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(factor)
}

struct Percent;

impl Visitor<'_> for Percent {
    type Value = u8;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number from 1 to 100")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u8, E> {
        let percent = u8::try_from(number).ok().filter(|percent| (1..=100).contains(percent));
        percent.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

struct Ratio;

impl Visitor<'_> for Ratio {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number from 0 to 1")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        let is_ratio = (0.0..=1.0).contains(&number);
        if is_ratio { Ok(number) } else { Err(E::invalid_value(Unexpected::Float(number), &self)) }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        match number {
            0 => Ok(0.0),
            1 => Ok(1.0),
            _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }
}
