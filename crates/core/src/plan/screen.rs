//! One screen's plan, and how it reads.

use std::{fmt, time::Duration};

use crate::call::BATCH;

/// The calls of one screen, with the settings that they run with.
#[derive(Debug, Clone)]
pub struct ScreenPlan {
    /// `GET`, `POST`, …
    pub method: String,
    /// The route's template.
    pub path: &'static str,
    /// The type that its handler returned, with its module; `None` where that is no screen.
    pub screen: Option<&'static str>,
    /// The screen's deadline.
    pub deadline: Duration,
    /// The part of it that calls may use.
    pub for_calls: Duration,
    /// In the order in which they were made.
    pub calls: Vec<PlannedCall>,
}

/// One call of a screen.
#[derive(Debug, Clone)]
pub struct PlannedCall {
    /// Such as `orders.recent`.
    pub operation: &'static str,
    /// The calls that must have answered before, by their places in the list.
    pub after: Vec<usize>,
    /// The longest that it can take, retries and all.
    pub longest: Duration,
    /// The most attempts on the wire that it can become.
    pub attempts: u32,
    /// What `.each` has to do with it.
    pub each: Each,
}

/// What [`Call::each`](crate::call::Call::each) has to do with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// Nothing: the screen makes it once.
    Once,
    /// There is one for each item, so that a list of N items is N calls: an N+1.
    Alone,
    /// It is one for many items. `.each` works on so many at once, so no more go together.
    Together(usize),
}

/// What a frontend developer can do about it. Nothing where a batch has as many keys as it may.
impl fmt::Display for Each {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone => {
                out.write_str("   N+1: one call for each item; a batch operation would be one call")
            }
            Self::Together(limit) if *limit < BATCH => {
                write!(out, "   one call for {limit} items: .each({limit}, …) asks for no more at once")
            }
            Self::Once | Self::Together(_) => Ok(()),
        }
    }
}

impl ScreenPlan {
    /// The name of the screen's type, without its module.
    pub fn screen_name(&self) -> Option<&'static str> {
        self.screen.map(|name| name.rsplit("::").next().unwrap_or(name))
    }

    /// The services that it calls, each once, in the order of the first call on each.
    pub fn services(&self) -> Vec<&'static str> {
        let mut services = Vec::new();
        for call in &self.calls {
            let service = call.operation.split('.').next().unwrap_or(call.operation);
            if !services.contains(&service) {
                services.push(service);
            }
        }
        services
    }

    /// The longest row of calls that wait for each other.
    pub fn worst_case(&self) -> Duration {
        let mut ends: Vec<Duration> = Vec::with_capacity(self.calls.len());
        for call in &self.calls {
            let begins = call.after.iter().filter_map(|before| ends.get(*before)).max().copied();
            ends.push(begins.unwrap_or_default() + call.longest);
        }
        ends.into_iter().max().unwrap_or_default()
    }

    /// The most attempts on services that one request can become.
    pub fn most_attempts(&self) -> u32 {
        self.calls.iter().map(|call| call.attempts).sum()
    }

    /// Whether its calls may need more time than they have, so that a slow one leaves those after it too little.
    pub fn is_over(&self) -> bool {
        self.worst_case() > self.for_calls
    }

    /// The calls that are made from the answer of `parent`, those that are alike once with their number.
    fn write_calls(&self, out: &mut fmt::Formatter<'_>, parent: Option<usize>, depth: usize) -> fmt::Result {
        let children = || {
            let all = self.calls.iter().enumerate();
            all.filter(move |(_, call)| call.after.iter().max().copied() == parent)
        };
        for (place, call) in children() {
            let same = (call.operation, call.each);
            let alike = || children().filter(move |(_, other)| (other.operation, other.each) == same);
            if alike().next().is_some_and(|(first, _)| first < place) {
                continue;
            }
            let times = match alike().count() {
                1 => String::new(),
                count => format!(" × {count}"),
            };
            let arrow = if depth == 0 { "" } else { "→ " };
            let name = format!("{:indent$}{arrow}{}{times}", "", call.operation, indent = depth * 2);
            let (longest, attempts) = (call.longest.as_millis(), call.attempts);
            writeln!(out, "  {name:<40} {longest:>6} ms   at most {}{}", Attempts(attempts), call.each)?;
            self.write_calls(out, Some(place), depth + 1)?;
        }
        Ok(())
    }
}

struct Attempts(u32);

impl fmt::Display for Attempts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} attempt{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// The screen, a line for each call, and what they come to.
impl fmt::Display for ScreenPlan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (deadline, for_calls) = (self.deadline.as_millis(), self.for_calls.as_millis());
        writeln!(
            out,
            "{} {}   deadline {deadline} ms, {for_calls} ms of it for calls",
            self.method, self.path
        )?;
        self.write_calls(out, None, 0)?;
        let (worst, attempts) = (self.worst_case().as_millis(), Attempts(self.most_attempts()));
        if self.is_over() {
            write!(
                out,
                "  OVER: at worst {worst} ms, at most {attempts}. A slow call leaves those after it too little time: \
                 give the operations shorter timeouts, or the route a longer deadline"
            )
        } else {
            write!(out, "  at worst {worst} ms, at most {attempts}")
        }
    }
}
