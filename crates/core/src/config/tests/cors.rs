//! `[cors]` and `[log]`: pages that are named as no browser names them would be refused without a word.

use std::time::Duration;

use super::{errors, load, public, rows};

const ORIGIN: &str = "an origin as browsers write it: http:// or https://, a host in lower case, and a port if it is not the usual one, such as \"https://app.example\"";

#[test]
fn an_origin_is_what_a_browser_sends() {
    let text = "cors.origins = [\"https://app.example\", \"http://127.0.0.1:3000\", \"http://[::1]:3000\", \"https://xn--bcher-kva.example\"]";
    assert_eq!(load(&public(text), &[]).expect("all are origins").cors.origins.len(), 4);
    for origin in [
        "https://app.example/",
        "https://app.example/path",
        "https://App.example",
        "https://app.example:443",
        "http://app.example:80",
        "https://user@app.example",
        "https://app.example?a",
        "https://bücher.example",
        "app.example",
        "ftp://app.example",
        "null",
        "",
        "https://*.example",
    ] {
        let text = format!("[cors]\norigins = [\n\"https://good.example\",\n{origin:?},\n]");
        let errors = errors(&public(&text), &[]);
        let [[source, key, found, said]] = rows(&errors)[..] else { panic!("{origin}: {errors}") };
        assert_eq!((key, said), ("cors.origins[1]", ORIGIN), "{origin}");
        assert_eq!(found, format!("{origin:?}"));
        assert!(source.ends_with("line 4"), "{source}");
    }
}

#[test]
fn any_origin_is_alone_and_without_credentials() {
    assert_eq!(load(&public("cors.origins = [\"*\"]"), &[]).expect("any").cors.origins, ["*"]);
    for (text, said) in [
        ("origins = [\"*\", \"https://app.example\"]", "\"*\" alone, or origins without it"),
        ("origins = [\"*\"]\ncredentials = true", "origins by their names, where cors.credentials = true"),
    ] {
        let errors = errors(&public(&format!("[cors]\n{text}")), &[]);
        let [[_, key, _, found]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!((key, found), ("cors.origins", said), "{text}");
    }
}

#[test]
fn the_rest_has_bounds_and_all_of_it_is_wrong_at_once() {
    let text = "[cors]\norigins = [\"a\", \"b\"]\nheaders = [\"b3\", \"a b\"]\nmax_age = \"25h\"\ncredentials = 1\n\
                [log]\nlevel = \"debgu\"\nsuccess_per_second = 1000001\nproblems_per_second = 0\n\
                [server_timing]\nenabled = \"yes\"";
    let errors = errors(&public(text), &[]);
    let keys: std::collections::BTreeSet<_> = rows(&errors).iter().map(|row| row[1]).collect();
    let expected = [
        "cors.credentials",
        "cors.headers[1]",
        "cors.max_age",
        "cors.origins[0]",
        "cors.origins[1]",
        "log.level",
        "log.problems_per_second",
        "log.success_per_second",
        "server_timing.enabled",
    ];
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), expected);
    let day =
        load(&public("cors.max_age = \"24h\"\nlog.success_per_second = 0"), &[]).expect("both are valid");
    assert_eq!((day.cors.max_age, day.log.success_per_second), (Duration::from_hours(24), 0));
}
