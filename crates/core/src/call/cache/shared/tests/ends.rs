//! What other instances invalidate, and that nothing is left of an instance that ends.

use tokio::{sync::mpsc, task::JoinHandle};

use super::*;
use crate::call::cache::shared::Ended;

fn follow(instance: &Instance) -> (JoinHandle<()>, mpsc::UnboundedReceiver<Ended>) {
    follow_with(Duration::from_secs(5), instance)
}

fn follow_with(silence: Duration, instance: &Instance) -> (JoinHandle<()>, mpsc::UnboundedReceiver<Ended>) {
    let (tell, told) = mpsc::unbounded_channel();
    let redis = Arc::clone(&instance.level);
    let following = async move { redis.follow_with(silence, &move |ended| _ = tell.send(ended)).await };
    #[expect(clippy::disallowed_methods, reason = "a test ends with its runtime")]
    let task = tokio::spawn(following);
    (task, told)
}

async fn next(told: &mut mpsc::UnboundedReceiver<Ended>) -> Ended {
    #[expect(clippy::disallowed_methods, reason = "a test that waits for ever says nothing")]
    let next = tokio::time::timeout(PATIENCE, told.recv()).await;
    next.expect("something is told").expect("it follows")
}

fn tag(name: &str) -> Ended {
    Ended::tag(name.as_bytes())
}

/// Who is connected, but for the one that asks.
fn clients(server: &Server) -> usize {
    server.run(["CLIENT", "LIST"]).text().lines().count() - 1
}

#[tokio::test]
async fn other_instances_are_told_what_has_ended() {
    let server = Server::start();
    let (one, other) = (Instance::new(&server.url()), Instance::new(&server.url()));
    let (_task, mut told) = follow(&other);
    // Before the first message, since something may have been missed.
    assert_eq!(next(&mut told).await, Ended::All);
    one.invalidate(&["a"]).await;
    assert_eq!(next(&mut told).await, tag("a"));
    one.invalidate(&["b", "a"]).await;
    other.invalidate(&["c"]).await;
    for name in ["b", "a", "c"] {
        assert_eq!(next(&mut told).await, tag(name));
    }
    // Nothing is told of nothing.
    one.invalidate(&[]).await;
    // What nobody of ours says is taken for anything.
    for message in ["", "short", &"x".repeat(33)] {
        server.run(["PUBLISH", "bff:cache:1:ended", message]);
        assert_eq!(next(&mut told).await, Ended::All);
    }
}

#[tokio::test]
async fn a_subscription_that_broke_is_made_again_and_says_so() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let (_task, mut told) = follow(&instance);
    assert_eq!(next(&mut told).await, Ended::All);
    server.run(["CLIENT", "KILL", "TYPE", "pubsub"]);
    assert_eq!(next(&mut told).await, Ended::All);
    server.restart();
    assert_eq!(next(&mut told).await, Ended::All);
    until(async || instance.get("key", &["a"]).await.versions.0.is_some()).await;
    instance.invalidate(&["a"]).await;
    assert_eq!(next(&mut told).await, tag("a"));
}

/// A network that drops packets says nothing. Here the process stands still, and still has the connection.
#[tokio::test]
async fn a_subscription_that_is_silent_and_does_not_answer_is_made_again() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let (_task, mut told) = follow_with(Duration::from_millis(100), &instance);
    assert_eq!(next(&mut told).await, Ended::All);
    // Silence alone is no reason: it is asked, and answers.
    until(async || server.calls("ping") > 5).await;
    assert!(told.try_recv().is_err());
    server.pause();
    sleep(Duration::from_millis(1500)).await;
    server.resume();
    assert_eq!(next(&mut told).await, Ended::All);
}

#[tokio::test]
async fn nothing_is_left_of_an_instance_that_ends() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let (task, mut told) = follow(&instance);
    assert_eq!(next(&mut told).await, Ended::All);
    instance.written().await;
    assert_eq!(clients(&server), 2);
    task.abort();
    until(async || clients(&server) == 1).await;
    drop(instance);
    until(async || clients(&server) == 0).await;
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    until(async || alive() == 0).await;
}

/// One that never reached its Redis ends as well.
#[tokio::test]
async fn nothing_is_left_of_an_instance_whose_redis_is_away() {
    let (redis, instance) = {
        let instance = Instance::new("redis://127.0.0.1:1");
        let (task, _told) = follow(&instance);
        instance.invalidate(&["a"]).await;
        task.abort();
        (Arc::downgrade(&instance.level), instance)
    };
    drop(instance);
    until(async || redis.strong_count() == 0).await;
}
