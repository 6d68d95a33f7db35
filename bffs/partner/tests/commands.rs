//! The commands for API keys, as an operator runs them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use bff_testkit::{KeysFile, TestBff};

const PLANS: &str = r#"{ gold = ["100/s"] }"#;

/// Runs `bff-partner` with these arguments and plans, and without the environment's configuration.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bff-partner"));
    command.args(arguments).env_remove("BFF_CONFIG").env("BFF_RATE_LIMITS__PLANS", PLANS);
    command.output().expect("the program runs")
}

fn new_key(file: &Path, arguments: &[&str]) -> Output {
    let file = file.to_str().expect("a path of ours");
    run(&[&["new-key", "--file", file], arguments].concat())
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("text")
}

/// The key that was printed, alone on its line.
#[track_caller]
fn key(output: &Output) -> &str {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).strip_suffix('\n').expect("a line")
}

#[tokio::test]
async fn a_new_key_is_printed_once_and_opens_the_account() {
    let file = KeysFile::new();
    fs::remove_file(file.path()).expect("it was there");
    let acme = ["acme-books", "--account", "acme", "--scopes", "orders:read reports:read", "--plan", "gold"];
    let first = new_key(file.path(), &[&acme[..], &["--expires", "2100-01-01"]].concat());
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file.path()).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    }
    let second = new_key(file.path(), &["nordic-tools", "--account", "nordic", "--scopes", "reports:read"]);
    let kept = fs::read_to_string(file.path()).unwrap();
    for output in [&first, &second] {
        let key = key(output);
        assert!(key.starts_with("bff_live_") && !key.contains(char::is_whitespace));
        assert!(!kept.contains(&key[13..48]) && !text(&output.stderr).contains(&key[13..48]));
        assert!(text(&output.stderr).contains("/partner/v1/orders' -H \"X-Api-Key: $KEY\""));
    }
    assert!(kept.contains("expires = 2100-01-01T00:00:00Z") && kept.contains("plan = \"gold\""), "{kept}");

    let bff = TestBff::with(bff_partner::bff()).keys(&file).set("rate_limits.plans", PLANS).start().await;
    let summary = async |key: &str| bff.with_key(key).get("/partner/v1/summary").await;
    assert_eq!(summary(key(&first)).await.status, 200);
    assert_eq!(summary(key(&second)).await.status, 200);
    assert_eq!(bff.with_key(key(&second)).get("/partner/v1/orders").await.status, 403, "no such scope");

    let list = run(&["list-keys", "--file", file.path().to_str().unwrap()]);
    let list = text(&list.stdout);
    assert!(list.contains("acme-books") && list.contains("nordic-tools") && list.contains("gold"), "{list}");
    assert!(!list.contains(&key(&first)[13..48]), "{list}");
}

#[test]
fn a_test_key_is_made_where_it_is_asked_for() {
    let file = KeysFile::new();
    assert!(key(&new_key(file.path(), &["acme-books", "--env", "test"])).starts_with("bff_test_"));
}

#[test]
fn what_can_be_no_key_changes_nothing() {
    let file = KeysFile::new();
    for (arguments, said) in [
        (&["acme books"][..], "subject: found \"acme books\""),
        (&["acme-books", "--roles", "\u{e9}"], "roles"),
        (
            &["acme-books", "--plan", "golds"],
            "plan: found \"golds\", expected a plan of rate_limits.plans: gold",
        ),
        (&["acme-books", "--expires", "30.6.2100"], "--expires \"30.6.2100\"; expected a date such as"),
        (&["acme-books", "--expires", "2020-01-01"], "is past"),
        (&["acme-books", "--not-before", "2100-01-02", "--expires", "2100-01-01"], "expires"),
        (&["acme-books", "--env", "prod"], "possible values: live, test"),
        (&[], "<CLIENT>"),
    ] {
        let output = new_key(file.path(), arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
    assert_eq!(fs::read_to_string(file.path()).unwrap(), "");

    file.write("[keys.broken");
    let output = new_key(file.path(), &["acme-books"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(text(&output.stderr).contains("line 1, column"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(file.path()).unwrap(), "[keys.broken");
}
