//! The table, as a person reads it.

/// One promise that was attacked, and the control of the attack.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row's name.
    pub row: &'static str,
    /// What was tried, and how often.
    pub what: String,
    /// What came of it.
    pub figure: String,
    /// Whether the promise was kept.
    pub holds: bool,
    /// What the same attack finds where the leak is real.
    pub control: String,
    /// Whether it does.
    pub bites: bool,
}

impl Line {
    /// `holds`, or what is wrong with it: the promise or the attack.
    pub fn verdict(&self) -> &'static str {
        match (self.holds, self.bites) {
            (true, true) => "holds",
            (false, _) => "BROKEN",
            (true, false) => "UNPROVEN",
        }
    }

    /// Whether the promise was kept and the attack would have shown if not.
    pub fn is_good(&self) -> bool {
        self.holds && self.bites
    }
}

const TITLES: [&str; 5] = ["row", "what", "came to", "", "control"];

/// Aligned columns; the name of a row stands at its first line only.
pub fn text(lines: &[Line]) -> String {
    let mut cells = vec![TITLES.map(str::to_owned)];
    let mut last = "";
    for line in lines {
        let row = if line.row == last { "" } else { line.row };
        last = line.row;
        let [row, verdict] = [row, line.verdict()].map(str::to_owned);
        cells.push([row, line.what.clone(), line.figure.clone(), verdict, line.control.clone()]);
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let aligned = cells.iter().map(|row| {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    aligned.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_without_a_control_that_bites_is_unproven() {
        let line = |holds, bites| Line {
            row: "headers",
            what: "web".to_owned(),
            figure: "no breach".to_owned(),
            holds,
            control: "12 found".to_owned(),
            bites,
        };
        let all = [line(true, true), line(true, false), line(false, true)];
        assert_eq!(all.clone().map(|line| line.is_good()), [true, false, false]);
        let expected = "\
row      what  came to              control
headers  web   no breach  holds     12 found
         web   no breach  UNPROVEN  12 found
         web   no breach  BROKEN    12 found";
        assert_eq!(text(&all), expected);
    }
}
