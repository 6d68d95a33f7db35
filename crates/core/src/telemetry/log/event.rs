//! What the program says of itself: events of `tracing`, a line each, with the fields of the [`catalogue`].

use std::{
    fmt,
    io::{IsTerminal as _, Write as _},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use super::{
    catalogue,
    json::{Object, string},
    level, time,
};
use crate::{config::LogFormat, telemetry::sink::Sink};

/// Sends the events of this process where lines of requests go, those that the filter lets through; the filter can then be
/// changed at `/log` of the admin listener. `name` is the BFF's, where the process is one.
///
/// A subscriber that is there already stays: it was put there on purpose.
///
/// # Errors
///
/// What is wrong with the filter.
pub fn install(
    name: Option<&'static str>,
    filter: &str,
    format: LogFormat,
    sink: &Sink,
) -> Result<(), String> {
    let registry = tracing_subscriber::registry().with(level::layer(filter)?);
    let _ = match format {
        LogFormat::Json => registry.with(JsonEvents { name, sink: sink.clone() }).try_init(),
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt::layer().with_writer(sink.clone()).compact().without_time();
            registry.with(lines.with_ansi(std::io::stdout().is_terminal())).try_init()
        }
        LogFormat::Off => registry.try_init(),
    };
    Ok(())
}

/// Events as JSON.
struct JsonEvents {
    name: Option<&'static str>,
    sink: Sink,
}

impl<S: Subscriber> Layer<S> for JsonEvents {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let metadata = event.metadata();
        let mut line = Vec::with_capacity(256);
        write(&mut line, metadata.level().as_str(), self.name, metadata.target(), &said);
        self.sink.append(&line);
    }
}

/// The line that tells of lines which nobody read.
pub(in crate::telemetry) fn lost(count: u64, out: &mut Vec<u8>) {
    let said = Said { message: "log lines lost".to_owned(), fields: format!("{{\"lost\":{count}").into() };
    write(out, "WARN", None, module_path!(), &said);
}

fn write(out: &mut Vec<u8>, level: &str, name: Option<&str>, target: &str, said: &Said) {
    let mut line = Object::begin(out);
    time::write(line.field(&catalogue::TIMESTAMP));
    line.text(&catalogue::LEVEL, level);
    line.text(&catalogue::MESSAGE, &said.message);
    if let Some(name) = name {
        line.text(&catalogue::BFF, name);
    }
    line.text(&catalogue::TARGET, target);
    if !said.fields.is_empty() {
        let out = line.field(&catalogue::FIELDS);
        out.extend_from_slice(&said.fields);
        out.push(b'}');
    }
    line.end();
    out.push(b'\n');
}

/// What an event says: its message, and its other fields as the beginning of an object.
#[derive(Default)]
struct Said {
    message: String,
    fields: Vec<u8>,
}

impl Said {
    fn value(&mut self, field: &Field) -> &mut Vec<u8> {
        self.fields.push(if self.fields.is_empty() { b'{' } else { b',' });
        string(&mut self.fields, field.name());
        self.fields.push(b':');
        &mut self.fields
    }

    fn text(&mut self, field: &Field, text: &str) {
        if field.name() == "message" {
            text.clone_into(&mut self.message);
        } else {
            string(self.value(field), text);
        }
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let _ = write!(self.value(field), "{value}");
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        let _ = write!(self.value(field), "{value}");
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        let _ = write!(self.value(field), "{value}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn lines(tell: impl FnOnce()) -> Vec<Value> {
        let sink = Sink::memory();
        let events = JsonEvents { name: Some("bff-test"), sink: sink.clone() };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(events), tell);
        sink.take().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn an_event_is_a_line_of_the_catalogue() {
        let lines = lines(|| {
            tracing::info!("plain");
            tracing::warn!(lost = 3, up = true, less = -1, who = "a\"b\n", what = ?Some(1), half = 0.5, "a {}", "text");
        });
        assert_eq!(lines.len(), 2);
        for line in &lines {
            assert_eq!(catalogue::check(line), [""; 0], "{line}");
            assert_eq!((&line["bff"], &line["target"]), (&json!("bff-test"), &json!(module_path!())));
        }
        assert_eq!((&lines[0]["message"], lines[0].get("fields")), (&json!("plain"), None));
        assert_eq!((&lines[1]["message"], &lines[1]["level"]), (&json!("a text"), &json!("WARN")));
        let fields =
            json!({"lost": 3, "up": true, "less": -1, "who": "a\"b\n", "what": "Some(1)", "half": "0.5"});
        assert_eq!(lines[1]["fields"], fields);
    }

    #[test]
    fn lost_lines_are_told_as_an_event_is() {
        let mut out = Vec::new();
        lost(7, &mut out);
        let line: Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(catalogue::check(&line), [""; 0]);
        assert_eq!((&line["message"], &line["fields"]), (&json!("log lines lost"), &json!({"lost": 7})));
    }
}
