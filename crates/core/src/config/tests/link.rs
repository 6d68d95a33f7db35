//! `[redis]`.

use std::fs;

use super::{Folder, Sources, errors, load, public, rows};

#[test]
fn an_address_of_a_redis_is_one_that_can_be_asked() {
    for (url, expected) in [
        ("", "redis:// or rediss:// and a host"),
        ("redis.internal:6379", "redis:// or rediss:// and a host"),
        ("http://redis.internal", "redis:// or rediss:// and a host"),
        ("unix:///run/redis.sock", "redis:// or rediss:// and a host"),
        ("redis://", "redis:// or rediss:// and a host"),
        ("redis://:password@", "redis:// or rediss:// and a host"),
        ("redis://redis:99999", "redis:// or rediss:// and a host"),
        ("redis://:pass/word@redis", "redis:// or rediss:// and a host"),
        ("redis://redis?protocol=resp3", "without a query or a fragment"),
        ("rediss://redis/#insecure", "without a query or a fragment"),
        ("redis://redis/cache", "the number of a database"),
        ("redis://0.0.0.0", "of one machine"),
    ] {
        let errors = errors(&public(&format!("redis.url = {url:?}")), &[]);
        let [[_, key, found, said]] = rows(&errors)[..] else { panic!("{url}: {errors}") };
        assert_eq!((key, found), ("redis.url", "an address (hidden)"), "{url}");
        assert!(said.contains(expected), "{url}: {said}");
    }
    for url in ["redis://redis", "rediss://user:p%23w@redis.internal:6380/2", "redis://:pw@[::1]/"] {
        load(&public(&format!("redis.url = {url:?}")), &[]).expect(url);
    }
}

#[test]
fn an_operation_takes_milliseconds() {
    for text in ["redis.timeout = \"0s\"", "redis.timeout = \"2s\""] {
        let errors = errors(&public(text), &[]);
        assert_eq!(rows(&errors).iter().map(|row| row[1]).collect::<Vec<_>>(), ["redis.timeout"], "{text}");
    }
}

const EXPECTED: &str = "a PEM file with the certificates of authorities, at most 1 MiB";

fn authority() -> String {
    rcgen::generate_simple_self_signed(vec!["redis.internal".to_owned()]).expect("a certificate").cert.pem()
}

fn tls(ca_file: &str) -> Sources {
    public(&format!("redis.url = \"rediss://redis\"\nredis.ca_file = {ca_file:?}"))
}

#[test]
fn its_authorities_are_certificates_in_a_file() {
    let folder = Folder::new("authorities");
    let pem = authority() + &authority();
    let path = folder.write("ca.pem", &pem).display().to_string();
    let config = load(&tls(&path), &[]).expect("two are there");
    assert_eq!(config.redis.ca.as_deref(), Some(pem.as_bytes()));

    let half = &pem[..pem.len() - 60];
    let other = pem.replace("MII", "AII");
    let private = rcgen::KeyPair::generate().expect("a key pair").serialize_pem();
    let long = pem.clone() + &" ".repeat(1 << 20);
    for (name, text, found) in [
        ("empty", "", "no certificate"),
        ("text", "redis", "no certificate"),
        ("key", &private, "no certificate"),
        ("half", half, "no PEM"),
        ("other", &other, "a certificate that can't be read"),
        ("long", &long, "a longer file"),
    ] {
        let path = folder.write(name, text).display().to_string();
        let errors = errors(&tls(&path), &[]);
        let [[_, key, said, expected]] = rows(&errors)[..] else { panic!("{name}: {errors}") };
        assert_eq!((key, said, expected), ("redis.ca_file", found, EXPECTED), "{name}");
    }
}

#[test]
fn its_authorities_are_read_beside_the_configuration_and_go_with_tls() {
    let folder = Folder::new("authorities-beside");
    folder.write("ca.pem", &authority());
    let text = "auth.public_only = true\nredis.url = \"rediss://redis\"\nredis.ca_file = \"ca.pem\"";
    let path = folder.write("config.toml", text);
    assert!(load(&Sources::read(path).expect("it is there"), &[]).expect("it is there").redis.ca.is_some());

    let missing = errors(&tls("nowhere.pem"), &[]);
    let [[_, key, found, expected]] = rows(&missing)[..] else { panic!("{missing}") };
    assert_eq!((key, expected), ("redis.ca_file", EXPECTED));
    assert!(found.starts_with("nowhere.pem: No such file"), "{found}");

    let text = errors(&tls(&authority()), &[]);
    assert_eq!(rows(&text)[0][1..], ["redis.ca_file", "a PEM text (hidden)", "the name of a PEM file"]);

    let path = folder.0.join("ca.pem").display().to_string();
    assert!(fs::exists(&path).is_ok_and(|exists| exists));
    let plain = errors(&public(&format!("redis.url = \"redis://redis\"\nredis.ca_file = {path:?}")), &[]);
    let [[_, key, _, expected]] = rows(&plain)[..] else { panic!("{plain}") };
    assert_eq!((key, expected), ("redis.ca_file", "no file, or an address with rediss:// in redis.url"));
}
