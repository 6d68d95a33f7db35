//! The rows, small: enough to see that they run, that every promise holds and that every control bites.

use std::{path::PathBuf, sync::Mutex};

use bff_security::{
    plan::Plan,
    rows::Row,
    table::{self, Line},
};

fn run(row: Row) {
    let plan = Plan {
        seed: fastrand::u64(..),
        requests: 400,
        kids: 300,
        program: PathBuf::from(env!("CARGO_BIN_EXE_bff-security")),
    };
    let said = Mutex::new(Vec::new());
    let say = |text: &str| said.lock().expect("nobody panics while it holds this").push(text.to_owned());
    let lines = row.run(&plan, &say);
    let said = said.lock().expect("nobody panics while it holds this").join("\n");
    let lines = lines.unwrap_or_else(|error| panic!("seed {}: {error:#}\n{said}", plan.seed));
    assert!(
        !lines.is_empty() && lines.iter().all(Line::is_good),
        "seed {}\n{}\n{said}",
        plan.seed,
        table::text(&lines)
    );
}

#[test]
fn headers() {
    run(Row::Headers);
}

#[test]
fn canaries() {
    run(Row::Canaries);
}

#[test]
fn kids() {
    run(Row::Kids);
}

#[test]
fn forgeries() {
    run(Row::Forgeries);
}
