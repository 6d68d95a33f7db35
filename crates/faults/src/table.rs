//! The table, as a person reads it.

use std::time::Duration;

/// One promise: what was measured, beside a run without the defence.
pub struct Line {
    /// What was done to the BFF.
    pub row: &'static str,
    /// What was measured.
    pub what: String,
    /// What it was, with its unit.
    pub figure: String,
    /// What was promised.
    pub goal: String,
    /// Whether the figure keeps the promise.
    pub met: bool,
    /// The same figure without the defence in question.
    pub control: String,
}

impl Line {
    /// A row that ended with an error: none of its promises is kept.
    pub fn unmeasured(row: &'static str, error: &anyhow::Error) -> Self {
        let what = "could not be measured".to_owned();
        Self {
            row,
            what,
            figure: format!("{error:#}"),
            goal: String::new(),
            met: false,
            control: String::new(),
        }
    }
}

const TITLES: [&str; 6] = ["row", "what", "figure", "goal", "", "without the defence"];

/// Aligned columns; the name of a row stands at its first line only.
pub fn text(lines: &[Line]) -> String {
    let mut cells = vec![TITLES.map(str::to_owned)];
    let mut last = "";
    for line in lines {
        let row = if line.row == last { "" } else { line.row };
        last = line.row;
        let met = if line.met { "met" } else { "MISSED" };
        let [row, met] = [row, met].map(str::to_owned);
        cells.push([
            row,
            line.what.clone(),
            line.figure.clone(),
            line.goal.clone(),
            met,
            line.control.clone(),
        ]);
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let aligned = cells.iter().map(|row| {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    aligned.collect::<Vec<_>>().join("\n")
}

/// A duration in milliseconds, or that there was no end to it.
pub fn millis(duration: Duration) -> String {
    if duration == Duration::MAX {
        return "never".to_owned();
    }
    let millis = duration.as_secs_f64() * 1000.0;
    if millis < 100.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}

/// A duration in seconds, or that there was no end to it.
pub fn seconds(duration: Duration) -> String {
    if duration == Duration::MAX { "never".to_owned() } else { format!("{:.1} s", duration.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_a_missed_goal_is_said() {
        let line = |what: &str, met| Line {
            row: "hung",
            what: what.to_owned(),
            figure: millis(Duration::from_micros(1500)),
            goal: "at most 2 ms".to_owned(),
            met,
            control: "never".to_owned(),
        };
        let text = text(&[line("the latest reply", true), line("p99", false)]);
        let expected = "\
row   what              figure  goal                  without the defence
hung  the latest reply  1.5 ms  at most 2 ms  met     never
      p99               1.5 ms  at most 2 ms  MISSED  never";
        assert_eq!(text, expected);
    }

    #[test]
    fn durations_are_rounded_to_what_matters() {
        let texts = [1_234_567, 12_345, 0].map(Duration::from_micros).map(millis);
        assert_eq!(texts, ["1235 ms", "12.3 ms", "0.0 ms"]);
        assert_eq!(
            (millis(Duration::MAX), seconds(Duration::from_millis(9_870))),
            ("never".into(), "9.9 s".into())
        );
    }
}
