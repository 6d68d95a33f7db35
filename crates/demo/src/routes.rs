//! `just routes`: every route, and who may call it.

use std::io::{self, Write as _};

use bff_core::routes::Priority;
use bff_testkit::plan::{self, Planned};

use crate::house::{StartError, Which};

const HEAD: [&str; 7] = ["method", "path", "screen", "who may", "priority", "deadline", "services"];

/// Prints the routes of these BFFs. False if one does not answer its example, so that its screen and services are not known.
pub fn run(which: &[Which]) -> Result<bool, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::system("a runtime"))?;
    let mut out = io::stdout().lock();
    let mut all_answer = true;
    for which in which {
        let routes = runtime.block_on(plan::of(which.bff()));
        let faults: Vec<_> = routes
            .iter()
            .filter_map(|route| Some(format!("! {}: {}", route.route, route.plan.as_ref().err()?)))
            .collect();
        all_answer &= faults.is_empty();
        let _ = writeln!(out, "---- {} ----\n", which.word());
        for line in table(&routes).into_iter().chain(faults) {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out);
    }
    Ok(all_answer)
}

fn table(routes: &[Planned]) -> Vec<String> {
    let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned)).chain(routes.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; HEAD.len()] = std::array::from_fn(width);
    let line = |row: &[String; HEAD.len()]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn row(route: &Planned) -> [String; HEAD.len()] {
    let Planned { policy, priority, plan, .. } = route;
    let (method, path) = route.route.split_once(' ').unwrap_or_default();
    let (screen, deadline, services) = match plan {
        Ok(plan) => {
            let services = plan.services().join(", ");
            (plan.screen_name().unwrap_or("-"), format!("{} ms", plan.deadline.as_millis()), services)
        }
        Err(_) => ("?", "?".to_owned(), "?".to_owned()),
    };
    let services = if services.is_empty() { "-".to_owned() } else { services };
    // What is not normal must catch the eye.
    let priority = if *priority == Priority::Normal { String::new() } else { priority.to_string() };
    [method.to_owned(), path.to_owned(), screen.to_owned(), policy.to_string(), priority, deadline, services]
}

#[cfg(test)]
mod tests {
    use bff_core::prelude::*;

    use super::*;

    #[tokio::test]
    async fn a_route_is_a_line_with_who_may_call_it_and_what_it_calls() {
        let lines = table(&plan::of(bff_web::bff()).await);
        let words: Vec<Vec<&str>> = lines
            .iter()
            .map(|line| line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect())
            .collect();
        assert_eq!(words[0], HEAD);
        let detail = [
            "GET",
            "/api/orders/{id}",
            "OrderDetail",
            "scope orders:read",
            "1500 ms",
            "orders, invoices, users",
        ];
        assert_eq!(words[2], detail);
        assert_eq!(words.len(), 1 + bff_web::bff().all_routes().count());
    }

    #[tokio::test]
    async fn what_is_no_screen_or_does_not_answer_says_so() {
        async fn plain() -> &'static str {
            "plain"
        }
        let routes = Routes::new().get("/plain", plain, public()).get(
            "/unknown/{id}",
            plain,
            role("admin").own_user("id"),
        );
        let routes = routes.critical().get("/badge", plain, public()).sheddable();
        let routes = plan::of(Bff::new("bff-tiny", "tiny.toml", "").routes(routes)).await;
        let lines = table(&routes);
        assert!(
            lines[1].contains(" -  ") && lines[1].ends_with('-') && lines[1].contains("public"),
            "{lines:?}"
        );
        let says = |line: usize, word| lines[line].contains(word);
        assert!(says(2, "  critical  ") && says(3, "  sheddable  ") && !says(1, "normal"), "{lines:?}");
        assert!(lines[2].ends_with('?') && lines[2].contains("role admin, own user {id}"), "{lines:?}");
    }
}
