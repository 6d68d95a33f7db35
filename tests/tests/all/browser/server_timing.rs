//! `Server-Timing`: each section, its time and what was done about it, and never whom it was asked of.

use std::time::Duration;

use bff_testkit::{Mode, Reply, TestBff, TestBffBuilder};

use crate::OVERVIEW;

fn timed() -> TestBffBuilder {
    TestBff::with(bff_web::bff()).set("server_timing.enabled", true)
}

/// Name, milliseconds and description of each metric, read as the standard says.
fn metrics(reply: &Reply) -> Vec<(String, f64, String)> {
    let text = reply.header("server-timing");
    let entry = |entry: &str| {
        let mut parts = entry.split(';');
        let name = parts.next().expect("a name").trim().to_owned();
        assert!(
            !name.is_empty()
                && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
        );
        let (mut time, mut description) = (f64::NAN, String::new());
        for part in parts {
            match part.split_once('=').expect("a parameter") {
                ("dur", value) => time = value.parse().expect("a number"),
                ("desc", value) => value.trim_matches('"').clone_into(&mut description),
                (other, _) => panic!("{other}"),
            }
        }
        (name, time, description)
    };
    text.split(", ").filter(|text| !text.is_empty()).map(entry).collect()
}

fn description(reply: &Reply, section: &str) -> String {
    let all = metrics(reply);
    let found = all.iter().find(|(name, ..)| name == section);
    found.unwrap_or_else(|| panic!("no {section} in {all:?}")).2.clone()
}

fn names(reply: &Reply) -> Vec<String> {
    metrics(reply).into_iter().map(|(name, ..)| name).collect()
}

#[tokio::test]
async fn it_is_said_only_where_that_is_configured() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.header("server-timing"), "");
}

#[tokio::test]
async fn each_section_is_told_in_the_order_of_the_payload_of_a_304_too() {
    let bff = timed().start().await;
    bff.services.set("users", Mode::Slow(Duration::from_millis(120)));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let told = metrics(&reply);
    assert_eq!(names(&reply), ["profile", "orders", "notifications", "total"]);
    assert!(
        told.iter().all(|(_, time, description)| *time <= told[3].1 && description.is_empty()),
        "{told:?}"
    );
    assert!(told[0].1 >= 120.0, "{told:?}");
    let again = bff.as_user("alice").header("if-none-match", reply.header("etag")).get(OVERVIEW).await;
    assert_eq!((again.status.as_u16(), names(&again).len()), (304, 4));
}

#[tokio::test]
async fn what_is_no_screen_has_none() {
    let bff = timed().start().await;
    for reply in [bff.anonymous().get(OVERVIEW).await, bff.as_user("alice").get("/nowhere").await] {
        assert_eq!(reply.header("server-timing"), "");
    }
}

#[tokio::test]
async fn what_policies_did_is_told() {
    let bff = timed().set("services.notifications.breaker.consecutive_failures", 2).start().await;
    bff.services.next("orders.recent", [Mode::Fail(503), Mode::Ok]);
    bff.services.set("notifications", Mode::Fail(503));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(description(&reply, "orders"), "retried");
    assert_eq!(description(&reply, "notifications"), "absent retried");
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(description(&reply, "notifications"), "absent breaker", "nothing was sent");
}

#[tokio::test]
async fn what_was_kept_is_told() {
    let bff = timed().set("services.users.retry.attempts", 0).start().await;
    bff.services.says("users.get", "max-age=20");
    assert_eq!(description(&bff.as_user("alice").get(OVERVIEW).await, "profile"), "");
    assert_eq!(description(&bff.as_user("alice").get(OVERVIEW).await, "profile"), "cached");
}

#[tokio::test]
async fn a_screen_that_failed_tells_which_section_failed_and_which_were_cancelled() {
    let bff = timed().start().await;
    bff.services.set("users", Mode::Fail(500));
    bff.services.set("orders", Mode::Hang);
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.status, 502);
    assert!(description(&reply, "profile").starts_with("failed"), "{}", reply.header("server-timing"));
    assert_eq!(description(&reply, "orders"), "cancelled");
}

/// Names of operations have a dot and those of hosts a colon or dots; no section of this screen has either.
#[tokio::test]
async fn nobody_learns_whom_it_was_asked_of() {
    let bff = timed().without_breakers().start().await;
    for mode in [Mode::Ok, Mode::Fail(503), Mode::Fail(404)] {
        for service in ["users", "orders", "notifications"] {
            bff.services.set(service, mode);
        }
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        let text = reply.header("server-timing").to_owned();
        assert!(!text.is_empty());
        assert!(!text.contains("127.0.0.1") && !text.contains("users") && !text.contains(':'), "{text}");
        // The control: the line of the log has the operation.
        let line = bff.log_lines(1).await.pop().expect("a line a request").to_string();
        assert!(mode == Mode::Ok || line.contains("users.get"), "{line}");
    }
}
