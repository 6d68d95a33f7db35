//! For which section of the screen the code that runs now works.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll},
};

thread_local! {
    static HERE: Cell<Option<u16>> = const { Cell::new(None) };
}

/// The place, in its screen, of the section whose future is being polled. A call that several sections share belongs to the one
/// that polls it first.
pub(crate) fn section_here() -> Option<u16> {
    HERE.get()
}

/// A section's future: while it is polled, [`section_here`] says which it is.
pub(crate) struct In<F> {
    place: u16,
    future: F,
}

impl<F: Future + Unpin> In<F> {
    pub(crate) fn section(place: u16, future: F) -> Self {
        Self { place, future }
    }
}

impl<F: Future + Unpin> Future for In<F> {
    /// The section's place, and what it came to.
    type Output = (usize, F::Output);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _outer = Outer(HERE.replace(Some(self.place)));
        let place = usize::from(self.place);
        Pin::new(&mut self.future).poll(cx).map(|output| (place, output))
    }
}

/// Puts back what was there, also when the poll panics.
struct Outer(Option<u16>);

impl Drop for Outer {
    fn drop(&mut self) {
        HERE.set(self.0);
    }
}
