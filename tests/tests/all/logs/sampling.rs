//! When there are many lines. That the numbers are right on average is tested where the dice are thrown.

use bff_core::prelude::*;
use bff_testkit::{TestBff, TestBffBuilder};
use bff_tests::comes_true;
use serde_json::Value;

async fn hello() -> &'static str {
    "hello"
}

async fn fails() -> Problem {
    Problem::new(Code::Internal)
}

fn tiny() -> TestBffBuilder {
    let routes = Routes::new().get("/hello", hello, public()).get("/fails", fails, public());
    TestBff::with(Bff::new("bff-tiny", "tiny.toml", "").routes(routes))
}

fn count(lines: &[Value], status: u16) -> usize {
    lines.iter().filter(|line| line["status"] == status).count()
}

#[tokio::test]
async fn what_went_well_is_sampled_and_what_did_not_is_told_each_time() {
    let bff = tiny().set("log.success_per_second", 5).start().await;
    let client = bff.anonymous();
    for _ in 0..20 {
        for _ in 0..50 {
            assert_eq!(client.get("/hello").await.status, 200);
        }
        assert_eq!(client.get("/fails").await.status, 500);
    }
    let lines = bff.log_lines(20).await;
    assert_eq!(count(&lines, 500), 20);
    assert!(count(&lines, 200) < 500, "{} of 1000", count(&lines, 200));
    assert!(lines.iter().any(|line| line["sample_rate"].as_u64().is_some_and(|rate| rate > 1)));
    assert!(lines.iter().filter(|line| line["status"] == 500).all(|line| line.get("sample_rate").is_none()));
}

#[tokio::test]
async fn below_the_limit_there_is_a_line_a_request() {
    let bff = tiny().start().await;
    for _ in 0..200 {
        assert_eq!(bff.anonymous().get("/hello").await.status, 200);
    }
    let lines = bff.log_lines(200).await;
    assert_eq!(lines.len(), 200);
    assert!(lines.iter().all(|line| line.get("sample_rate").is_none() && line.get("left_out").is_none()));
}

#[tokio::test]
async fn only_what_did_not_go_well_may_be_wanted() {
    let bff = tiny().set("log.success_per_second", 0).start().await;
    for path in ["/hello", "/fails", "/hello", "/nowhere"] {
        bff.anonymous().get(path).await;
    }
    let lines = bff.log_lines(2).await;
    assert_eq!((lines.len(), count(&lines, 500), count(&lines, 404)), (2, 1, 1));
}

#[tokio::test]
async fn a_flood_of_failures_does_not_fill_a_disk_and_nothing_is_missing_without_a_word() {
    let bff = tiny().set("log.problems_per_second", 5).start().await;
    let (mut asked, mut told, mut left_out) = (0, 0, 0);
    comes_true("a line says how many were left out", async || {
        for _ in 0..20 {
            assert_eq!(bff.anonymous().get("/nowhere").await.status, 404);
            asked += 1;
        }
        for line in bff.log_lines(0).await {
            told += 1;
            left_out += line["left_out"].as_u64().unwrap_or_default();
        }
        left_out > 0
    })
    .await;
    assert!(told + left_out <= asked, "{told} lines and {left_out} left out of {asked}");
    assert!(told < asked / 2, "{told} lines of {asked}");
}
