//! `just plan`: what each screen would cost at its worst.

use std::{
    io::{self, Write as _},
    path::Path,
};

use bff_core::config::Sources;
use bff_testkit::plan::{self, Planned};

use crate::house::{StartError, Which};

/// Prints the plan of these BFFs. False if a screen has none, or may need more time than it has.
pub fn run(which: &[Which], config: Option<&Path>) -> Result<bool, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::system("a runtime"))?;
    let mut out = io::stdout().lock();
    let mut all_fit = true;
    for which in which {
        let sources = match config {
            Some(file) => Sources::read(file).map_err(|errors| StartError::Bff(errors.into()))?,
            None => which.bff().builtin_config(),
        };
        let screens = runtime.block_on(plan::with(which.bff(), sources));
        let _ = writeln!(out, "---- {} ----\n", which.word());
        for Planned { route, plan, .. } in screens {
            let text = match plan {
                Ok(plan) => {
                    all_fit &= !plan.is_over();
                    plan.to_string()
                }
                Err(problem) => {
                    all_fit = false;
                    format!("{route}\n  NO PLAN: {problem}")
                }
            };
            let _ = writeln!(out, "{text}\n");
        }
    }
    let verdict = if all_fit {
        "Every screen's calls fit into its deadline. Settings: [services.<name>] and its operations."
    } else {
        "Not every screen fits; see OVER and NO PLAN above."
    };
    let _ = writeln!(out, "{verdict}");
    Ok(all_fit)
}
