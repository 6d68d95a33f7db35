//! Values as words, and words in columns.

use serde_json::Value;

/// The longest name of a caller that is shown whole.
pub(super) const LONGEST: usize = 60;

/// The elements, none of what is no list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text without its quotes, anything else as JSON; cut where it is too long.
pub(super) fn text(value: &Value) -> String {
    let whole = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    whole.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// What a caller is called must not move the cursor.
pub(super) fn safe(line: &str) -> String {
    line.chars().map(|char| if char.is_control() { '?' } else { char }).collect()
}

/// Lines of as many columns, each as wide as it must be.
pub(super) fn table<const N: usize>(rows: &[[String; N]], to_the_right: [bool; N]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).zip(to_the_right).map(|((cell, width), to_the_right)| {
            if to_the_right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
