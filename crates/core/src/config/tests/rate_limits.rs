//! `[rate_limits]`: quotas as text, and what can't be.

use super::{file, rows};
use crate::config::{
    Config, ConfigErrors, Per, QuotaConfig,
    load::{Declared, KeyStorage, load_for},
};

fn load(text: &str) -> Result<Config, ConfigErrors> {
    let routes = ["GET /a".to_owned(), "POST /orders".to_owned()];
    let declared = Declared { services: &[], routes: &routes, storage: KeyStorage::File };
    load_for(&file(&format!("auth.public_only = true\n{text}")), &declared)
}

/// The line of each mistake, its key, what was found and what was expected.
fn mistakes(text: &str) -> Vec<[String; 4]> {
    let errors = load(text).expect_err("there are mistakes");
    let line = |source: &str| source.rsplit(' ').next().unwrap_or_default().to_owned();
    rows(&errors)
        .into_iter()
        .map(|[source, key, found, expected]| {
            [line(source), key.to_owned(), found.to_owned(), expected.to_owned()]
        })
        .collect()
}

#[test]
fn a_quota_is_a_line_of_text() {
    for (text, count, per, burst) in [
        ("100/s burst 200", 100, Per::Second, 200),
        ("10/m", 10, Per::Minute, 10),
        ("  5/h   burst 1 ", 5, Per::Hour, 1),
        ("10000/d", 10_000, Per::Day, 10_000),
    ] {
        let config = load(&format!("rate_limits.caller = [{text:?}]")).expect(text);
        assert_eq!(config.rate_limits.caller, [QuotaConfig { count, per, burst }], "{text}");
    }
    for text in [
        "",
        "100",
        "100/",
        "/s",
        "0/s",
        "+1/s",
        "-1/s",
        "1.5/s",
        "100/x",
        "100/sec",
        "100/s burst",
        "1/s burst 0",
        "100/s 200",
        "100/s burst 200 more",
        "99999999999/s",
    ] {
        let mistakes = mistakes(&format!("rate_limits.caller = [{text:?}]"));
        assert_eq!(mistakes[0][1], "rate_limits.caller[0]", "{text}");
        assert_eq!(mistakes[0][3], "a quota such as \"100/s burst 200\", per s, m, h or d", "{text}");
    }
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let text = r#"# 2
[rate_limits]                                                   # 3
shared = true                                                   # 4
instances = 0                                                   # 5
max_keys = 1                                                    # 6
caller = ["20000/s"]                                            # 7
address = ["1/d burst 100"]                                     # 8
[rate_limits.plans]                                             # 9
gold = ["10/s", "20/s"]                                         # 10
"a\"b" = []                                                     # 11
[rate_limits.routes."GET /b"]                                   # 12
[rate_limits.routes."GET /a"]                                   # 13
cost = 11                                                       # 14
quotas = ["1/s burst 100"]                                      # 15
per = "group"                                                   # 16
"#;
    let expected = [
        ["4", "rate_limits.shared", "true", "false, or the address of a Redis in redis.url"],
        ["5", "rate_limits.instances", "0", "a whole number from 1 to 10000"],
        ["6", "rate_limits.max_keys", "1", "a whole number from 1000 to 100000000"],
        ["7", "rate_limits.caller", "a list", "at most 10000 in a second"],
        ["8", "rate_limits.address", "a list", "a burst that is there again after 31 days"],
        ["10", "rate_limits.plans.gold", "a list", "one quota a unit of time"],
        ["11", "rate_limits.plans.\"a\\\"b\"", "a list", "a name of letters and digits, such as gold"],
        [
            "12",
            "rate_limits.routes.\"GET /b\"",
            "a route that there is not",
            "one of GET /a, POST /orders; did you mean GET /a?",
        ],
        [
            "14",
            "rate_limits.routes.\"GET /a\".cost",
            "11",
            "at most 10, the smallest burst that it is taken from",
        ],
        ["16", "rate_limits.routes.\"GET /a\".per", "\"group\"", "one of caller, everyone"],
    ];
    assert_eq!(mistakes(text), expected.map(|row| row.map(str::to_owned)));
}

#[test]
fn one_request_is_charged_to_eight_quotas_at_most() {
    let text = r#"
[rate_limits]
caller = ["1/s", "1/m", "1/h", "1/d"]
[rate_limits.routes."GET /a"]
quotas = ["1/s", "1/m", "1/h", "1/d"]
"#;
    assert!(load(text).is_ok());
}
