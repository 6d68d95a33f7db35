//! `[traces]`.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::{
    super::{Propagator, TraceParent},
    Folder, errors, load, public, rows,
};

#[test]
fn what_is_set_of_traces_has_bounds() {
    let duration = "a duration from \"1ms\" to \"10m\"";
    for (text, key, expected) in [
        ("ratio = 1.1", "ratio", "a number from 0 to 1"),
        ("ratio = -0.1", "ratio", "a number from 0 to 1"),
        ("ratio = 2", "ratio", "a number from 0 to 1"),
        ("ratio = nan", "ratio", "a number from 0 to 1"),
        ("ratio = \"1 %\"", "ratio", "a number from 0 to 1"),
        ("slow = \"0s\"", "slow", duration),
        ("slow = 1", "slow", "a duration such as \"300ms\""),
        ("timeout = \"11m\"", "timeout", duration),
        ("queue = 0", "queue", "a whole number from 1 to 1000000"),
        ("batch = 0", "batch", "a whole number from 1 to 8192"),
        ("batch = 8193\nqueue = 9000", "batch", "a whole number from 1 to 8192"),
        ("queue = 100\nbatch = 101", "batch", "no more than traces.queue"),
        ("parent = \"everyone\"", "parent", "one of proxies, anyone, nobody"),
        ("propagation = []", "propagation", "a list of one or more of tracecontext, b3, b3multi"),
        ("propagation = [\"b4\"]", "propagation[0]", "one of tracecontext, b3, b3multi; did you mean b3?"),
        ("propagation = \"b3\"", "propagation", "a list"),
    ] {
        let errors = errors(&public(&format!("[traces]\n{text}")), &[]);
        let [[source, found_key, _, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!((found_key, said), (format!("traces.{key}").as_str(), expected), "{text}");
        assert!(source.contains("config.toml"), "{source}");
    }
}

#[test]
fn a_collector_is_an_address_and_its_headers_can_be_sent() {
    for (text, key, expected) in [
        ("endpoint = \"collector:4317\"", "endpoint", "with http:// or https:// and a host"),
        ("endpoint = \"grpc://collector\"", "endpoint", "with http:// or https:// and a host"),
        ("endpoint = \"http:///v1\"", "endpoint", "with http:// or https:// and a host"),
        ("endpoint = \"http://collector/v1/traces\"", "endpoint", "without a path"),
        ("endpoint = \"http://a:b@collector\"", "endpoint", "without credentials"),
        ("endpoint = \"http://collector?key=a\"", "endpoint", "without a query"),
        ("endpoint = \"http://collector\"\nca_file = \"ca.pem\"", "ca_file", "https:// in traces.endpoint"),
        ("headers.\"X Key\" = \"a\"", "headers", "names of headers"),
        ("headers.grpc-timeout = \"1m\"", "headers", "names of headers"),
        ("headers.authorization = \"a\\nb\"", "headers.authorization", "visible ASCII characters"),
    ] {
        let errors = errors(&public(&format!("[traces]\n{text}")), &[]);
        let [[_, found_key, _, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!(found_key, format!("traces.{key}"), "{text}");
        assert!(said.contains(expected), "{text}: {said}");
    }
    for endpoint in ["http://127.0.0.1:4317", "https://collector.internal/", "http://[::1]:4317"] {
        load(&public(&format!("traces.endpoint = {endpoint:?}")), &[]).expect(endpoint);
    }
}

#[test]
fn all_of_it_is_wrong_at_once() {
    let text = "[traces]\nendpoint = \"x\"\nratio = 7\nslow = \"\"\nparent = 1\nqueue = 0\nratios = 1";
    let errors = errors(&public(text), &[]);
    let mut keys: Vec<_> = rows(&errors).iter().map(|row| row[1]).collect();
    keys.sort_unstable();
    let expected = ["endpoint", "parent", "queue", "ratio", "ratios", "slow"];
    assert_eq!(keys, expected.map(|key| format!("traces.{key}")));
}

#[test]
fn what_is_set_is_heeded_from_the_environment_too() {
    let folder = Folder::new("traces");
    let pem = rcgen::generate_simple_self_signed(vec!["collector".to_owned()]).expect("one").cert.pem();
    let path = folder.write("ca.pem", &pem).display().to_string();
    let text =
        "[traces]\nendpoint = \"https://collector:4317\"\nparent = \"nobody\"\nslow = \"1s\"\nqueue = 100";
    let sources = public(text).with_environment([
        ("BFF_TRACES__RATIO", "1"),
        ("BFF_TRACES__PROPAGATION", "[\"b3multi\", \"tracecontext\"]"),
        ("BFF_TRACES__HEADERS__AUTHORIZATION", "Bearer 1"),
        ("BFF_TRACES__CA_FILE", &path),
    ]);
    let traces = load(&sources, &[]).expect("all are valid").traces;
    assert_eq!((traces.parent, traces.slow), (TraceParent::Nobody, Some(Duration::from_secs(1))));
    assert_eq!(traces.propagation, [Propagator::B3Multi, Propagator::TraceContext]);
    assert_eq!((traces.ratio, traces.queue, traces.batch), (1.0, 100, 512));
    assert_eq!(traces.headers["authorization"].expose_secret(), "Bearer 1");
    assert_eq!(traces.ca.as_deref(), Some(pem.as_bytes()));
}
