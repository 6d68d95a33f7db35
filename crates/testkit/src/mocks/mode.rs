//! How a mocked operation behaves, and the text form of it: `ok`, `slow:800ms`, `fail:503`, `hang`, `nonsense:html`.

use std::{fmt, str::FromStr, time::Duration};

use super::Nonsense;

/// How an operation behaves. Reads from text and displays as the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Answers from the fixtures at once.
    #[default]
    Ok,
    /// Answers from the fixtures after this long.
    Slow(Duration),
    /// Answers with this HTTP status, or with the gRPC code that corresponds to it.
    Fail(u16),
    /// Takes the request and never answers.
    Hang,
    /// Answers at once with something that no client should believe.
    Nonsense(Nonsense),
}

/// A text that is no [`Mode`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no mode; valid are {forms}", forms = Mode::forms())]
pub struct InvalidMode(String);

impl Mode {
    /// How each mode is written, for a person.
    pub fn forms() -> String {
        let kinds = Nonsense::ALL.map(Nonsense::name).join(", ");
        format!(
            "ok, slow:<duration, such as 800ms or 2s>, fail:<status from 400 to 599>, hang and nonsense:<kind>, where a \
             kind is one of {kinds}"
        )
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => formatter.write_str("ok"),
            Self::Slow(by) if by.subsec_nanos() == 0 => write!(formatter, "slow:{}s", by.as_secs()),
            Self::Slow(by) => write!(formatter, "slow:{}ms", by.as_millis()),
            Self::Fail(status) => write!(formatter, "fail:{status}"),
            Self::Hang => formatter.write_str("hang"),
            Self::Nonsense(kind) => write!(formatter, "nonsense:{}", kind.name()),
        }
    }
}

impl FromStr for Mode {
    type Err = InvalidMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, detail) = match text.split_once(':') {
            Some((word, detail)) => (word, Some(detail)),
            None => (text, None),
        };
        let mode = match (word, detail) {
            ("ok", None) => Some(Self::Ok),
            ("hang", None) => Some(Self::Hang),
            ("slow", Some(by)) => duration(by).map(Self::Slow),
            ("fail", Some(status)) => {
                status.parse().ok().filter(|status| (400..=599).contains(status)).map(Self::Fail)
            }
            ("nonsense", Some(kind)) => {
                Nonsense::ALL.into_iter().find(|known| known.name() == kind).map(Self::Nonsense)
            }
            _ => None,
        };
        mode.ok_or_else(|| InvalidMode(text.to_owned()))
    }
}

fn duration(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')?.parse().ok().map(Duration::from_secs)
}
