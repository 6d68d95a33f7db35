//! The registries that clients rely on are in the README, each entry by its name.

use bff_core::prelude::{Code, Reason};

const README: &str = include_str!("../../../README.md");

#[test]
fn the_readme_lists_every_problem_code() {
    for code in Code::ALL {
        assert!(README.contains(&format!("`{}`", code.as_str())), "{}", code.as_str());
    }
}

#[test]
fn the_readme_lists_every_reason_with_what_a_required_section_becomes() {
    for reason in Reason::ALL {
        let (code, status) = (reason.code().as_str(), reason.code().status().as_u16());
        // Nothing has failed then, so nothing fails.
        let row = if *reason == Reason::Revalidating {
            format!("| `{reason}` | its last answer |")
        } else {
            format!("| `{reason}` | {status} `{code}` |")
        };
        assert!(README.contains(&row), "{row}");
    }
}
