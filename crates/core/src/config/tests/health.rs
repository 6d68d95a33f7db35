//! `[health]` and `[services.<name>.health]`.

use std::time::Duration;

use super::{errors, load, public, rows};
use crate::{
    call::Declaration,
    config::{CheckConfig, ConfigErrors, Sources},
};

fn service(text: &str) -> Sources {
    public(&format!("[services.users]\nurl = \"http://users\"\n[services.users.health]\n{text}"))
}

/// The one mistake in the check of a service.
fn mistake(text: &str, grpc: bool) -> ConfigErrors {
    let declared = [Declaration { name: "users", grpc, operations: &[] }];
    crate::config::load(&service(text), &declared).expect_err(text)
}

#[test]
fn the_time_until_a_worker_is_stuck_has_bounds() {
    let expected = "a duration from \"100ms\" to \"10m\"";
    for text in ["99ms", "11m", "0s"] {
        let errors = errors(&public(&format!("health.stuck_after = {text:?}")), &[]);
        let [[_, key, found, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!((key, found, said), ("health.stuck_after", &*format!("{text:?}"), expected));
    }
    let config = load(&public("health.stuck_after = \"100ms\""), &[]).expect("it is the least");
    assert_eq!(config.health.stuck_after, Duration::from_millis(100));
}

#[test]
fn nothing_is_checked_unless_there_is_a_section_and_then_with_the_documented_defaults() {
    let of = |sources: &Sources| load(sources, &["users"]).expect("valid").services["users"].health.clone();
    assert!(of(&public("[services.users]\nurl = \"http://users\"")).is_none());
    let CheckConfig { path, service: name, every, timeout, unhealthy_after, healthy_after } =
        of(&service("path = \"/health?full=1\"")).expect("a section");
    assert_eq!((path.as_str(), name.as_str()), ("/health?full=1", ""));
    assert_eq!((every, timeout), (Duration::from_secs(5), Duration::from_secs(1)));
    assert_eq!((unhealthy_after, healthy_after), (3, 2));
}

#[test]
fn what_is_wrong_with_a_check_is_said_at_its_key() {
    let path = "a path such as \"/health\"";
    for (grpc, text, key, found, expected) in [
        (false, "", "path", "nothing", path),
        (false, "path = \"\"", "path", "\"\"", path),
        (false, "path = \"health\"", "path", "\"health\"", path),
        (false, "path = \"/health me\"", "path", "\"/health me\"", path),
        (
            false,
            "path = \"/h\"\nservice = \"a\"",
            "service",
            "\"a\"",
            "no name: a service that speaks HTTP is asked for a path",
        ),
        (true, "path = \"/h\"", "path", "\"/h\"", "no path: a gRPC service is asked by grpc.health.v1"),
        (true, "every = \"1ms\"", "every", "\"1ms\"", "a duration from \"10ms\" to \"10m\""),
        (true, "timeout = \"0s\"", "timeout", "\"0s\"", "a duration from \"1ms\" to \"10m\""),
        (true, "unhealthy_after = 0", "unhealthy_after", "0", "a whole number from 1 to 1000"),
        (true, "healthy_after = 1001", "healthy_after", "1001", "a whole number from 1 to 1000"),
        (
            true,
            "often = true",
            "often",
            "a key that is not known",
            "one of path, service, every, timeout, unhealthy_after, healthy_after",
        ),
    ] {
        let errors = mistake(text, grpc);
        let [[source, found_key, what, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!(found_key, format!("services.users.health.{key}"), "{text}");
        assert_eq!((what, said), (found, expected), "{text}");
        assert!(source.contains("config.toml"), "{source}");
    }
}

#[test]
fn all_of_it_is_wrong_at_once() {
    let text = "every = \"1ms\"\nunhealthy_after = 0\nhealthy_after = 0\npath = \"x\"";
    assert_eq!(rows(&mistake(text, false)).len(), 4);
}
