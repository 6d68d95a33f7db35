//! A screen taken apart: its sections and values in the order of the payload.

use serde::Serialize;

use super::{Screen, Section, section::to_json};
use crate::call::{BoxFuture, CallError, Origin};

/// The parts of a screen, in the order of its payload. Filled by `#[derive(Screen)]`.
#[derive(Default)]
pub struct Parts {
    /// The type that is taken apart, nested ones not.
    pub(super) screen: &'static str,
    pub(super) fields: Vec<Field>,
    /// Names of the nested screens around the next field.
    path: Vec<&'static str>,
}

pub(super) struct Field {
    /// `"name":` as it stands in the payload, or the bracket of a nested screen.
    pub(super) name: &'static str,
    /// `nested.name`, as `_meta.degraded` and the log say it; `None` where it is just the name.
    pub(super) path: Option<String>,
    pub(super) part: Part,
}

/// One part of a screen.
#[doc(hidden)]
pub enum Part {
    /// A call that answers with bytes.
    Section(BoxFuture<Answer>),
    /// Bytes that are there already.
    Value(Vec<u8>),
    /// A nested screen begins.
    Open,
    /// A nested screen ends.
    Close,
}

/// What a section's call came to.
#[doc(hidden)]
pub enum Answer {
    /// The service's own answer.
    Fresh {
        json: Vec<u8>,
        /// Whether nothing was sent for it.
        kept: bool,
    },
    /// What stands in for it, and why.
    Degraded { json: Vec<u8>, error: CallError, fallback: Option<Origin> },
    /// The screen fails.
    Failed(CallError),
}

impl Parts {
    /// No parts of this screen yet.
    pub(super) fn of<S: Screen>() -> Self {
        Self { screen: std::any::type_name::<S>(), ..Self::default() }
    }

    /// A field that a call fills.
    pub fn section(&mut self, name: &'static str, section: impl Section) {
        self.push(name, section.into_part());
    }

    /// A field that has its value already.
    pub fn value(&mut self, name: &'static str, value: &impl Serialize) {
        let part = match to_json(value) {
            Ok(json) => Part::Value(json),
            // As a required section that fails, so that the log says which field it was.
            Err(error) => Part::Section(Box::pin(std::future::ready(Answer::Failed(error)))),
        };
        self.push(name, part);
    }

    /// A field that is a screen: an object of its own, its sections in the same fan-out.
    pub fn nested(&mut self, name: &'static str, screen: impl Screen) {
        self.push(name, Part::Open);
        self.path.push(name);
        screen.into_parts(self);
        self.path.pop();
        self.push("", Part::Close);
    }

    fn push(&mut self, name: &'static str, part: Part) {
        let path = (!self.path.is_empty()).then(|| format!("{}.{name}", self.path.join(".")));
        self.fields.push(Field { name, path, part });
    }
}
