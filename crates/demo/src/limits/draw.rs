//! A page of text from what `/limits` says.

mod admission;
mod table;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::table::{list, safe, table, text};

/// Those who are refused most; the rest is a number.
const MOST: usize = 20;

/// The page, each line with its end.
pub fn page(url: &str, view: &Value) -> String {
    let mut lines = vec![url.to_owned(), String::new()];
    let rates = &view["rate_limits"];
    if rates.is_null() {
        lines.push("Rates are not limited: rate_limits.enabled = false.".to_owned());
    } else {
        lines.extend(quotas(&rates["quotas"]));
        lines.push(String::new());
        lines.extend(refused(&rates["refused"]));
        lines.push(String::new());
        lines.extend(store(&rates["store"]));
    }
    if view["admission"].is_object() {
        lines.push(String::new());
        lines.extend(admission::lines(&view["admission"]));
    }
    lines.into_iter().map(|line| safe(&line) + "\n").collect()
}

fn quotas(quotas: &Value) -> Vec<String> {
    let head = ["quota", "rate", "burst", "refused: last minute", "since the start"].map(str::to_owned);
    let rows = list(quotas).map(|quota| {
        let refused = &quota["refused"];
        [&quota["name"], &quota["rate"], &quota["burst"], &refused["last_minute"], &refused["total"]]
            .map(text)
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), [false, true, true, true, true])
}

fn refused(refused: &Value) -> Vec<String> {
    let all = list(refused).count();
    if all == 0 {
        return vec!["Nobody was refused in the last minute.".to_owned()];
    }
    let head = ["refused in the last minute", "by the quota", "times"].map(str::to_owned);
    let rows = list(refused).take(MOST).map(|refused| {
        let (least, most) = (&refused["at_least"], &refused["at_most"]);
        let times = if least == most { text(least) } else { format!("{} to {}", text(least), text(most)) };
        [who(&refused["who"]), text(&refused["quota"]), times]
    });
    let mut lines = table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), [false, false, true]);
    if all > MOST {
        lines.push(format!("and {} more", all - MOST));
    }
    lines
}

fn who(who: &Value) -> String {
    match who["kind"].as_str() {
        Some("caller") => format!("{} of {}", text(&who["id"]), text(&who["issuer"])),
        Some("address") => text(&who["address"]),
        Some("everyone") => "everyone together".to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn store(store: &Value) -> Vec<String> {
    let mut lines = vec![format!("counted in memory: {}", text(&store["keys"]))];
    if let Some(up) = store["redis"]["up"].as_bool() {
        let word = if up { "up" } else { "away" };
        lines.push(format!("Redis: {word} for {} s", text(&store["redis"]["since_seconds"])));
    }
    lines
}
