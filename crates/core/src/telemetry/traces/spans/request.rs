//! The span of the request itself.

use http::{Method, StatusCode};
use opentelemetry_proto::tonic::trace::v1::Span;

use super::{
    super::{
        attributes::{Attributes, Said},
        catalogue::{ERROR, KEPT, LEFT_OUT, METHOD, OUTCOME, REQUEST, ROUTE, SCHEME, STATUS},
        kept::{Kept, is_degraded},
    },
    Outline, Tree,
};

pub(super) fn span(of: &Tree<'_>) -> Span {
    let kept = of.kept;
    let method = known(&kept.method);
    // What no route matches has no template.
    let route = Some(kept.route.path).filter(|path| path.starts_with('/'));
    let mut attributes = Attributes::new(REQUEST.attributes);
    attributes.say(&METHOD, method);
    attributes.say_if(&ROUTE, route);
    attributes.say(&SCHEME, "http");
    attributes.say_if(&STATUS, kept.status.map(|status| status.as_u16()));
    if let Some(status) = kept.status.filter(StatusCode::is_server_error) {
        match kept.code {
            Some(code) => attributes.say(&ERROR, code.as_str()),
            None => attributes.say(&ERROR, Said::Text(status.as_str())),
        }
    }
    attributes.say(&OUTCOME, outcome(kept));
    attributes.say(&KEPT, kept.why.as_str());
    attributes.say_if(&LEFT_OUT, Some(kept.told.left_out).filter(|left_out| *left_out > 0));
    // The conventions' own word for a method that is none, in a name.
    let method = if method == OTHER { "HTTP" } else { method };
    let outline = Outline {
        sort: &REQUEST,
        name: route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}")),
        id: kept.trace.span(),
        parent: kept.trace.parent(),
        began: kept.began,
        ended: kept.ended,
    };
    of.span(outline, attributes)
}

const OTHER: &str = "_OTHER";

/// A client may send any method; few are one.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

fn outcome(kept: &Kept) -> &'static str {
    match kept.status {
        None => "cancelled",
        Some(status) if status.is_client_error() || status.is_server_error() => "failed",
        Some(_) if is_degraded(&kept.told) => "degraded",
        Some(_) => "answered",
    }
}
