//! One line for each check, and the sum of them.

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use super::{ask::Answer, expect::Expect};

/// What became of one check.
pub struct Outcome {
    pub title: String,
    /// Status, time and size, where there was an answer.
    pub measured: Option<(u16, Duration, usize)>,
    /// In a word or two: `whole`, `orders timeout`, a problem's code.
    pub what: String,
    /// In what it differs from what was expected.
    pub differs: Vec<String>,
}

impl Outcome {
    /// An answer beside what it should be.
    pub fn of_answer(title: String, expect: &Expect, answer: Result<Answer, String>) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                return Self { title, measured: None, what: "no answer".to_owned(), differs: vec![error] };
            }
        };
        let degraded = answer.degraded();
        let what = match answer.json["code"].as_str() {
            Some(code) => code.to_owned(),
            None if !degraded.is_empty() => degraded.join(", "),
            None if answer.json.is_object() => "whole".to_owned(),
            None => answer.body.clone(),
        };
        let measured = Some((answer.status, answer.took, answer.body.len()));
        Self { title, measured, what, differs: expect.differences(&answer) }
    }

    /// A check of something else than an answer: `Err` says in what it differs.
    pub fn of_check(title: &str, what: &str, check: Result<(), String>) -> Self {
        let differs = check.err().into_iter().collect();
        Self { title: title.to_owned(), measured: None, what: what.to_owned(), differs }
    }
}

/// All outcomes so far.
pub struct Report {
    began: Instant,
    passed: usize,
    failed: usize,
}

impl Report {
    /// Nothing checked yet.
    pub fn new() -> Self {
        Self { began: Instant::now(), passed: 0, failed: 0 }
    }

    /// Prints an outcome and counts it.
    pub fn add(&mut self, outcome: &Outcome) {
        let Outcome { title, measured, what, differs } = outcome;
        let measured = measured.map_or_else(
            || format!("{:>3} {:>8} {:>9}", "-", "", ""),
            |(status, took, bytes)| format!("{status:>3} {:>5} ms {bytes:>7} B", took.as_millis()),
        );
        let tick = if differs.is_empty() { '✓' } else { '✗' };
        say(&format!("{tick} {measured}  {what:<28}{title}"));
        for difference in differs {
            say(&format!("      {difference}"));
        }
        if differs.is_empty() { self.passed += 1 } else { self.failed += 1 }
    }

    /// Prints the sum. Whether all passed.
    pub fn finish(&self) -> bool {
        let seconds = self.began.elapsed().as_secs_f64();
        say(&format!("\n{} passed, {} failed, in {seconds:.1} s", self.passed, self.failed));
        self.failed == 0
    }
}

/// Whoever closed the pipe has seen enough, and still gets the right exit code.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
