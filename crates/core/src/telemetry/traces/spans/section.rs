//! The span of a section.

use opentelemetry_proto::tonic::trace::v1::Span;

use super::{
    super::{
        attributes::{Attributes, Said},
        catalogue::{ERROR, FILLED, OUTCOME, REASON, SECTION},
    },
    Outline, Tree,
};
use crate::{
    call::Reason,
    telemetry::story::{SectionOutcome, SectionRecord},
};

pub(super) fn span(of: &Tree<'_>, section: &SectionRecord, id: u64) -> Span {
    let reason = section.reason.map(Reason::as_str);
    let mut attributes = Attributes::new(FILLED.attributes);
    attributes.say(&SECTION, Said::Text(&section.name));
    attributes.say(&OUTCOME, section.outcome.as_str());
    attributes.say_if(&REASON, reason);
    // What is degraded is what the screen wants in that case; only what fails the screen is an error of its own.
    attributes.say_if(&ERROR, reason.filter(|_| section.outcome == SectionOutcome::Failed));
    let outline = Outline {
        sort: &FILLED,
        name: format!("section {}", section.name),
        id,
        parent: of.kept.trace.span(),
        began: section.began,
        ended: section.began + section.elapsed,
    };
    of.span(outline, attributes)
}
