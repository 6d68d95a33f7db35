//! A fault as text, after the `fault:` of its mode: `refuse`, `trickle:20ms`, `retry-after:503:2s`.

use std::fmt;

use super::Fault;
use crate::mocks::mode::{Span, span};

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())?;
        match *self {
            Self::SlowAccept(by) | Self::Trickle(by) => write!(out, ":{}", Span(by)),
            Self::RetryAfter { status, after } => write!(out, ":{status}:{}", Span(after)),
            Self::RedirectElsewhere(status) => write!(out, ":{status}"),
            Self::Flapping { up, down } => write!(out, ":{}:{}", Span(up), Span(down)),
            Self::Stalls { every, by } => write!(out, ":{every}:{}", Span(by)),
            _ => Ok(()),
        }
    }
}

impl Fault {
    /// The fault that this text names. Without details it has those of [`Fault::ALL`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(':');
        let name = words.next()?;
        let sample = Self::ALL.iter().copied().find(|fault| fault.name() == name)?;
        let details: Vec<_> = words.collect();
        if details.is_empty() {
            return Some(sample);
        }
        Some(match (sample, details.as_slice()) {
            (Self::SlowAccept(_), [by]) => Self::SlowAccept(span(by)?),
            (Self::Trickle(_), [by]) => Self::Trickle(span(by)?),
            (Self::RetryAfter { .. }, [status, after]) => {
                Self::RetryAfter { status: one_of(&[429, 503], status)?, after: span(after)? }
            }
            (Self::RedirectElsewhere(_), [status]) => {
                Self::RedirectElsewhere(one_of(&[301, 302, 303, 307, 308], status)?)
            }
            (Self::Flapping { .. }, [up, down]) => Self::Flapping { up: span(up)?, down: span(down)? },
            (Self::Stalls { .. }, [every, by]) => {
                Self::Stalls { every: every.parse().ok().filter(|every| *every > 0)?, by: span(by)? }
            }
            _ => return None,
        })
    }
}

fn one_of(known: &[u16], status: &str) -> Option<u16> {
    status.parse().ok().filter(|status| known.contains(status))
}
