//! Where a call is made: what has answered before, and whether `.each` makes it, one for each item.
//!
//! A screen is written in the order of its lines and runs in the order of its answers. What a combinator knows of that order
//! is here while it makes calls, and travels with a batch, which is sent by nobody in particular.

use std::cell::RefCell;

use super::{Each, Made};
use crate::context::RequestContext;

thread_local! {
    /// The place of the calls that are being made.
    static HERE: RefCell<Place> = RefCell::default();
}

/// What a plan must know of a call where it is made. Empty in a handler that has waited for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// The calls that must have answered before, by their places in the list.
    after: Vec<usize>,
    /// How many items `.each` works on at once, if it is `.each` that makes the call.
    each: Option<usize>,
    /// Whether the call is one for many items.
    together: bool,
    /// Whether it says all: what the handler has waited for since does not count.
    whole: bool,
}

/// The place of the calls that are being made.
pub(crate) fn here() -> Place {
    HERE.with_borrow(Clone::clone)
}

/// The same for a call that is sent later and not from here; `None` where no calls are noted.
pub(crate) fn kept(context: &RequestContext) -> Option<Place> {
    let recording = context.inner().recording.as_ref()?;
    let mut place = here();
    recording.complete(&mut place);
    Some(place)
}

impl Place {
    /// The place of what is made from the answer of a call. One that has none, since it needed no service, is where it was
    /// made.
    pub(crate) fn after(&self, answer_of: Option<&Made>) -> Self {
        let after = answer_of.map_or_else(|| self.after.clone(), |made| vec![made.call]);
        Self { after, ..self.clone() }
    }

    /// The place of what `.each` makes, for so many items at once.
    pub(crate) fn each(self, limit: usize) -> Self {
        Self { each: Some(limit.saturating_mul(self.each.unwrap_or(1))), ..self }
    }

    /// The place of a call that is one for those that were asked for here and there.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.after.extend(other.after);
        Self { each: self.each.into_iter().chain(other.each).min(), ..self }
    }

    /// The place of a call that is one for many items.
    pub(crate) fn together(self) -> Self {
        Self { together: true, ..self }
    }

    /// Makes calls in this place.
    pub(crate) fn make<T>(self, calls: impl FnOnce() -> T) -> T {
        let _back = Back(HERE.replace(self));
        calls()
    }

    /// Adds what the handler has waited for.
    pub(super) fn complete(&mut self, awaited: &[usize]) {
        if !std::mem::replace(&mut self.whole, true) {
            self.after.extend_from_slice(awaited);
        }
        self.after.sort_unstable();
        self.after.dedup();
    }

    /// The calls that must have answered before, and what `.each` has to do with it.
    pub(super) fn into_parts(self) -> (Vec<usize>, Each) {
        let each = match self.each {
            None => Each::Once,
            Some(limit) if self.together => Each::Together(limit),
            Some(_) => Each::Alone,
        };
        (self.after, each)
    }
}

/// Goes back to the place before, also when a screen's code panics.
struct Back(Place);

impl Drop for Back {
    fn drop(&mut self) {
        HERE.set(std::mem::take(&mut self.0));
    }
}
