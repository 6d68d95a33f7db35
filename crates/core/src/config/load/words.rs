//! Serde's messages in an operator's words, and the name that was probably meant.

/// What serde expected, of a message such as ``invalid type: string "many", expected usize``.
///
/// Only what follows its last "expected" is used: before it stands the value, which may be a secret.
pub(super) fn expected(message: &str) -> String {
    if is_unknown_field(message) {
        return known_names(message, "unknown field");
    }
    if message.starts_with("unknown variant") {
        return known_names(message, "unknown variant");
    }
    match message.rsplit_once(", expected ").map_or(message, |(_, expected)| expected) {
        "usize" | "u64" | "u32" => "a whole number, 0 or more".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "string only" | "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a table".to_owned(),
        "path string" => "a path".to_owned(),
        "invalid socket address syntax" | "socket address" => {
            "an address and port such as \"127.0.0.1:8080\"".to_owned()
        }
        structure if structure.starts_with("struct ") => "a table".to_owned(),
        unmapped if message.contains(", expected ") => unmapped.trim_start_matches("expected ").to_owned(),
        // A message of another form may quote the value.
        _ => "another value".to_owned(),
    }
}

/// The field that serde missed, of a message such as ``missing field `count` ``. It names a type's field and no value.
pub(super) fn missing(message: &str) -> Option<String> {
    message.starts_with("missing field `").then(|| message.to_owned())
}

/// What is wrong and what was expected, of a message of the TOML parser.
pub(super) fn syntax(message: &str) -> (String, String) {
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let expected = match (what, expected) {
        ("duplicate key", _) => "each key once",
        (_, "nothing") => "nothing at this place",
        (_, "literal string") => "a text in quotes",
        (_, "") => "valid TOML",
        (_, expected) => expected,
    };
    (what.to_owned(), expected.to_owned())
}

/// Whether the key itself is what serde refused.
pub(super) fn is_unknown_field(message: &str) -> bool {
    message.starts_with("unknown field")
}

/// The names that are known, after the one that was probably meant.
pub(crate) fn one_of(known: &[&str], given: &str) -> String {
    let all = match known {
        [] => return "none: no name is known here".to_owned(),
        [only] => return (*only).to_owned(),
        known => format!("one of {}", known.join(", ")),
    };
    match nearest(known, given) {
        Some(near) => format!("{all}; did you mean {near}?"),
        None => all,
    }
}

/// Reads "unknown field `a`, expected one of `b`, `c`": the first name is the given one, the others are known.
fn known_names(message: &str, prefix: &str) -> String {
    let Some((given, known)) = message.trim_start_matches(prefix).rsplit_once(", expected ") else {
        return "none: no name is known here".to_owned();
    };
    let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
    one_of(&known, given.trim().trim_matches('`'))
}

/// The known name with the fewest edits from the given one, if at most a third of its letters differ.
fn nearest<'a>(known: &[&'a str], given: &str) -> Option<&'a str> {
    let given = given.to_ascii_lowercase();
    let distances = known.iter().map(|name| (edits(&name.to_ascii_lowercase(), &given), *name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (name.len() / 3).max(1)).then_some(name)
}

/// Levenshtein's distance: the fewest insertions, deletions and replacements of one character.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
