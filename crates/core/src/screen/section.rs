//! Sections: one named part of a screen, with a type that says what its failure does.

use std::cell::RefCell;

use serde::Serialize;

use super::parts::{Answer, Part};
use crate::call::{Answered, Call, CallError, Origin, Reason, Source};

/// What the scratch buffer of a worker keeps; a rare huge section gives its memory back.
const SCRATCH_KEPT: usize = 256 << 10;

/// A section whose failure fails the screen: 502 or 504, or 404 where the service knows no such thing.
#[must_use = "a section is resolved as a field of a screen"]
pub struct Required<T>(Call<T>);

/// A section whose failure makes it `null` and the reply degraded.
#[must_use = "a section is resolved as a field of a screen"]
pub struct Optional<T>(Call<T>);

/// A section whose failure makes it a stated default and the reply degraded.
#[must_use = "a section is resolved as a field of a screen"]
pub struct Fallback<T> {
    call: Call<T>,
    default: T,
}

impl<T> Required<T> {
    pub(crate) fn new(call: Call<T>) -> Self {
        Self(call)
    }
}

impl<T> Optional<T> {
    pub(crate) fn new(call: Call<T>) -> Self {
        Self(call)
    }
}

impl<T> Fallback<T> {
    pub(crate) fn new(call: Call<T>, default: T) -> Self {
        Self { call, default }
    }
}

/// A field of a screen that a call fills.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a section of a screen",
    label = "its payload is not `Serialize`",
    note = "derive `serde::Serialize` on the payload's type, or shape the answer with `.map(…)` into one that has it"
)]
pub trait Section: Send + 'static {
    /// Gives the call to the fan-out.
    #[doc(hidden)]
    fn into_part(self) -> Part;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Send + 'static> Section for Required<T> {
    fn into_part(self) -> Part {
        Part::Section(Box::pin(async move { encode(self.0).await.unwrap_or_else(Answer::Failed) }))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Send + 'static> Section for Optional<T> {
    fn into_part(self) -> Part {
        let null = |error| Answer::Degraded { json: b"null".to_vec(), error, fallback: None };
        Part::Section(Box::pin(async move { encode(self.0).await.unwrap_or_else(null) }))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Send + 'static> Section for Fallback<T> {
    fn into_part(self) -> Part {
        Part::Section(Box::pin(async move {
            let Self { call, default } = self;
            encode(call).await.unwrap_or_else(|error| match to_json(&default) {
                Ok(json) => Answer::Degraded { json, error, fallback: Some(Origin::Default) },
                Err(worse) => Answer::Failed(worse),
            })
        }))
    }
}

async fn encode<T: Serialize + Send + 'static>(call: Call<T>) -> Result<Answer, CallError> {
    let Answered { value, stand_in, source, .. } = call.answered().await?;
    let json = to_json(&value)?;
    Ok(match stand_in {
        None => Answer::Fresh { json, kept: source == Source::Kept },
        Some(by) => Answer::Degraded { json, error: by.error, fallback: Some(by.origin) },
    })
}

pub(super) fn to_json(value: &impl Serialize) -> Result<Vec<u8>, CallError> {
    thread_local! {
        // Grown once, so that a section costs one allocation of its own size and not one for each doubling.
        static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH
        .with_borrow_mut(|scratch| {
            scratch.clear();
            let written = serde_json::to_writer(&mut *scratch, value);
            let json = scratch.as_slice().to_vec();
            scratch.shrink_to(SCRATCH_KEPT);
            written.map(|()| json)
        })
        .map_err(|error| CallError::new(Reason::Internal, format!("a section does not serialise: {error}")))
}
