//! The span of a call.

use opentelemetry_proto::tonic::trace::v1::Span;

use super::{
    super::{
        attributes::Attributes,
        catalogue::{CALL, ERROR, OPERATION, OUTCOME, SERVICE},
    },
    Outline, Tree,
};
use crate::telemetry::story::{CallRecord, Ended};

pub(super) fn span(of: &Tree<'_>, call: &CallRecord, id: u64, parent: u64) -> Span {
    let (end, ended) = match call.ended {
        Some((end, at)) => (Some(end), at),
        // It goes on without its request, such as one that revalidates a kept answer.
        None => (None, of.kept.ended),
    };
    let mut attributes = Attributes::new(CALL.attributes);
    attributes.say(&SERVICE, call.service);
    attributes.say(&OPERATION, call.operation);
    attributes.say(&OUTCOME, end.map_or("in_flight", Ended::as_str));
    if let Some(Ended::Failed(reason)) = end {
        attributes.say(&ERROR, reason.as_str());
    }
    let name = call.operation.to_owned();
    of.span(Outline { sort: &CALL, name, id, parent, began: call.began, ended }, attributes)
}
