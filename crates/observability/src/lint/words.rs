//! The words of an expression that name something: series with the labels of their matchers, and the labels of groupings.

/// What an expression names.
#[derive(Debug, PartialEq, Eq)]
pub enum Word {
    /// A series, and what stands in its braces.
    Series {
        /// As Prometheus has it.
        name: String,
        /// In their order.
        matchers: Vec<Matcher>,
    },
    /// `by (…)`, `on (…)` and the like.
    Grouping {
        /// In their order.
        labels: Vec<String>,
    },
}

/// One condition in the braces of a series: label, operator, value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// Such as `http_route`.
    pub label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub operator: String,
    /// Without its quotes.
    pub value: String,
}

const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Words of the language that stand where a series could.
const OPERATORS: [&str; 8] = ["and", "or", "unless", "offset", "bool", "atan2", "inf", "nan"];

/// What `expr` names, in its order.
pub fn words(expr: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = expr;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' | '\'' => after_text(rest),
            // A range names nothing; Grafana's variables stand there too.
            '[' => rest.split_once(']').map_or("", |(_, rest)| rest),
            _ if begins(first) => {
                let (name, after) = identifier(rest);
                let next = after.trim_start();
                if GROUPINGS.contains(&name)
                    && let Some(list) = next.strip_prefix('(')
                {
                    let (inside, after) = list.split_once(')').unwrap_or((list, ""));
                    let labels = inside.split(',').map(str::trim).filter(|label| !label.is_empty());
                    found.push(Word::Grouping { labels: labels.map(str::to_owned).collect() });
                    after
                } else if next.starts_with('(') || OPERATORS.contains(&name) || is_aggregation(next) {
                    after
                } else {
                    let (matchers, after) = next.strip_prefix('{').map_or((Vec::new(), after), matchers);
                    found.push(Word::Series { name: name.to_owned(), matchers });
                    after
                }
            }
            // `5m` is no name.
            _ if first.is_ascii_digit() => {
                rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.')
            }
            _ => &rest[first.len_utf8()..],
        };
    }
    found
}

/// `sum by (…) (…)`: the name before a grouping is an operator's.
fn is_aggregation(next: &str) -> bool {
    let (word, after) = identifier(next);
    ["by", "without"].contains(&word) && after.trim_start().starts_with('(')
}

fn begins(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || character == ':'
}

fn identifier(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !begins(c) && !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What stands in braces, and what comes after the closing one.
fn matchers(mut rest: &str) -> (Vec<Matcher>, &str) {
    let mut matchers: Vec<Matcher> = Vec::new();
    while let Some(first) = rest.chars().next() {
        rest = match (first, matchers.last_mut()) {
            ('}', _) => return (matchers, &rest[1..]),
            ('"' | '\'', last) => {
                let after = after_text(rest);
                if let Some(matcher) = last {
                    let text = &rest[1..rest.len() - after.len()];
                    text.trim_end_matches(first).replace("\\\\", "\\").clone_into(&mut matcher.value);
                }
                after
            }
            (first, _) if begins(first) => {
                let (label, after) = identifier(rest);
                let (operator, value) = (String::new(), String::new());
                matchers.push(Matcher { label: label.to_owned(), operator, value });
                after
            }
            (first, last) => {
                if let Some(matcher) = last.filter(|_| "=!~".contains(first)) {
                    matcher.operator.push(first);
                }
                &rest[first.len_utf8()..]
            }
        };
    }
    (matchers, rest)
}

/// What comes after a text in quotes.
fn after_text(rest: &str) -> &str {
    let quote = rest.chars().next();
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if !escaped && Some(character) == quote {
            return &rest[at + 1..];
        }
        escaped = !escaped && character == '\\';
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_read_with_their_operators_and_values() {
        let expr = r#"sum by (job) (rate(calls{job="a,b}",le=~"1|1\\.0",x!~'y', }[5m])) > bool other"#;
        let matcher = |label: &str, operator: &str, value: &str| Matcher {
            label: label.to_owned(),
            operator: operator.to_owned(),
            value: value.to_owned(),
        };
        let calls =
            vec![matcher("job", "=", "a,b}"), matcher("le", "=~", r"1|1\.0"), matcher("x", "!~", "y")];
        assert_eq!(
            words(expr),
            [
                Word::Grouping { labels: vec!["job".to_owned()] },
                Word::Series { name: "calls".to_owned(), matchers: calls },
                Word::Series { name: "other".to_owned(), matchers: Vec::new() },
            ]
        );
    }
}
