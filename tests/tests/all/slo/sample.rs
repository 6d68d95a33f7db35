//! The samples of a scrape in Prometheus' text format, and whether one is what a selector selects.

use bff_observability::lint::words::{Matcher, Word, words};

/// One sample, without its value.
pub struct Sample {
    name: String,
    labels: Vec<Matcher>,
}

/// All samples of a text.
pub fn samples(text: &str) -> Vec<Sample> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    // A sample's name and labels are written as a selector's are.
    let first = lines.filter_map(|line| words(line).into_iter().next());
    first
        .filter_map(|word| match word {
            Word::Series { name, matchers } => Some(Sample { name, labels: matchers }),
            Word::Grouping { .. } => None,
        })
        .collect()
}

impl Sample {
    /// Whether a selector selects it. Grafana's variables and what Prometheus adds stand for anything.
    pub fn is(&self, name: &str, matchers: &[Matcher]) -> bool {
        let fits = |matcher: &Matcher| {
            let stands_for_anything =
                matcher.value.starts_with('$') || ["job", "instance"].contains(&&*matcher.label);
            let value = self.labels.iter().find(|label| label.label == matcher.label);
            let value = value.map_or("", |label| label.value.as_str());
            stands_for_anything
                || match matcher.operator.as_str() {
                    "=" => value == matcher.value,
                    "!=" => value != matcher.value,
                    "=~" => matcher.value.split('|').any(|pattern| is_like(pattern, value)),
                    _ => !matcher.value.split('|').any(|pattern| is_like(pattern, value)),
                }
        };
        self.name == name && matchers.iter().all(fits)
    }
}

/// As much of regular expressions as the rules use: a dot is any character, unless it is escaped.
fn is_like(pattern: &str, value: &str) -> bool {
    let (mut pattern, mut value) = (pattern.chars(), value.chars());
    loop {
        match (pattern.next(), value.next()) {
            (None, None) => return true,
            (Some('.'), Some(_)) => {}
            (Some('\\'), Some(there)) if pattern.next() == Some(there) => {}
            (Some(here), Some(there)) if here == there => {}
            _ => return false,
        }
    }
}
