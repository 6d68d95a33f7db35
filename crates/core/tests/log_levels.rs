//! Levels that are changed while a BFF runs, at its admin listener. A program of its own, since a process has one subscriber.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use bff_core::{
    config::LogFormat,
    prelude::*,
    telemetry::{
        log::{catalogue, event},
        sink::Sink,
    },
};
use serde_json::{Value, json};

/// Status and body of what the admin listener answers.
fn ask(admin: SocketAddr, method: &str, lines: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(admin).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "{method} /log HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Length: {length}\r\n{lines}\r\n{body}"
    )
    .expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    let status = reply[9..12].parse().expect("a status");
    (status, reply.split_once("\r\n\r\n").expect("a head").1.to_owned())
}

fn change(admin: SocketAddr, body: &Value) -> (u16, String) {
    ask(admin, "PUT", "Content-Type: application/json\r\n", &body.to_string())
}

/// Which of an event at each level is written.
fn written(sink: &Sink) -> Vec<String> {
    sink.take();
    tracing::error!("told");
    tracing::info!("told");
    tracing::debug!("told");
    tracing::trace!(target: "elsewhere", "told");
    let lines = sink.take();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let told = lines.filter(|line| {
        assert_eq!(catalogue::check(line), [""; 0], "{line}");
        line["message"] == "told"
    });
    told.map(|line| line["level"].as_str().expect("a level").to_owned()).collect()
}

#[test]
fn levels_change_while_it_runs_and_come_back() {
    let sink = Sink::memory();
    event::install(Some("bff-tiny"), "info", LogFormat::Json, &sink).expect("a good filter");
    let bff = Bff::new("bff-tiny", "tiny.toml", "auth.public_only = true");
    let sources = ["server.listen", "admin.listen"]
        .into_iter()
        .fold(bff.builtin_config(), |sources, key| sources.with_override(key, "127.0.0.1:0"));
    let sources = sources.with_override("drain.notice", "0s");
    let running = bff.start(&sources, Some(sink.clone())).expect("a good configuration");
    let admin = running.admin_address();
    assert_eq!(written(&sink), ["ERROR", "INFO"]);

    let (status, text) = change(admin, &json!({"level": "log_levels=debug,elsewhere=trace,warn"}));
    assert_eq!(status, 200, "{text}");
    let shown: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&shown["level"], &shown["configured"]["level"]),
        (&json!("log_levels=debug,elsewhere=trace,warn"), &json!("info"))
    );
    assert!(shown["until"].is_string(), "it has an end though none was said");
    assert_eq!(written(&sink), ["ERROR", "INFO", "DEBUG", "TRACE"]);

    for (body, says) in [
        (json!({"level": "debgu"}), "\"debgu\" is no level"),
        (json!({"level": "log_levels=loud"}), "level: "),
        (json!({"level": ""}), "is no level"),
        (json!({"level": "debug", "for": "soon"}), "for: \"soon\""),
    ] {
        let (status, text) = change(admin, &body);
        assert!(status == 400 && text.contains(says), "{body}: {status} {text}");
    }
    assert_eq!(written(&sink).len(), 4, "what was refused changed nothing");

    assert_eq!(ask(admin, "DELETE", "", "").0, 200);
    assert_eq!(written(&sink), ["ERROR", "INFO"]);

    // A change ends by itself, too.
    assert_eq!(change(admin, &json!({"level": "off", "for": "1s"})).0, 200);
    assert_eq!(written(&sink), [""; 0]);
    while written(&sink).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(written(&sink), ["ERROR", "INFO"]);
}
