//! `LOGS.md`: every field of a log line, from the catalogue.

use bff_core::telemetry::log::catalogue::{ALL, Field, Kind, Of, When};

use super::{code, table};

const HEAD: &str = "\
# Log lines

Made by `just observability` from the catalogue (`crates/core/src/telemetry/log/catalogue.rs`). Not to be edited.

Standard output has one JSON object a line (RFC 8259): one a request, and events, which alone have a `target`. No line has a path, a
query, a header, a body, an address or a caller.

";

/// The file.
pub fn text() -> String {
    let head = ["of", "field", "value", "when", "what it says"];
    format!("{HEAD}{}", table(head, ALL.iter().map(row)))
}

fn row(field: &Field) -> [String; 5] {
    let of = match field.of {
        Of::Every => "every line",
        Of::Request => "a request",
        Of::Section => "a section",
        Of::Event => "an event",
    };
    let when = match field.when {
        When::Always => "always".to_owned(),
        When::If(so) => format!("if {so}"),
    };
    [of.to_owned(), code(&field.path()), value(field.kind), when, field.help.trim().to_owned()]
}

fn value(kind: Kind) -> String {
    let words = |words: &[&str]| words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", ");
    match kind {
        Kind::Time => "date and time (RFC 3339, UTC, ms)".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Word(known) => words(known),
        Kind::Words(known) => format!("a list of {}", words(known)),
        Kind::Hex(digits) => format!("{digits} hexadecimal digits"),
        Kind::Count => "a whole number".to_owned(),
        Kind::Milliseconds => "ms".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Sections => "a list of sections".to_owned(),
        Kind::Object => "an object".to_owned(),
    }
}
