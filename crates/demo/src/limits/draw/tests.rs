//! Pages as they are read.

use serde_json::json;

use super::{table::LONGEST, *};

fn drawn(view: &Value) -> String {
    page("http://bff:9080/limits", view)
}

#[test]
fn a_page_says_who_is_refused_by_what() {
    let quota = |name: &str, times: u32| json!({ "name": name, "rate": "100/s", "burst": 200, "refused": { "total": times * 2, "last_minute": times } });
    let alice = json!({ "kind": "caller", "id": "alice\u{1b}[2J", "issuer": "https://login.example" });
    let counts = |admitted: u32, refused: u32| json!({ "admitted": admitted, "refused_lag": refused, "refused_memory": refused + 1 });
    let none = || json!({ "admitted": 4 });
    let worker = json!({ "in_flight": 7, "busy": 5, "limit": null, "lag_ms": 1.24, "critical": none(), "normal": none(), "sheddable": counts(4, 2) });
    let view = json!({
        "rate_limits": {
            "quotas": [quota("caller", 1234), quota("address", 0)],
            "refused": [
                { "quota": "caller", "who": alice, "at_least": 1200, "at_most": 1234 },
                { "quota": "address", "who": { "kind": "address", "address": "2001:db8::/64" }, "at_least": 3, "at_most": 3 },
                { "quota": "all", "who": { "kind": "everyone" }, "at_least": 1, "at_most": 1 },
            ],
            "store": { "keys": 17, "redis": { "up": true, "since_seconds": 5 } },
        },
        "admission": {
        "ready": false,
        "memory": { "used": 5 << 20, "limit": 1 << 30 },
        "workers": [worker],
    },
    });
    let expected = "\
http://bff:9080/limits

quota     rate  burst  refused: last minute  since the start
caller   100/s    200                  1234             2468
address  100/s    200                     0                0

refused in the last minute              by the quota         times
alice?[2J of https://login.example      caller        1200 to 1234
2001:db8::/64                           address                  3
everyone together                       all                      1

counted in memory: 17
Redis: up for 5 s

admission: not ready: it is overloaded; memory 5 of 1024 MiB
worker  in flight  busy  limit  lag ms  admitted  refused: critical  normal  sheddable
     0          7     5      -     1.2        12                  0       0          5
";
    let squeezed = |text: &str| {
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(squeezed(&drawn(&view)), squeezed(expected));
    let lines: Vec<_> = drawn(&view).lines().map(str::to_owned).collect();
    assert_eq!(lines[2].chars().count(), lines[3].chars().count(), "{lines:?}");
    assert_eq!(lines[6].chars().count(), lines[7].chars().count(), "{lines:?}");
}

#[test]
fn a_page_of_nothing_says_so() {
    assert!(drawn(&json!({ "rate_limits": null, "admission": null })).contains("not limited"));
    let view =
        json!({ "rate_limits": { "quotas": [], "refused": [], "store": { "keys": 0, "redis": null } } });
    assert!(drawn(&view).contains("Nobody was refused in the last minute."));
}

#[test]
fn a_long_list_and_a_long_name_are_cut() {
    let row = |number: usize| {
        let address = format!("{number}{}", "x".repeat(100));
        json!({ "quota": "address", "who": { "kind": "address", "address": address }, "at_least": 1, "at_most": 1 })
    };
    let refused: Vec<_> = (0..MOST + 5).map(row).collect();
    let view =
        json!({ "rate_limits": { "quotas": [], "refused": refused, "store": { "keys": 0, "redis": null } } });
    let page = drawn(&view);
    assert!(
        page.contains("and 5 more") && page.contains('…') && !page.contains(&"x".repeat(LONGEST)),
        "{page}"
    );
}
