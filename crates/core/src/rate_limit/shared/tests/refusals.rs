//! A Redis that answers, and refuses: each instance counts its own part, it is said once, and Redis is used again when it is
//! well.

use futures::FutureExt as _;

use super::*;
use crate::link::testing::{Log, fake_server};

const BACK: Duration = Duration::from_secs(3);

/// What is said once however many ask, and what is said at the end.
async fn refuses_and_is_well_again(server: &Server, said: &str, spoil: &[&str], mend: &[&str]) {
    Log::begin();
    let instance = Instance::with(&server.url(), Duration::from_secs(1), false);
    until(async || instance.is_shared().await).await;
    assert_eq!(Log::take(), "");
    server.run(spoil);
    until(async || !instance.is_shared().await).await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert!(!instance.is_shared().await);
        sleep(Duration::from_millis(1)).await;
    }
    let logged = Log::take();
    let line = format!("redis.url: it answers {said}; each instance counts its own part of the rate limits");
    assert_eq!((logged.lines().count(), logged.contains(&line)), (1, true), "{logged}");
    server.run(mend);
    let back = until(async || instance.is_shared().await).await;
    assert!(back < BACK, "{back:?}");
    let logged = Log::take();
    assert!(logged.contains("it answers; the rate limits are counted together"), "{logged}");
}

#[tokio::test]
async fn a_replica() {
    let server = Server::start();
    let (spoil, mend) = (["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]);
    refuses_and_is_well_again(&server, "READONLY", &spoil, &mend).await;
}

#[tokio::test]
async fn one_that_is_full() {
    let server = Server::with().argument("--maxmemory-policy", "noeviction").start();
    let (spoil, mend) = (["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]);
    refuses_and_is_well_again(&server, "OOM", &spoil, &mend).await;
}

#[tokio::test]
async fn one_that_lets_us_no_longer_write() {
    let server = Server::start();
    let (spoil, mend) =
        (["ACL", "SETUSER", "default", "-evalsha"], ["ACL", "SETUSER", "default", "+evalsha"]);
    refuses_and_is_well_again(&server, "NOPERM", &spoil, &mend).await;
}

#[tokio::test]
async fn one_that_wants_another_password() {
    Log::begin();
    let server = Server::with().password("rightpassword").start();
    let instance = Instance::with(&server.url().replace("rightpassword", "wrongpassword"), TIMEOUT, false);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert!(!instance.is_shared().await);
        sleep(Duration::from_millis(1)).await;
    }
    let logged = Log::take();
    assert!(
        logged.lines().count() == 1 && logged.contains("it refuses the user or the password"),
        "{logged}"
    );
    assert!(!logged.contains("wrongpassword"));
    server.run(["ACL", "SETUSER", "default", ">wrongpassword"]);
    let back = until(async || instance.is_shared().await).await;
    assert!(back < BACK, "{back:?}");
}

/// A Redis that answers the first connection so, and each later one as our script does.
async fn answers_first(answer: &'static str) {
    const WELL: &str = "*3\r\n:1\r\n:1\r\n:3600000000\r\n";
    let (url, asked, _tasks) = fake_server(move |number| Some(if number == 0 { answer } else { WELL })).await;
    let instance = Instance::with(&url, Duration::from_secs(1), false);
    assert!(!instance.is_shared().await, "{answer}");
    assert_eq!(asked.lock().expect("no panic").len(), 1, "{answer}");
    let back = until(async || instance.is_shared().await).await;
    assert!(back < BACK, "{answer}: {back:?}");
}

#[tokio::test]
async fn one_that_loads_its_data_or_has_moved() {
    answers_first("-LOADING Redis is loading the dataset in memory\r\n").await;
    answers_first("-MOVED 3999 127.0.0.1:6381\r\n").await;
    answers_first("-CLUSTERDOWN Hash slot not served\r\n").await;
    answers_first("-ERR secretword\r\n").await;
}

/// What is not our script's answer is none.
#[tokio::test]
async fn one_that_answers_something_else() {
    for answer in [
        "+OK\r\n",
        ":1\r\n",
        "$-1\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*3\r\n:1\r\n:2\r\n:0\r\n",
        "*3\r\n:1\r\n:0\r\n:0\r\n",
        "*3\r\n:2\r\n:1\r\n:0\r\n",
        "*3\r\n:0\r\n:1\r\n:0\r\n",
        "*3\r\n:1\r\n:1\r\n:3600000001\r\n",
        "*3\r\n:1\r\n:1\r\n:-1\r\n",
        "*5\r\n:1\r\n:1\r\n:0\r\n:1\r\n:0\r\n",
    ] {
        let (url, _, _tasks) = fake_server(move |_| Some(answer)).await;
        let instance = Instance::with(&url, Duration::from_secs(1), false);
        for _ in 0..3 {
            assert!(!instance.is_shared().await, "{answer:?}");
        }
    }
}

/// By a failover, or by hand. A key that is a day ahead owes as much as it may, and no day.
#[tokio::test]
async fn a_clock_that_goes_back() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    let alice = charge(quota(10, Per::Second, 3), "alice", 1);
    assert!(instance.admits(alice).await);
    let [key] = &server.keys()[..] else { panic!("one key") };
    let time = server.run(["TIME"]);
    let seconds: u64 = time.list()[0].text().parse().expect("a number");
    server.run(["SET", key, &((seconds + 86_400) * 1_000_000).to_string()]);
    let Verdict::Refused(levels) = instance.charge(&[alice]).await else { panic!("it owes all it may") };
    assert!(levels[0].wait <= 100_000, "{levels:?}");
    until(async || instance.admits(alice).await).await;
}

/// Nobody waits for a Redis that is refused by, between two attempts to reach it.
#[tokio::test]
async fn nobody_asks_one_that_refuses_twice_in_a_row() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    until(async || instance.is_shared().await).await;
    server.run(["REPLICAOF", "127.0.0.1", "1"]);
    until(async || !instance.is_shared().await).await;
    assert_eq!(instance.is_shared().now_or_never(), Some(false));
}
