//! [`Says`]: what a reply says of keeping it, and what may be done with it then, in as few words as we can say it.

mod written;

use std::time::Duration;

use super::{
    super::terms::Declared,
    cast::{BOUNDS, Resource, secs},
    tape::Tape,
};

/// What a reply says of keeping it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Says {
    control: Control,
    vary: Vary,
    cookie: bool,
    /// How old it is already, in seconds.
    age: u64,
}

/// `Cache-Control`.
#[expect(clippy::struct_excessive_bools, reason = "each is a directive of its own")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Control {
    no_store: bool,
    no_cache: bool,
    must_revalidate: bool,
    private: bool,
    max_age: Option<u64>,
    s_maxage: Option<u64>,
    while_revalidate: Option<u64>,
    if_error: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Vary {
    #[default]
    No,
    Caller,
    Everything,
}

/// Until which age an answer may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) fresh: Duration,
    pub(super) while_revalidate: Duration,
    pub(super) if_error: Duration,
}

impl Says {
    pub(super) fn draw(tape: &mut Tape) -> Self {
        let max_age = tape.pick(&[None, Some(6), Some(3), Some(20), Some(1), Some(0), None, Some(6)]);
        // Half say how long and nothing else.
        if !tape.once_in(2) {
            return Self { control: Control { max_age, ..Control::default() }, ..Self::default() };
        }
        let control = Control {
            max_age,
            no_store: tape.once_in(6),
            no_cache: tape.once_in(10),
            must_revalidate: tape.once_in(6),
            private: tape.once_in(6),
            s_maxage: tape.pick(&[None, None, None, None, None, None, Some(2), Some(9)]),
            while_revalidate: tape.pick(&[None, Some(3), Some(6), None]),
            if_error: tape.pick(&[None, Some(2), Some(5), Some(30)]),
        };
        let vary =
            [Vary::No, Vary::No, Vary::No, Vary::No, Vary::No, Vary::No, Vary::Caller, Vary::Everything];
        let vary = tape.pick(&vary);
        Self { control, vary, cookie: tape.once_in(16), age: tape.pick(&[0, 0, 0, 0, 0, 0, 1, 4]) }
    }

    /// What holds when a 304 has said this: whole headers take the place of those before (RFC 9111, 3.2).
    pub(super) fn renewed(self, by: Self) -> Self {
        Self {
            control: if by.control == Control::default() { self.control } else { by.control },
            vary: if by.vary == Vary::No { self.vary } else { by.vary },
            cookie: self.cookie || by.cookie,
            age: by.age,
        }
    }

    pub(super) fn without_no_store(self) -> Self {
        Self { control: Control { no_store: false, ..self.control }, ..self }
    }

    pub(super) fn without_must_revalidate(self) -> Self {
        Self { control: Control { must_revalidate: false, ..self.control }, ..self }
    }

    pub(super) fn age(&self) -> Duration {
        secs(self.age)
    }

    pub(super) fn no_store(&self) -> bool {
        self.control.no_store
    }

    /// Whether others may have it, where what is asked for is everybody's.
    pub(super) fn is_shareable(&self) -> bool {
        let is_own = self.control.private || self.cookie || self.vary != Vary::No;
        !(self.control.no_store || is_own)
    }

    /// Until when it may be used for other calls. `None` where it may not be kept.
    pub(super) fn limits(&self, of: &Resource) -> Option<Limits> {
        let promised = self.promised(of);
        let is_nothing_said = promised.is_none() && of.declared == Declared::default() && !of.has_etag;
        if is_nothing_said || !self.may_be_kept(of) {
            return None;
        }
        let Control { no_cache, must_revalidate, s_maxage, while_revalidate, if_error, .. } = self.control;
        let declared = of.declared.fresh_for.map(|time| time.min(BOUNDS.fresh_at_most));
        let fresh = if no_cache { secs(0) } else { promised.or(declared).unwrap_or_default() };
        if no_cache || must_revalidate || of.public && s_maxage.is_some() {
            return Some(Limits { fresh, while_revalidate: fresh, if_error: fresh });
        }
        let while_revalidate = while_revalidate.map(secs).or(of.declared.while_revalidate);
        let while_revalidate = fresh + while_revalidate.unwrap_or_default();
        let if_error = if_error.map(secs).or(of.declared.if_error).unwrap_or(BOUNDS.stale_if_error);
        let if_error = fresh + if_error.min(BOUNDS.stale_if_error);
        // What may be used without any failure may be used after one too.
        Some(Limits { fresh, while_revalidate, if_error: if_error.max(while_revalidate) })
    }

    /// Until when "no such thing" may be used for other calls.
    pub(super) fn limits_of_missing(&self, of: &Resource) -> Option<Limits> {
        let fresh = self.promised(of).or(of.declared.fresh_for).filter(|_| self.may_be_kept(of))?;
        let fresh = if self.control.no_cache { secs(0) } else { fresh.min(BOUNDS.negative) };
        Some(Limits { fresh, while_revalidate: fresh, if_error: fresh })
    }

    fn may_be_kept(&self, of: &Resource) -> bool {
        if of.public {
            return self.is_shareable();
        }
        !(self.control.no_store || self.vary == Vary::Everything)
    }

    fn promised(&self, of: &Resource) -> Option<Duration> {
        self.control.s_maxage.filter(|_| of.public).or(self.control.max_age).map(secs)
    }
}
