//! What the process takes on at once.

use serde_json::Value;

use super::table::{list, table, text};

/// A worker a line, and the memory.
pub(super) fn lines(admission: &Value) -> Vec<String> {
    let is_ready = admission["ready"].as_bool().unwrap_or(true);
    let state = if is_ready { "ready" } else { "not ready: it is overloaded" };
    let mut lines = vec![format!("admission: {state}{}", memory(&admission["memory"]))];
    let head = [
        "worker",
        "in flight",
        "busy",
        "limit",
        "lag ms",
        "admitted",
        "refused: critical",
        "normal",
        "sheddable",
    ];
    let rows = list(&admission["workers"]).enumerate().map(|(number, worker)| {
        let priorities = ["critical", "normal", "sheddable"].map(|priority| &worker[priority]);
        let admitted: u64 = priorities.iter().filter_map(|counts| counts["admitted"].as_u64()).sum();
        let [critical, normal, sheddable] = priorities.map(|counts| refused(counts).to_string());
        let lag = worker["lag_ms"].as_f64().map_or_else(|| "-".to_owned(), |lag| format!("{lag:.1}"));
        let limit = if worker["limit"].is_null() { "-".to_owned() } else { text(&worker["limit"]) };
        let (in_flight, busy) = (text(&worker["in_flight"]), text(&worker["busy"]));
        [number.to_string(), in_flight, busy, limit, lag, admitted.to_string(), critical, normal, sheddable]
    });
    lines.extend(table(&std::iter::once(head.map(str::to_owned)).chain(rows).collect::<Vec<_>>(), [true; 9]));
    lines
}

/// All that is called `refused_…`.
fn refused(counts: &Value) -> u64 {
    let counts = counts.as_object().into_iter().flatten();
    counts.filter(|(name, _)| name.starts_with("refused")).filter_map(|(_, count)| count.as_u64()).sum()
}

fn memory(memory: &Value) -> String {
    let mib = |name: &str| memory[name].as_u64().map(|bytes| bytes >> 20);
    match (mib("used"), mib("limit")) {
        (Some(used), Some(limit)) => format!("; memory {used} of {limit} MiB"),
        _ => String::new(),
    }
}
