//! Tables of what the BFFs tell, each from its catalogue in the core: a module and a file each.

mod logs;
mod metrics;
mod spans;

use crate::File;

/// All of them.
pub fn all() -> Vec<File> {
    vec![
        File::new("METRICS.md", metrics::text()),
        File::new("SPANS.md", spans::text()),
        File::new("LOGS.md", logs::text()),
    ]
}

/// A table of Markdown.
fn table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    let line = |cells: [String; COLUMNS]| format!("| {} |\n", cells.join(" | "));
    let rule = head.map(|_| "---".to_owned());
    [line(head.map(str::to_owned)), line(rule)].into_iter().chain(rows.map(line)).collect()
}

/// A word of the code.
fn code(text: &str) -> String {
    format!("`{text}`")
}
