//! Values of attributes in the words of OTLP.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::catalogue::Attribute;

/// What an attribute may say.
#[derive(Clone, Copy)]
pub(super) enum Said<'a> {
    Static(&'static str),
    Text(&'a str),
    Number(i64),
    Seconds(f64),
}

impl From<&'static str> for Said<'static> {
    fn from(text: &'static str) -> Self {
        Self::Static(text)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl From<$number> for Said<'_> {
            fn from(number: $number) -> Self {
                Self::Number(i64::from(number))
            }
        })+
    };
}

numbers!(u16, u32);

impl From<std::time::Duration> for Said<'_> {
    fn from(duration: std::time::Duration) -> Self {
        Self::Seconds(duration.as_secs_f64())
    }
}

/// The attributes of one span or event, of those that it may have.
pub(super) struct Attributes {
    allowed: &'static [&'static Attribute],
    pub(super) said: Vec<KeyValue>,
}

impl Attributes {
    pub(super) fn new(allowed: &'static [&'static Attribute]) -> Self {
        Self { allowed, said: Vec::with_capacity(allowed.len()) }
    }

    pub(super) fn say<'a>(&mut self, attribute: &'static Attribute, said: impl Into<Said<'a>>) {
        debug_assert!(self.allowed.contains(&attribute), "{} is not in the catalogue here", attribute.name);
        self.said.push(pair(attribute.name, said.into()));
    }

    pub(super) fn say_if<'a>(&mut self, attribute: &'static Attribute, said: Option<impl Into<Said<'a>>>) {
        if let Some(said) = said {
            self.say(attribute, said);
        }
    }
}

/// One attribute on the wire.
pub(super) fn pair(name: &str, said: Said<'_>) -> KeyValue {
    let value = match said {
        Said::Static(text) | Said::Text(text) => Value::StringValue(text.to_owned()),
        Said::Number(number) => Value::IntValue(number),
        Said::Seconds(seconds) => Value::DoubleValue(seconds),
    };
    KeyValue { key: name.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
