//! A Redis that hangs, is away, comes back, or wants another password. Bounds on times are generous, since other things run
//! on the machine too; what is exact is counted.

use futures::FutureExt as _;

use super::*;
use crate::link::testing::fake_server;

const TIMEOUT: Duration = Duration::from_millis(20);

/// The promise is two seconds.
const BACK: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_redis_that_hangs_is_asked_three_times_and_then_left_alone() {
    let server = Server::start();
    let instance = Instance::with_timeout(&server.url(), TIMEOUT);
    instance.keep("key", &["a"], &sheet("body")).await;
    let asked = server.calls("evalsha");
    server.pause();
    for _ in 0..3 {
        let began = Instant::now();
        assert_eq!(instance.finds("key", &["a"]).await, None);
        // Twenty milliseconds, and what the machine does besides.
        assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    }
    for _ in 0..500 {
        assert_eq!(instance.finds("key", &["a"]).now_or_never(), Some(None));
    }
    server.resume();
    let back = Instant::now();
    // What had been sent is answered now: three, although nobody waits any more.
    assert_eq!(server.calls("evalsha"), asked + 3);
    until(async || instance.finds("key", &["a"]).await.is_some()).await;
    assert!(back.elapsed() < BACK, "{:?}", back.elapsed());
}

/// A connection that was cut without a word is silent for ever, while Redis is well.
#[tokio::test]
async fn a_connection_that_hangs_is_replaced() {
    let answer = "*4\r\n$-1\r\n:-2\r\n:9223372036854775807\r\n$16\r\n0123456789abcdef\r\n";
    let (url, asked, _tasks) = fake_server(move |number| (number > 0).then_some(answer)).await;
    let instance = Instance::with_timeout(&url, TIMEOUT);
    until(async || instance.get("key", &["a"]).await.versions.0.is_some()).await;
    assert_eq!(asked.lock().expect("no panic").len(), 4);
    // Whatever the time is there.
    let versions = instance.get("key", &["a"]).await.versions;
    instance.put(
        "key",
        versions,
        Sheet { fresh_for: Duration::MAX, if_error: Duration::MAX, ..sheet("body") },
    );
}

#[tokio::test]
async fn a_redis_that_is_slow_gets_one_probe_after_each_pause() {
    let (url, asked, _tasks) = fake_server(|_| None).await;
    let instance = Instance::with_timeout(&url, TIMEOUT);
    let began = Instant::now();
    let (mut count, mut slow) = (0, 0);
    while asked.lock().expect("no panic").len() < 5 {
        let asking = Instant::now();
        assert_eq!(instance.finds("key", &["a"]).await, None);
        (count, slow) = (count + 1, slow + u32::from(asking.elapsed() >= TIMEOUT));
        assert!(began.elapsed() < PATIENCE);
        sleep(Duration::from_millis(1)).await;
    }
    let asked = asked.lock().expect("no panic").clone();
    let gaps: Vec<_> = asked.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // Three in a row, a second's pause, one, two seconds' pause, one: each with jitter.
    assert!(gaps[0] < 700 && gaps[1] < 700, "{gaps:?}");
    assert!(
        (740..BACK.as_millis()).contains(&gaps[2]) && (1190..BACK.as_millis()).contains(&gaps[3]),
        "{gaps:?}"
    );
    // Some others may have been slow for the machine's reasons.
    assert!(count > 500 && slow < 50, "{slow} of {count} waited");
}

#[tokio::test]
async fn a_redis_that_hangs_from_the_start_is_waited_for_once() {
    // The kernel takes connections; nobody reads from them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("redis://{}", silent.local_addr().expect("it is bound"));
    let instance = Instance::with_timeout(&url, TIMEOUT);
    assert_eq!(instance.finds("key", &["a"]).await, None);
    // Opening the connection is given up after a second, and then tried again.
    for _ in 0..1500 {
        assert_eq!(instance.finds("key", &["a"]).now_or_never(), Some(None));
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_redis_that_is_away_costs_nothing_and_is_used_when_it_comes() {
    let server = Server::start();
    let url = server.url();
    server.stop();
    let instance = Instance::with_timeout(&url, TIMEOUT);
    for _ in 0..2 {
        // One finds that the connection broke, and one may wait for the next, which is being opened. Nobody after them.
        for _ in 0..2 {
            assert_eq!(instance.finds("key", &["a"]).await, None);
        }
        sleep(TIMEOUT).await;
        for _ in 0..500 {
            assert_eq!(instance.finds("key", &["a"]).now_or_never(), Some(None));
            sleep(Duration::from_millis(1)).await;
        }
        server.restart();
        let back = Instant::now();
        until(async || instance.get("key", &["a"]).await.versions.0.is_some()).await;
        assert!(back.elapsed() < BACK, "{:?}", back.elapsed());
        instance.keep("key", &["a"], &sheet("body")).await;
        server.stop();
    }
}

/// Its answers lie there unread: they are not late.
#[tokio::test]
async fn a_worker_that_is_busy_itself_finds_what_is_there() {
    let server = Server::start();
    let instance = Instance::with_timeout(&server.url(), TIMEOUT);
    instance.keep("key", &["a"], &sheet("body")).await;
    for _ in 0..5 {
        let busy = async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            std::thread::sleep(2 * TIMEOUT);
        };
        let (found, ()) = tokio::join!(instance.finds("key", &["a"]), busy);
        assert!(found.is_some());
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_replaced() {
    let server = Server::start();
    let instance = Instance::new(&server.url());
    instance.keep("key", &["a"], &sheet("body")).await;
    for _ in 0..5 {
        server.run(["CLIENT", "KILL", "TYPE", "normal"]);
        until(async || instance.finds("key", &["a"]).await.is_some()).await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_logged_once_and_told_nobody() {
    Log::begin();
    let server = Server::with().password("rightpassword").start();
    let wrong = server.url().replace("rightpassword", "wrongpassword");
    let instance = Instance::with_timeout(&wrong, TIMEOUT);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        assert_eq!(instance.finds("key", &["a"]).await, None);
        sleep(Duration::from_millis(1)).await;
    }
    let logged = Log::take();
    assert_eq!(logged.lines().count(), 1, "{logged}");
    let said = "redis.url: it refuses the user or the password; the cache goes on without it";
    assert!(logged.contains("WARN") && logged.contains(said), "{logged}");
    // It tried again, but not all the time.
    let info = server.run(["INFO", "stats"]).text();
    let received = info.lines().find_map(|line| line.strip_prefix("total_connections_received:"));
    let received: u32 = received.and_then(|count| count.trim().parse().ok()).expect("Redis tells");
    assert!((3..20).contains(&received), "{received}");
    let shown = format!("{logged}{:?}", instance.level);
    assert!(!shown.contains("password:") && !shown.contains("wrongpassword"), "{shown}");

    // The password is changed while it runs.
    server.run(["ACL", "SETUSER", "default", ">wrongpassword"]);
    let back = Instant::now();
    until(async || instance.get("key", &["a"]).await.versions.0.is_some()).await;
    assert!(back.elapsed() < BACK, "{:?}", back.elapsed());
    let logged = Log::take();
    assert!(
        logged.contains("INFO") && logged.contains("redis.url: it answers; the cache is shared"),
        "{logged}"
    );
}

#[tokio::test]
async fn what_keeps_redis_from_being_used_is_said_at_the_start() {
    Log::begin();
    let server = Server::with().password("rightpassword").start();
    let url = server.url().replace(":rightpassword@", "");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent_url = format!("redis://:secretword@{}", silent.local_addr().expect("it is bound"));
    for (url, said) in [
        (url.as_str(), "redis.url: it answers NOAUTH;"),
        ("redis://:secretword@127.0.0.1:1", "redis.url: Connection refused"),
        ("redis://:secretword@nowhere.invalid", "redis.url: failed to lookup address"),
        (&silent_url, "redis.url: "),
    ] {
        let _instance = Instance::with_timeout(url, TIMEOUT);
        let mut logged = String::new();
        let began = Instant::now();
        while logged.is_empty() && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5)).await;
            logged.push_str(&Log::take());
        }
        assert!(logged.contains(said) && !logged.contains("secretword"), "{url}: {logged}");
    }
}
