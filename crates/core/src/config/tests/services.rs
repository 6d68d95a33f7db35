//! `[services.<name>]`: one address or several, and every limit with its default and its range.

use super::{Duration, Sources, errors, load, public, rows};

const ADDRESS: &str = "an address such as \"http://users.internal:8080\"";

fn users(text: &str) -> Sources {
    public(&format!("[services.users]\nurl = \"http://users\"\n{text}"))
}

#[test]
fn a_service_has_the_documented_defaults() {
    let sources = public("[services.users]\nurl = \"http://users.internal:8080/v1\"");
    let config = load(&sources, &["users"]).expect("a service needs a url only");

    let users = &config.services["users"];
    assert_eq!(users.url, ["http://users.internal:8080/v1"]);
    assert_eq!((users.timeout, users.attempt_timeout), (Duration::from_secs(1), Duration::from_secs(1)));
    assert_eq!(users.connect_timeout, Duration::from_millis(250));
    assert_eq!(users.dns_refresh, Duration::from_secs(5));
    assert_eq!((users.max_reply, users.max_depth, users.channels), (4 << 20, 64, 2));
    assert!(!users.compression && users.operations.is_empty());
    let bulkhead = &users.bulkhead;
    assert_eq!((bulkhead.limit, bulkhead.adaptive, bulkhead.at_least), (64, true, 4));
    assert_eq!(bulkhead.wait, Duration::from_millis(10));
    let hedge = &users.hedge;
    assert_eq!((hedge.enabled, hedge.percentile, hedge.at_most_percent), (false, 95, 3));
    assert_eq!(hedge.minimum_calls, 100);
}

#[test]
fn a_service_has_one_address_or_a_list_of_them() {
    let urls = |sources: &Sources| {
        load(sources, &["users"]).map(|mut config| config.services.remove("users").expect("it is set").url)
    };
    let list = "services.users.url = [\"http://users-1\", \"https://users-2:8443/v1\"]";
    assert_eq!(urls(&public(list)).expect("two addresses"), ["http://users-1", "https://users-2:8443/v1"]);
    let one = "services.users.url = [\"http://users-1\"]";
    assert_eq!(urls(&public(one)).expect("one address"), ["http://users-1"]);

    // A variable's list is in place of the file's, and its text is one address.
    let variable = |value| public(list).with_environment([("BFF_SERVICES__USERS__URL", value)]);
    assert_eq!(
        urls(&variable("[\"http://a\", \"http://b\", \"http://c\"]")).expect("three addresses"),
        ["http://a", "http://b", "http://c"]
    );
    assert_eq!(urls(&variable("http://a")).expect("one address"), ["http://a"]);
}

#[test]
fn a_wrong_address_is_reported_at_its_place_in_the_list() {
    let text =
        "[services.users]\nurl = [\"http://users-1\",\n  \"users-2\",\n  7,\n  \"http://users-3\",\n  \"\"]";
    let file = |line: usize| format!("file \"bffs/web/config.toml\", line {line}");
    let host = format!("{ADDRESS}, with http:// or https:// and a host");
    let sources = [file(3), file(4), file(6)];
    let wanted = [
        [&sources[0], "services.users.url[1]", "\"users-2\"", &host],
        [&sources[1], "services.users.url[2]", "7", ADDRESS],
        [&sources[2], "services.users.url[4]", "\"\"", &host],
    ];
    let errors = errors(&public(text), &["users"]);
    assert_eq!(rows(&errors), wanted, "{errors}");
}

#[test]
fn an_address_that_is_none_is_one_mistake() {
    let either = format!("{ADDRESS} or a list of them");
    for (url, key, found, expected) in [
        ("[]", "services.users.url", "an empty list", &*either),
        ("5", "services.users.url", "5", &*either),
        ("{ host = \"users\" }", "services.users.url", "a table", &*either),
        ("[true]", "services.users.url[0]", "true", ADDRESS),
        ("[[\"http://users\"]]", "services.users.url[0]", "a list", ADDRESS),
    ] {
        let errors = errors(&public(&format!("services.users.url = {url}")), &["users"]);
        let found: Vec<_> =
            rows(&errors).into_iter().map(|[_, rest @ ..]| rest == [key, found, expected]).collect();
        assert_eq!(found, [true], "{url}: {errors}");
    }
    let missing = errors(&public("services.users.timeout = \"2s\""), &["users"]);
    assert_eq!(rows(&missing)[0][1..], ["services.users.url", "nothing", &either]);

    let sources = public("").with_environment([("BFF_SERVICES__USERS__URL", "[\"http://users\", 7]")]);
    let source = "environment variable BFF_SERVICES__USERS__URL";
    assert_eq!(rows(&errors(&sources, &["users"])), [[source, "services.users.url[1]", "7", ADDRESS]]);
    let sources = public("").with_environment([("BFF_SERVICES__USERS__URL", "7")]);
    let host = format!("{ADDRESS}, with http:// or https:// and a host");
    assert_eq!(rows(&errors(&sources, &["users"])), [[source, "services.users.url", "7", &host]]);
}

#[test]
fn what_a_service_may_have_has_a_range() {
    let percent = "a whole number from 1 to 100";
    for (key, value, expected) in [
        ("dns_refresh", "\"0s\"", "a duration from \"1ms\" to \"10m\""),
        ("dns_refresh", "5", "a duration such as \"300ms\""),
        ("bulkhead.limit", "0", "a whole number from 1 to 1000000"),
        ("bulkhead.limit", "1000001", "a whole number from 1 to 1000000"),
        ("bulkhead.limit", "\"many\"", "a whole number, 0 or more"),
        ("bulkhead.adaptive", "1", "true or false"),
        ("bulkhead.at_least", "0", "a whole number from 1 to 64"),
        ("bulkhead.at_least", "65", "a whole number from 1 to 64"),
        ("bulkhead.wait", "\"11m\"", "a duration from \"0s\" to \"10m\""),
        ("bulkhead.wait", "50", "a duration such as \"300ms\""),
        ("hedge.enabled", "\"yes\"", "true or false"),
        ("hedge.percentile", "0", "a whole number from 1 to 99"),
        ("hedge.percentile", "100", "a whole number from 1 to 99"),
        ("hedge.at_most_percent", "0", percent),
        ("hedge.at_most_percent", "101", percent),
        ("hedge.minimum_calls", "0", "a whole number from 1 to 100000"),
        ("hedge.minimum_calls", "100001", "a whole number from 1 to 100000"),
        ("bulkhead", "64", "a table"),
        ("hedge", "true", "a table"),
        ("operations", "\"recent\"", "a table"),
    ] {
        let errors = errors(&users(&format!("{key} = {value}")), &["users"]);
        let found: Vec<_> = errors.iter().map(|error| (error.key(), error.expected())).collect();
        assert_eq!(found, [(&*format!("services.users.{key}"), expected)], "{value}");
    }
    let old = errors(&users("bulkhead_wait = \"1s\""), &["users"]);
    assert_eq!(rows(&old)[0][2], "a key that is not known", "{old}");
}

#[test]
fn the_ends_of_a_range_are_within_it() {
    for text in [
        "bulkhead = { limit = 1, at_least = 1, wait = \"0s\", adaptive = false }",
        "bulkhead = { limit = 1000000, at_least = 1000000 }",
        // The default of at_least is more than this, and nobody has asked for it.
        "bulkhead.limit = 2",
        "hedge = { enabled = true, percentile = 1, at_most_percent = 1, minimum_calls = 1 }",
        "hedge = { percentile = 99, at_most_percent = 100, minimum_calls = 100000 }",
        "dns_refresh = \"10m\"",
    ] {
        if let Err(errors) = load(&users(text), &["users"]) {
            panic!("{text}: {errors}");
        }
    }
}
