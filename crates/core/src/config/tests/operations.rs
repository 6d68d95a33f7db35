//! `[services.<name>.operations.<operation>]`: what is different for one operation, and what stands in for its reply.

use serde::Deserialize;
use serde_json::json;

use super::{ConfigErrors, Duration, Sources, public, rows};
use crate::{
    call::{Declaration, Grpc, Http, Operation},
    config::{Config, load},
};

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded and never read")]
struct Count {
    count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is decoded and never read")]
struct Note {
    title: String,
    created_at: String,
    score: Option<f32>,
}

/// A gRPC reply, with the JSON that pbjson would write for it.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Page {
    #[prost(string, repeated, tag = "1")]
    ids: Vec<String>,
    #[prost(int64, tag = "2")]
    total: i64,
}

const NOTES: &[Operation] = &[
    Operation::read::<Http, Count>("unread_count"),
    Operation::read::<Http, Vec<Note>>("unread"),
    Operation::new("dismiss"),
];
const ORDERS: &[Operation] = &[Operation::read::<Grpc, Page>("recent")];
const DECLARED: [Declaration; 3] = [
    Declaration { name: "notes", grpc: false, operations: NOTES },
    Declaration { name: "orders", grpc: true, operations: ORDERS },
    Declaration { name: "users", grpc: false, operations: &[] },
];

/// Three services, with an address each and this.
fn with(text: &str) -> Sources {
    let urls = ["notes", "orders", "users"].map(|name| format!("services.{name}.url = \"http://{name}\"\n"));
    public(&format!("{}{text}", urls.concat()))
}

#[track_caller]
fn loaded(text: &str) -> Config {
    load(&with(text), &DECLARED).unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

#[track_caller]
fn refused(text: &str) -> ConfigErrors {
    load(&with(text), &DECLARED).expect_err(text)
}

#[test]
fn an_operation_has_what_its_service_has_unless_it_says_otherwise() {
    let config = loaded("services.notes.operations.unread = {}");
    let unread = &config.services["notes"].operations["unread"];
    assert_eq!((unread.timeout, unread.attempt_timeout), (None, None));
    assert_eq!((unread.attempts, unread.hedge, unread.batch, &unread.fallback), (None, None, None, &None));

    let config = loaded(
        "[services.notes.operations.unread]\ntimeout = \"2s\"\nattempt_timeout = \"300ms\"\nattempts = 0\n\
         hedge = true\nbatch = false\nfallback = []",
    );
    let unread = &config.services["notes"].operations["unread"];
    let times = [Duration::from_secs(2), Duration::from_millis(300)].map(Some);
    assert_eq!([unread.timeout, unread.attempt_timeout], times);
    assert_eq!((unread.attempts, unread.hedge, unread.batch), (Some(0), Some(true), Some(false)));
    assert_eq!(unread.fallback, Some(json!([])));
}

#[test]
fn the_environment_sets_an_operation_too() {
    let sources = with("").with_environment([
        ("BFF_SERVICES__NOTES__OPERATIONS__UNREAD_COUNT__TIMEOUT", "100ms"),
        ("BFF_SERVICES__NOTES__OPERATIONS__UNREAD_COUNT__BATCH", "false"),
        ("BFF_SERVICES__NOTES__OPERATIONS__UNREAD_COUNT__FALLBACK", "{ count = 3 }"),
    ]);
    let config = load(&sources, &DECLARED).expect("all are valid");
    let count = &config.services["notes"].operations["unread_count"];
    assert_eq!((count.timeout, count.batch), (Some(Duration::from_millis(100)), Some(false)));
    assert_eq!(count.fallback, Some(json!({ "count": 3 })));
}

#[test]
fn what_an_operation_may_have_has_a_range() {
    for (key, value, expected) in [
        ("timeout", "\"0s\"", "a duration from \"1ms\" to \"10m\""),
        ("timeout", "\"11m\"", "a duration from \"1ms\" to \"10m\""),
        ("timeout", "100", "a duration such as \"300ms\""),
        ("attempt_timeout", "\"0s\"", "a duration from \"1ms\" to \"10m\""),
        ("attempts", "11", "a whole number from 0 to 10"),
        ("attempts", "-1", "a whole number, 0 or more"),
        ("hedge", "\"on\"", "true or false"),
        ("batch", "100", "true or false"),
        (
            "retries",
            "1",
            "one of timeout, attempt_timeout, attempts, hedge, cache, coalesce, batch, fallback",
        ),
    ] {
        let errors = refused(&format!("services.notes.operations.unread.{key} = {value}"));
        let found: Vec<_> = errors.iter().map(|error| (error.key(), error.expected())).collect();
        assert_eq!(found, [(&*format!("services.notes.operations.unread.{key}"), expected)], "{value}");
    }
}

#[test]
fn an_operation_is_one_that_the_client_lists() {
    let fact = "an operation that the client does not list";
    for (operation, expected) in [
        ("notes.operations.unread_cuont", "one of unread_count, unread, dismiss; did you mean unread_count?"),
        ("notes.operations.\"notes.unread\"", "one of unread_count, unread, dismiss"),
        ("orders.operations.get", "recent"),
        (
            "users.operations.get",
            "none: the client lists no operations, which #[service(operations(…))] does",
        ),
    ] {
        let errors = refused(&format!("services.{operation} = {{ timeout = \"1s\", fallback = 7 }}"));
        let source = "file \"bffs/web/config.toml\", line 4";
        assert_eq!(rows(&errors), [[source, &format!("services.{operation}"), fact, expected]]);
    }
    let errors = refused("services.notes.operations.timeout = \"1s\"");
    assert_eq!(rows(&errors)[0][1..], ["services.notes.operations.timeout", "a text", "a table"], "{errors}");
}

#[test]
fn a_fallback_is_the_reply_as_the_service_says_it() {
    for text in [
        "notes.operations.unread_count.fallback = { count = 0 }",
        // What the service may add is dropped from its replies, so it is from this one.
        "notes.operations.unread_count.fallback = { count = 0, since = \"yesterday\" }",
        "notes.operations.unread.fallback = []",
        "orders.operations.recent.fallback = {}",
        "orders.operations.recent.fallback = { ids = [\"ord-1\"], total = 1 }",
    ] {
        loaded(&format!("services.{text}"));
    }
    // A date of TOML's is a text in JSON.
    let config = loaded(
        "[[services.notes.operations.unread.fallback]]\ntitle = \"Back soon\"\ncreatedAt = 2026-03-14T10:00:00Z\nscore = 0.5",
    );
    let fallback = config.services["notes"].operations["unread"].fallback.clone();
    let note = json!({ "title": "Back soon", "createdAt": "2026-03-14T10:00:00Z", "score": 0.5 });
    assert_eq!(fallback, Some(json!([note])));
}

#[test]
fn a_fallback_that_is_no_reply_is_reported_where_it_is_not() {
    let list = "[[services.notes.operations.unread.fallback]]\ntitle = \"a\"\ncreatedAt = \"b\"\n\
                [[services.notes.operations.unread.fallback]]\ntitle = 7\ncreatedAt = \"b\"";
    for (text, line, key, found, expected) in [
        (
            "services.notes.operations.unread_count.fallback = {}",
            4,
            "notes.operations.unread_count.fallback",
            "a table",
            "a reply of notes.unread_count: missing field `count`",
        ),
        (
            "services.notes.operations.unread_count.fallback = { count = -1 }",
            4,
            "notes.operations.unread_count.fallback.count",
            "-1",
            "a reply of notes.unread_count: a whole number, 0 or more",
        ),
        (
            "services.notes.operations.unread_count.fallback = \"none\"",
            4,
            "notes.operations.unread_count.fallback",
            "a text",
            "a reply of notes.unread_count: a table",
        ),
        (list, 8, "notes.operations.unread.fallback[1].title", "7", "a reply of notes.unread: a text"),
        (
            "services.notes.operations.unread.fallback = {}",
            4,
            "notes.operations.unread.fallback",
            "a table",
            "a reply of notes.unread: a list",
        ),
        (
            "services.orders.operations.recent.fallback = { ids = [], totl = 1 }",
            4,
            "orders.operations.recent.fallback.totl",
            "a key that is not known",
            "a reply of orders.recent: one of ids, total; did you mean total?",
        ),
        (
            "services.notes.operations.dismiss.fallback = {}",
            4,
            "notes.operations.dismiss.fallback",
            "a table",
            "none: the client does not say what notes.dismiss answers with, as it does for a read",
        ),
    ] {
        let errors = refused(text);
        let source = format!("file \"bffs/web/config.toml\", line {line}");
        assert_eq!(rows(&errors), [[&*source, &format!("services.{key}"), found, expected]], "{text}");
    }
}

#[test]
fn a_fallback_of_the_environment_is_checked_as_well() {
    let name = "BFF_SERVICES__NOTES__OPERATIONS__UNREAD_COUNT__FALLBACK";
    for (value, key, found, expected) in [
        ("{ count = \"3\" }", ".count", "\"3\"", "a whole number, 0 or more"),
        // JSON is no TOML, so it is a text.
        ("{\"count\": 3}", "", "a text", "a table"),
    ] {
        let errors = load(&with("").with_environment([(name, value)]), &DECLARED).expect_err(value);
        let key = format!("services.notes.operations.unread_count.fallback{key}");
        let expected = format!("a reply of notes.unread_count: {expected}");
        assert_eq!(rows(&errors), [[&*format!("environment variable {name}"), &key, found, &expected]]);
    }
}
