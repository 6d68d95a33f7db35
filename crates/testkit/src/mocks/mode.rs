//! How a mocked operation behaves, and the text form of it: `ok`, `slow:800ms`, `fail:503`, `hang`, `nonsense:html`,
//! `fault:refuse`.

use std::{fmt, str::FromStr, time::Duration};

use super::Nonsense;
use crate::faults::Fault;

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
    /// Does what a service in trouble or the network does, such as a reset in the middle of the body.
    Fault(Fault),
}

impl From<Fault> for Mode {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A text that is no [`Mode`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no mode; valid are {forms}", forms = Mode::forms())]
pub struct InvalidMode(String);

impl Mode {
    /// How each mode is written, for a person.
    pub fn forms() -> String {
        let kinds = Nonsense::ALL.map(Nonsense::name).join(", ");
        let faults = Fault::ALL.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!(
            "ok, slow:<duration, such as 800ms or 2s>, fail:<status from 400 to 599>, hang, nonsense:<kind>, where a \
             kind is one of {kinds}, and fault:<fault>, where a fault is one of {faults}"
        )
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => formatter.write_str("ok"),
            Self::Slow(by) => write!(formatter, "slow:{}", Span(*by)),
            Self::Fail(status) => write!(formatter, "fail:{status}"),
            Self::Hang => formatter.write_str("hang"),
            Self::Nonsense(kind) => write!(formatter, "nonsense:{}", kind.name()),
            Self::Fault(fault) => write!(formatter, "fault:{fault}"),
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
            ("slow", Some(by)) => span(by).map(Self::Slow),
            ("fail", Some(status)) => {
                status.parse().ok().filter(|status| (400..=599).contains(status)).map(Self::Fail)
            }
            ("nonsense", Some(kind)) => {
                Nonsense::ALL.into_iter().find(|known| known.name() == kind).map(Self::Nonsense)
            }
            ("fault", Some(fault)) => Fault::parse(fault).map(Self::Fault),
            _ => None,
        };
        mode.ok_or_else(|| InvalidMode(text.to_owned()))
    }
}

/// A duration as it is written: `2s` or `800ms`.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_nanos() {
            0 => write!(formatter, "{}s", self.0.as_secs()),
            _ => write!(formatter, "{}ms", self.0.as_millis()),
        }
    }
}

/// The duration that is written so.
pub(crate) fn span(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')?.parse().ok().map(Duration::from_secs)
}
