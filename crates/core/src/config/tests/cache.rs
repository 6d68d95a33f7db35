//! `[cache]`.

use secrecy::ExposeSecret as _;

use super::{errors, load, public, rows};

#[test]
fn a_shared_cache_needs_a_redis() {
    let expected = "false, or the address of a Redis in redis.url";
    let shared = errors(&public("[cache]\nshared = true"), &[]);
    assert_eq!(rows(&shared), [["file \"bffs/web/config.toml\", line 2", "cache.shared", "true", expected]]);

    let sources =
        public("cache.shared = true").with_environment([("BFF_REDIS__URL", "redis://redis.internal")]);
    let config = load(&sources, &[]).expect("there is one");
    assert!(config.cache.shared);
    assert_eq!(config.redis.url.expect("it is set").expose_secret(), "redis://redis.internal");

    // An address that is wrong is one mistake, not two.
    for (url, said) in [("12345", "(hidden)"), ("\"redis\"", "an address (hidden)")] {
        let errors = errors(&public(&format!("cache.shared = true\nredis.url = {url}")), &[]);
        let [[_, key, found, _]] = rows(&errors)[..] else { panic!("{errors}") };
        assert_eq!((key, found), ("redis.url", said));
    }
}

#[test]
fn what_is_kept_has_bounds() {
    for (text, key) in [
        ("cache.max_entry = 0", "cache.max_entry"),
        ("cache.max_entry = \"65MiB\"", "cache.max_entry"),
        ("cache.max_entry = \"2MiB\"\ncache.max_size = \"1MiB\"", "cache.max_entry"),
        ("cache.max_size = -1", "cache.max_size"),
        ("cache.fresh_at_most = \"25h\"", "cache.fresh_at_most"),
        ("cache.stale_if_error = \"25h\"", "cache.stale_if_error"),
        ("cache.negative = \"25h\"", "cache.negative"),
        ("cache.jitter_percent = 101", "cache.jitter_percent"),
        ("cache.shared = \"yes\"", "cache.shared"),
        ("cache.size = 1", "cache.size"),
    ] {
        let errors = errors(&public(text), &[]);
        assert_eq!(rows(&errors).iter().map(|row| row[1]).collect::<Vec<_>>(), [key], "{text}");
    }
    for text in [
        "cache.max_size = 0",
        "cache.max_size = \"512KiB\"",
        "cache.max_size = 0\ncache.max_entry = 1",
        "cache.fresh_at_most = \"0s\"\ncache.stale_if_error = \"0s\"\ncache.negative = \"0s\"",
        "cache.jitter_percent = 0",
    ] {
        load(&public(text), &[]).expect(text);
    }
}
