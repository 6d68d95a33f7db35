//! What is reported: all of it at once, each with its source, key, found and expected.

use super::{Folder, PUBLIC_KEY, SECRET, errors, file, public, rows};

/// One file of mistakes. The comments are the lines.
const MISTAKES: &str = r#"# 1
[server]                                    # 2
listen = "localhost"                        # 3
workers = "many"                            # 4
max_connections = 0                         # 5
heder_timeout = "1s"                        # 6
idle_timeout = 30                           # 7
[limits]                                    # 8
body = "1MB"                                # 9
headers = -1                                # 10
[screen]                                    # 11
deadline = "11m"                            # 12
calls_percent = 300                         # 13
[trust]                                     # 14
proxies = ["10.0.0.0/8",                    # 15
  "10.0.0.0/33",                            # 16
  7, "192.168.0.0/16", "proxy"]             # 17
[auth]                                      # 18
public_only = "yes"                         # 19
[auth.issuers.one]                          # 20
issuer = "https://login.example"            # 21
algorithm = "hs256"                         # 22
[auth.issuers.two]                          # 23
issuer = "https://login.example"            # 24
audience = "web"                            # 25
algorithm = "RS256"                         # 26
[log]                                       # 27
format = "jsn"                              # 28
level = " "                                 # 29
access = 2024-01-01                         # 30
[services.users]                            # 31
url = "users:8080"                          # 32
timeout = "0s"                              # 33
[services.ordrs]                            # 34
url = "http://orders"                       # 35
channels = 0                                # 36
[tracing]                                   # 37
"#;

#[test]
fn everything_wrong_is_reported_at_once() {
    let errors = errors(&file(MISTAKES), &["users", "orders"]);

    let expected: Vec<(usize, [&str; 3])> = vec![
        (3, ["server.listen", "\"localhost\"", "an address and port such as \"127.0.0.1:8080\""]),
        (4, ["server.workers", "\"many\"", "a whole number, 0 or more"]),
        (5, ["server.max_connections", "0", "a whole number from 1 to 10000000"]),
        (
            6,
            [
                "server.heder_timeout",
                "a key that is not known",
                "one of listen, workers, max_connections, first_byte_timeout, header_timeout, body_timeout, \
                 idle_timeout, http2_max_streams, proxy_protocol; did you mean header_timeout?",
            ],
        ),
        (7, ["server.idle_timeout", "30", "a duration such as \"300ms\""]),
        (9, ["limits.body", "\"1MB\"", "a size such as \"256KiB\""]),
        (10, ["limits.headers", "-1", "a whole number, 0 or more"]),
        (12, ["screen.deadline", "\"11m\"", "a duration from \"1ms\" to \"10m\""]),
        (13, ["screen.calls_percent", "300", "a whole number from 1 to 100"]),
        (16, ["trust.proxies[1]", "\"10.0.0.0/33\"", "a network such as \"10.0.0.0/8\""]),
        (17, ["trust.proxies[2]", "7", "a network such as \"10.0.0.0/8\""]),
        (17, ["trust.proxies[4]", "\"proxy\"", "a network such as \"10.0.0.0/8\""]),
        (19, ["auth.public_only", "\"yes\"", "true or false"]),
        (20, ["auth.issuers.one.audience", "nothing", "the aud that its tokens must name"]),
        (
            22,
            [
                "auth.issuers.one.algorithm",
                "\"hs256\"",
                "one of HS256, RS256, ES256, EdDSA; did you mean HS256?",
            ],
        ),
        (
            23,
            [
                "auth.issuers.two.public_key_file",
                "nothing",
                "a PEM file with the public key, or one of public_key, jwks_url, jwks_file and discovery = true",
            ],
        ),
        (
            24,
            [
                "auth.issuers.two.issuer",
                "\"https://login.example\"",
                "an issuer of its own: auth.issuers.one has the same",
            ],
        ),
        (28, ["log.format", "\"jsn\"", "one of json, pretty, off; did you mean json?"]),
        (29, ["log.level", "\" \"", "a filter such as \"info\" or \"bff_core=debug,info\""]),
        (30, ["log.access", "2024-01-01", "true or false"]),
        // Missing, so the nearest line is that where the services start.
        (31, ["services.orders", "nothing", "a section [services.orders] with its url"]),
        (
            32,
            [
                "services.users.url",
                "\"users:8080\"",
                "an address such as \"http://users.internal:8080\", with http:// or https:// and a host",
            ],
        ),
        (33, ["services.users.timeout", "\"0s\"", "a duration from \"1ms\" to \"10m\""]),
        (
            34,
            [
                "services.ordrs",
                "a service that the program does not call",
                "one of users, orders; did you mean orders?",
            ],
        ),
        (36, ["services.ordrs.channels", "0", "a whole number from 1 to 1024"]),
        (
            37,
            [
                "tracing",
                "a key that is not known",
                "one of server, admin, drain, health, admission, limits, screen, trust, auth, rate_limits, log, cors, server_timing, traces, metrics, redis, cache, sender, services",
            ],
        ),
    ];
    let sources: Vec<_> =
        expected.iter().map(|(line, _)| format!("file \"bffs/web/config.toml\", line {line}")).collect();
    let mut wanted: Vec<_> =
        expected.iter().zip(&sources).map(|((_, [a, b, c]), source)| [source.as_str(), *a, *b, *c]).collect();

    let mut found = rows(&errors);
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{errors}");
}

#[test]
fn errors_are_printed_as_blocks_in_the_order_of_the_sources() {
    let sources = file("[screen]\ncalls_percent = 0\n[server]\nworkers = true")
        .with_environment([("BFF_SERVER__LISTEN", "9000")])
        .with_override("auth.public_only", "true")
        .with_override("drain.notice", "1");
    let printed = errors(&sources, &[]).to_string();

    let wanted = r#"4 errors in the configuration:

file "bffs/web/config.toml", line 2
  key:      screen.calls_percent
  found:    0
  expected: a whole number from 1 to 100

file "bffs/web/config.toml", line 4
  key:      server.workers
  found:    true
  expected: a whole number, 0 or more

environment variable BFF_SERVER__LISTEN
  key:      server.listen
  found:    "9000"
  expected: an address and port such as "127.0.0.1:8080"

set by the program
  key:      drain.notice
  found:    "1"
  expected: a duration such as "300ms"

Nothing was started. Check again with --check-config."#;
    assert_eq!(printed, wanted);
}

#[test]
fn syntax_errors_have_line_and_column() {
    let errors = errors(&file("[server]\nworkers = 1\nworkers = 2\nlisten = 127.0.0.1:80\n[log\n"), &[]);
    let wanted = [
        ["file \"bffs/web/config.toml\", line 3, column 1", "(syntax)", "duplicate key", "each key once"],
        [
            "file \"bffs/web/config.toml\", line 4, column 15",
            "(syntax)",
            "invalid float",
            "nothing at this place",
        ],
        ["file \"bffs/web/config.toml\", line 5, column 5", "(syntax)", "unclosed table", "`]`"],
    ];
    assert_eq!(rows(&errors), wanted);
}

#[test]
fn who_may_ask_must_be_said() {
    let errors = errors(&file(""), &[]);
    let rows = rows(&errors);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][..3], ["file \"bffs/web/config.toml\"", "auth.issuers", "nothing"]);
    assert!(rows[0][3].contains("[auth.issuers.login]") && rows[0][3].contains("auth.public_only = true"));
}

#[test]
fn one_mistake_is_one_error() {
    for text in [
        "auth.issuers.login = \"x\"",
        "auth.issuers = 5",
        "auth = 5\n",
        "auth.public_only = 1",
        "server.listen = \"x\"\nadmin.listen = \"127.0.0.1:8080\"\nauth.public_only = true",
        "admin.listen = \"x\"\nserver.listen = \"127.0.0.1:9080\"\nauth.public_only = true",
    ] {
        let errors = errors(&file(text), &[]);
        assert_eq!(errors.iter().count(), 1, "{text}: {errors}");
    }
    for text in ["services = 5", "services.users = 5", "services.users.url = 5"] {
        let errors = errors(&public(text), &["users"]);
        assert_eq!(errors.iter().count(), 1, "{text}: {errors}");
    }
}

#[test]
fn listeners_have_ports_of_their_own() {
    let port_zero = "server.listen = \"127.0.0.1:0\"\nadmin.listen = \"127.0.0.1:0\"";
    assert!(super::load(&public(port_zero), &[]).is_ok());

    for (text, key) in [
        ("server.listen = \"0.0.0.0:9080\"", "server.listen"),
        ("admin.listen = \"[::1]:8080\"", "admin.listen"),
    ] {
        let errors = errors(&public(text), &[]);
        assert_eq!(rows(&errors)[0][1], key, "{errors}");
    }
}

#[test]
fn a_service_address_is_one_that_can_be_called() {
    for url in [
        "ftp://users",
        "http://",
        "http:///users",
        "http:users",
        "users",
        "",
        "http://us ers",
        "http://users:99999",
        "http://users?a=1",
        "http://users#a",
        "http://name@users",
    ] {
        let errors = errors(&public(&format!("services.users.url = {url:?}")), &["users"]);
        assert_eq!(rows(&errors)[0][1], "services.users.url", "{url}");
    }
    for url in ["http://users", "https://users:8443/v1/", "http://[::1]:80"] {
        assert!(super::load(&public(&format!("services.users.url = {url:?}")), &["users"]).is_ok(), "{url}");
    }
}

#[test]
fn each_algorithm_has_its_own_key() {
    let folder = Folder::new("keys");
    folder.write("public.pem", PUBLIC_KEY);
    folder.write("private.pem", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n");
    folder.write("empty.pem", "");
    let (secret, key) = (format!("secret = {SECRET:?}"), format!("public_key = {PUBLIC_KEY:?}"));
    let public_file = "public_key_file = \"public.pem\"";

    let cases: [(&str, &[&str], &[&str]); 14] = [
        ("HS256", &[&secret], &[]),
        ("HS256", &[], &["secret"]),
        ("HS256", &["secret = \"0123456789012345678901234567890\""], &["secret"]),
        ("HS256", &[&secret, &key, public_file], &["public_key", "public_key_file"]),
        ("RS256", &[&key], &[]),
        ("ES256", &[public_file], &[]),
        ("EdDSA", &[], &["public_key_file"]),
        ("EdDSA", &[&key, public_file], &["public_key_file"]),
        ("EdDSA", &[&key, &secret], &["secret"]),
        ("EdDSA", &["public_key_file = \"missing.pem\"", &secret], &["secret", "public_key_file"]),
        ("EdDSA", &["public_key_file = \"private.pem\""], &["public_key_file"]),
        ("EdDSA", &["public_key_file = \"empty.pem\""], &["public_key_file"]),
        ("EdDSA", &["public_key = \"key\""], &["public_key"]),
        ("EdDSA", &["public_key = 1"], &["public_key"]),
    ];
    for (algorithm, keys, wrong) in cases {
        let mut lines = keys.to_vec();
        let head =
            format!("[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = {algorithm:?}");
        lines.insert(0, &head);
        let result = super::load(&file(&lines.join("\n")).with_base(&folder.0), &[]);
        let mut found: Vec<_> =
            result.as_ref().err().into_iter().flatten().map(|error| error.key().to_owned()).collect();
        let mut wanted: Vec<_> = wrong.iter().map(|key| format!("auth.issuers.login.{key}")).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{algorithm} {keys:?}");
    }
}

#[test]
fn a_variable_below_a_value_is_an_error_of_its_own() {
    let sources =
        public("").with_environment([("BFF_SERVER__LISTEN__PORT", "1"), ("BFF_SERVER__LISTEN", "[::]:1")]);
    let errors = errors(&sources, &[]);
    let source = "environment variable BFF_SERVER__LISTEN__PORT";
    let expected = "no key in server.listen, which is set to a value and is no table";
    assert_eq!(rows(&errors), [[source, "server.listen.port", "a value", expected]]);
}
