//! `SPANS.md`: every span, attribute and event of a trace, from the catalogue.

use bff_core::telemetry::traces::{
    RESOURCE,
    catalogue::{ATTRIBUTES, Attribute, EVENTS, EventSort, Kind, SPANS, SpanSort},
};

use super::{code, table};

const HEAD: &str = "\
# Spans

Made by `just observability` from the catalogue (`crates/core/src/telemetry/traces/catalogue.rs`). Not to be edited.

They go to the collector of `traces.endpoint` by OTLP over gRPC. Names are OpenTelemetry's where its semantic conventions have one;
ours begin with `bff.`. None has a path, a query, a header, an address of a client or a user.

";

/// The file.
pub fn text() -> String {
    let spans = table(["span", "kind", "attributes", "what it covers"], SPANS.iter().map(|sort| span(sort)));
    let events = table(["event", "attributes", "what it says"], EVENTS.iter().map(|sort| event(sort)));
    let attributes = table(["attribute", "what it says"], ATTRIBUTES.iter().map(|of| attribute(of)));
    let resource = RESOURCE.map(code).join(", ");
    format!(
        "{HEAD}{spans}\n## Events on calls and requests\n\n{events}\n## Attributes\n\n{attributes}\n## Resource\n\n{resource}.\n"
    )
}

fn span(sort: &SpanSort) -> [String; 4] {
    let kind = match sort.kind {
        Kind::Server => "server",
        Kind::Client => "client",
        Kind::Internal => "internal",
    };
    [code(sort.name), kind.to_owned(), names(sort.attributes), sort.help.to_owned()]
}

fn event(sort: &EventSort) -> [String; 3] {
    [code(sort.name), names(sort.attributes), sort.help.to_owned()]
}

fn attribute(attribute: &Attribute) -> [String; 2] {
    [code(attribute.name), attribute.help.to_owned()]
}

fn names(attributes: &[&Attribute]) -> String {
    attributes.iter().map(|attribute| code(attribute.name)).collect::<Vec<_>>().join(", ")
}
