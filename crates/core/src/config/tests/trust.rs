//! `[trust]`, and what needs it.

use super::{super::ForwardedHeader, errors, load, public, rows};

#[test]
fn proxies_write_one_header() {
    for (text, forwarded) in [
        ("x-forwarded-for", ForwardedHeader::XForwardedFor),
        ("forwarded", ForwardedHeader::Forwarded),
        ("none", ForwardedHeader::None),
    ] {
        let config = load(&public(&format!("trust.forwarded = {text:?}")), &[]).expect(text);
        assert_eq!(config.trust.forwarded, forwarded);
    }
    for (text, expected) in [
        ("\"x-real-ip\"", "one of x-forwarded-for, forwarded, none"),
        ("true", "a text"),
        ("[\"forwarded\", \"x-forwarded-for\"]", "a text"),
    ] {
        let errors = errors(&public(&format!("trust.forwarded = {text}")), &[]);
        let [[_, key, _, said]] = rows(&errors)[..] else { panic!("{text}: {errors}") };
        assert_eq!(key, "trust.forwarded", "{text}");
        assert!(said.starts_with(expected), "{text}: {said}");
    }
}

#[test]
fn headers_of_the_proxy_protocol_come_from_proxies() {
    let expected = "false, or the networks of those who send its header in trust.proxies";
    let nobody = errors(&public("[server]\nproxy_protocol = true"), &[]);
    let source = "file \"bffs/web/config.toml\", line 2";
    assert_eq!(rows(&nobody), [[source, "server.proxy_protocol", "true", expected]]);

    let named = "server.proxy_protocol = true\ntrust.proxies = [\"10.0.0.0/8\"]";
    assert!(load(&public(named), &[]).expect("they are named").server.proxy_protocol);

    // A network that is wrong is one mistake, not two.
    let wrong = errors(&public("server.proxy_protocol = true\ntrust.proxies = [\"proxy\"]"), &[]);
    assert_eq!(rows(&wrong).iter().map(|row| row[1]).collect::<Vec<_>>(), ["trust.proxies[0]"]);
}
