//! The file of keys changes while the BFF runs.

use std::sync::{LazyLock, Mutex};

use bff_core::{config::KeyEntry, telemetry::sink::Sink};
use bff_testkit::{KeysFile, TestBff, keys::partner};
use bff_tests::{assert_problem, comes_true, until};
use tracing_subscriber::filter::LevelFilter;

use super::{SUMMARY, start};

/// All that this process warned of since somebody asked first: the file's path tells which test it concerns.
fn warnings() -> String {
    static WARNINGS: LazyLock<(Sink, Mutex<String>)> = LazyLock::new(|| {
        let sink = Sink::memory();
        let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(sink.clone());
        lines.with_ansi(false).init();
        (sink, Mutex::default())
    });
    let (sink, said) = &*WARNINGS;
    let mut said = said.lock().expect("no test panics while it holds this");
    said.push_str(&sink.take());
    said.clone()
}

async fn is_accepted(bff: &TestBff, key: &str) -> bool {
    bff.with_key(key).get(SUMMARY).await.status == 200
}

#[tokio::test]
async fn a_key_is_replaced_without_a_restart() {
    let file = KeysFile::new();
    let old = file.add(partner("acme-books", "acme"));
    let of_old = file.text();
    let bff = start(&file).await;
    assert!(is_accepted(&bff, &old).await);

    let new = file.add(partner("acme-books", "acme"));
    comes_true("the new key is accepted", async || is_accepted(&bff, &new).await).await;
    assert!(is_accepted(&bff, &old).await, "and the old one still");

    let both = file.text();
    file.write(both.strip_prefix(&of_old).expect("what was added comes last"));
    comes_true("the old key is refused", async || !is_accepted(&bff, &old).await).await;
    assert_problem(&bff.with_key(&old).get(SUMMARY).await, 401, "invalid_api_key");
    assert!(is_accepted(&bff, &new).await);
}

#[tokio::test]
async fn a_broken_file_locks_nobody_out() {
    let file = KeysFile::new();
    let key = file.add(partner("acme-books", "acme"));
    let good = file.text();
    let bff = start(&file).await;
    warnings();
    let broken = format!("{good}\n[keys.broken");
    file.write(&broken);
    until("a warning", || warnings().contains(&file.path().display().to_string())).await;
    let said = warnings();
    assert!(said.contains(&format!("line {}, column", broken.lines().count())), "{said}");
    assert!(said.contains("found ") && said.contains("expected "), "{said}");
    assert!(!said.contains(&key[9..27]), "{said}");
    assert!(is_accepted(&bff, &key).await, "after it was read and found broken");

    file.write(&good);
    let more = file.add(partner("acme-music", "acme"));
    comes_true("a good file counts again", async || is_accepted(&bff, &more).await).await;
    assert!(is_accepted(&bff, &key).await);
}

#[tokio::test]
async fn a_key_of_a_plan_that_is_not_there_does_not_come_in() {
    let file = KeysFile::new();
    let key = file.add(partner("acme-books", "acme"));
    let plans = r#"{ gold = ["10/s"], basic = ["1/s"] }"#;
    let bff = TestBff::with(bff_partner::bff()).keys(&file).set("rate_limits.plans", plans).start().await;
    let on_plan = |plan: &str| KeyEntry { plan: Some(plan.to_owned()), ..partner("acme-music", "acme") };
    warnings();
    let (good, lost) = (file.text(), file.add(on_plan("golds")));
    until("a warning", || warnings().contains("one of basic, gold; did you mean gold?")).await;
    assert!(is_accepted(&bff, &key).await && !is_accepted(&bff, &lost).await);
    file.write(&good);
    let found = file.add(on_plan("gold"));
    comes_true("the plan is there", async || is_accepted(&bff, &found).await).await;
}

#[tokio::test]
async fn a_broken_file_is_an_error_at_the_start() {
    let file = KeysFile::new();
    let key = file.add(partner("acme-books", "acme"));
    let good = file.text();
    let sources = |text: &str| {
        file.write(text);
        let sources = bff_partner::bff().builtin_config();
        sources.with_override("auth.api_keys.file", file.path().display().to_string())
    };
    assert!(bff_partner::bff().check(&sources(&good)).is_ok(), "the control");
    let text = good.replace("subject", "subjct").replace('2', "x");
    let error = bff_partner::bff().check(&sources(&text)).expect_err("a broken file").to_string();
    assert!(error.contains(&file.path().display().to_string()) && error.contains("line"), "{error}");
    assert!(!error.contains(&key));
}
