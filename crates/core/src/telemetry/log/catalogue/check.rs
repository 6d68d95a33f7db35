//! Whether a line is what the catalogue says.

use serde_json::{Map, Value};

use super::{ALL, Field, Kind, Of, SECTIONS, TARGET, When};

/// What is wrong with a line: a field that is not known, of another kind, or not there. Nothing, if all is right.
pub fn check(line: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    match line {
        Value::Object(object) => {
            let of = if object.contains_key(TARGET.name) { Of::Event } else { Of::Request };
            fields(object, &[Of::Every, of], "", &mut wrong);
        }
        other => wrong.push(format!("a line is an object, not {other}")),
    }
    wrong
}

fn fields(object: &Map<String, Value>, of: &[Of], prefix: &str, wrong: &mut Vec<String>) {
    let known = || ALL.iter().filter(|field| of.contains(&field.of));
    for (name, value) in object {
        match known().find(|field| field.name == name) {
            Some(field) if !fits(field, value, wrong) => {
                wrong.push(format!("{prefix}{name} is {value}, expected {:?}", field.kind));
            }
            Some(_) => {}
            None => wrong.push(format!("{prefix}{name} is no field of {of:?}")),
        }
    }
    for field in known().filter(|field| field.when == When::Always) {
        if !object.contains_key(field.name) {
            wrong.push(format!("{prefix}{} is missing", field.name));
        }
    }
}

fn fits(field: &Field, value: &Value, wrong: &mut Vec<String>) -> bool {
    let is_one_of = |words: &[&str], value: &Value| value.as_str().is_some_and(|text| words.contains(&text));
    match field.kind {
        Kind::Text => value.is_string(),
        Kind::Word(words) => is_one_of(words, value),
        Kind::Words(words) => value
            .as_array()
            .is_some_and(|list| !list.is_empty() && list.iter().all(|value| is_one_of(words, value))),
        Kind::Hex(digits) => value.as_str().is_some_and(|text| {
            text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }),
        Kind::Time => value.as_str().is_some_and(is_time),
        Kind::Count => value.is_u64(),
        Kind::Milliseconds => value.as_f64().is_some_and(|number| number >= 0.0),
        Kind::Flag => value.is_boolean(),
        Kind::Object => value.as_object().is_some_and(|object| !object.is_empty()),
        Kind::Sections => {
            let Some(list) = value.as_array().filter(|list| !list.is_empty()) else { return false };
            for section in list {
                let Some(section) = section.as_object() else { return false };
                fields(section, &[Of::Section], &format!("{}[].", SECTIONS.name), wrong);
            }
            true
        }
    }
}

/// `2027-01-31T12:00:00.000Z`.
fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({
            "timestamp": "2027-01-31T12:00:00.000Z", "level": "INFO", "message": "request", "bff": "bff-web",
            "request_id": "r", "trace_id": "0".repeat(32), "span_id": "0".repeat(16), "sampled": false,
            "method": "GET", "route": "/", "status": 200, "duration_ms": 1.5, "outcome": "whole",
            "sections": [{"name": "profile", "outcome": "fresh", "ms": 1.25, "notes": ["retried"]}],
        })
    }

    #[test]
    fn what_is_as_the_catalogue_says_is_right() {
        assert_eq!(check(&good()), [""; 0]);
        let event = json!({
            "timestamp": "2027-01-31T12:00:00.000Z", "level": "WARN", "message": "so", "target": "bff_core",
            "fields": {"anything": [1]},
        });
        assert_eq!(check(&event), [""; 0]);
    }

    #[test]
    fn what_is_not_is_told() {
        for (pointer, value, says) in [
            ("/status", json!("200"), "status is \"200\""),
            ("/trace_id", json!("0"), "trace_id is"),
            ("/trace_id", json!("G".repeat(32)), "trace_id is"),
            ("/timestamp", json!("2027-01-31T12:00:00Z"), "timestamp is"),
            ("/level", json!("info"), "level is"),
            ("/outcome", json!("fine"), "outcome is"),
            ("/sections", json!([]), "sections is"),
            ("/sections/0/ms", json!(-1), "sections[].ms is"),
            ("/sections/0/notes", json!(["late"]), "sections[].notes is"),
            ("/sections/0", json!({"name": "a", "outcome": "fresh"}), "sections[].ms is missing"),
            (
                "/sections/0",
                json!({"name": "a", "outcome": "fresh", "ms": 1, "x": 1}),
                "sections[].x is no field",
            ),
        ] {
            let mut line = good();
            *line.pointer_mut(pointer).expect("a place") = value;
            let wrong = check(&line);
            assert!(wrong.len() == 1 && wrong[0].starts_with(says), "{pointer}: {wrong:?}");
        }
        let mut line = good();
        line.as_object_mut().expect("an object").remove("route");
        assert_eq!(check(&line), ["route is missing"]);
        line["user"] = json!("alice");
        assert_eq!(check(&line).len(), 2);
    }
}
