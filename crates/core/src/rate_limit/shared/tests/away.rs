//! A Redis that hangs, is away, or comes back: nobody waits twice, and each instance counts its own part meanwhile.

use futures::{FutureExt as _, future::join_all};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

/// The promise is two seconds.
const BACK: Duration = Duration::from_secs(3);

/// Of which one of four instances has ten.
fn forty() -> Charge<'static> {
    charge(quota(1, Per::Hour, 40), "alice", 1)
}

async fn admitted(instance: &Instance, requests: usize) -> usize {
    let mut admitted = 0;
    for _ in 0..requests {
        admitted += usize::from(instance.admits(forty()).await);
    }
    admitted
}

/// By a clock that stands still unless all wait, so that what each waits is exact.
#[tokio::test]
async fn of_a_flood_at_the_moment_of_a_stall_each_waits_once_and_nobody_after() {
    let server = Server::start();
    let instance = Instance::with(&server.url(), TIMEOUT, false);
    until(async || instance.is_shared().await).await;
    server.pause();
    tokio::time::pause();
    let flood = join_all((0..500).map(async |number| {
        let began = Instant::now();
        let verdict = instance.charge(&[charge(quota(1, Per::Hour, 40), &number.to_string(), 1)]).await;
        (verdict, began.elapsed())
    }));
    for (verdict, waited) in flood.await {
        assert!(matches!(verdict, Verdict::Admitted(_)));
        // A timer is late by a millisecond at most.
        assert!((TIMEOUT..=TIMEOUT + Duration::from_millis(1)).contains(&waited), "{waited:?}");
    }
    for number in 500..1000 {
        let one = [charge(quota(1, Per::Hour, 40), &number.to_string(), 1)];
        assert!(matches!(instance.charge(&one).now_or_never(), Some(Verdict::Admitted(_))));
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_redis_that_hangs_is_used_again_when_it_answers() {
    let server = Server::start();
    let instance = Instance::with(&server.url(), TIMEOUT, false);
    until(async || instance.is_shared().await).await;
    for _ in 0..2 {
        server.pause();
        until(async || !instance.is_shared().await).await;
        assert!(!instance.is_shared().now_or_never().expect("nobody waits"));
        sleep(Duration::from_millis(300)).await;
        server.resume();
        let back = until(async || instance.is_shared().await).await;
        assert!(back < BACK, "{back:?}");
    }
}

#[tokio::test]
async fn without_redis_an_instance_gives_its_own_part() {
    let server = Server::start();
    let url = server.url();
    let instance = Instance::with(&url, Duration::from_secs(1), false);
    // Counted together it has them all.
    assert_eq!(admitted(&instance, 15).await, 15);
    server.stop();
    assert_eq!(admitted(&instance, 60).await, 10);
    assert_eq!(instance.charge(&[Charge { closed: true, ..forty() }]).await, Verdict::Unknown);
    server.restart();
    let back = until(async || instance.is_shared().await).await;
    assert!(back < BACK, "{back:?}");
    // With nothing in it, so that all are there again.
    let free = async || instance.admits(Charge { cost: 40, ..forty() }).await;
    until(free).await;
    assert!(!free().await);
}

#[tokio::test]
async fn a_redis_that_was_never_there_costs_one_wait_at_most() {
    // The kernel takes connections; nobody reads from them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = format!("redis://{}", silent.local_addr().expect("it is bound"));
    for url in [silent.as_str(), "redis://127.0.0.1:1"] {
        let instance = Instance::with(url, TIMEOUT, true);
        assert!(instance.admits(forty()).await);
        for _ in 0..9 {
            assert!(instance.admits(forty()).now_or_never().expect("nobody waits"));
        }
        assert!(!instance.admits(forty()).now_or_never().expect("nobody waits"));
    }
}

/// A way to Redis on which each answer takes so long.
async fn slow_way(server: &Server, delay: Duration) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("redis://{}", listener.local_addr().expect("it is bound"));
    let (port, mut tasks) = (server.port(), JoinSet::new());
    tasks.spawn(async move {
        let mut ways = JoinSet::new();
        while let Ok((near, _)) = listener.accept().await {
            ways.spawn(async move {
                let far = TcpStream::connect(("127.0.0.1", port)).await.expect("Redis is there");
                let ((mut asked, mut answer), (mut answered, mut ask)) =
                    (near.into_split(), far.into_split());
                let there = async { tokio::io::copy(&mut asked, &mut ask).await };
                let back = async {
                    let mut bytes = [0; 4096];
                    while let Ok(length @ 1..) = answered.read(&mut bytes).await {
                        sleep(delay).await;
                        answer.write_all(&bytes[..length]).await?;
                    }
                    Ok(0)
                };
                let _ = tokio::try_join!(there, back);
            });
        }
    });
    (url, tasks)
}

/// It is well enough to be reached, and no help to any request.
#[tokio::test]
async fn a_redis_that_is_always_late_is_not_waited_for() {
    let server = Server::start();
    for (delay, is_used) in [(3 * TIMEOUT, false), (Duration::ZERO, true)] {
        let (url, _tasks) = slow_way(&server, delay).await;
        let instance = Instance::with(&url, TIMEOUT, false);
        instance.is_shared().await;
        let (mut waited, mut used) = (0, 0);
        for _ in 0..1_000 {
            match instance.is_shared().now_or_never() {
                None => waited += 1,
                Some(is_shared) => used += u32::from(is_shared),
            }
            sleep(Duration::from_millis(1)).await;
        }
        // What is asked of Redis is not there at once.
        assert_eq!((waited > 0, used), (is_used, 0), "{waited} of 1000, at {delay:?}");
    }
}

/// Redis has charged it, and nobody has it: that is less than there is, and never more.
#[tokio::test]
async fn what_an_answer_that_is_late_has_charged_is_lost() {
    let server = Server::start();
    let instance = Instance::with(&server.url(), TIMEOUT, true);
    until(async || instance.is_shared().await).await;
    let hour = quota(1, Per::Hour, 40);
    let asked = server.calls("evalsha");
    server.pause();
    assert!(instance.admits(charge(hour, "alice", 4)).await);
    server.resume();
    until(async || server.calls("evalsha") > asked).await;
    until(async || instance.is_shared().await).await;
    assert_eq!(instance.limits.ledger.held(&charge(hour, "alice", 1)), 0);
    let alice = charges(&[charge(hour, "alice", 0)]);
    let levels = instance.store.levels(&alice, Instant::now(), &instance.part).await;
    assert_eq!(levels[0].available, 36);
}

/// Who goes away while Redis is asked gives back what was taken of what is held.
#[tokio::test]
async fn who_goes_away_leaves_what_is_held() {
    let server = Server::start();
    let instance = Instance::with(&server.url(), Duration::from_secs(1), true);
    until(async || instance.is_shared().await).await;
    let (fast, other) = (quota(1_000, Per::Second, 1_000), quota(1, Per::Hour, 9));
    let alice = charge(fast, "alice", 1);
    while instance.limits.ledger.held(&alice) == 0 {
        assert!(instance.admits(alice).await);
    }
    let held = instance.limits.ledger.held(&alice);
    {
        let both = [alice, charge(other, "bob", 1)];
        let mut asking = std::pin::pin!(instance.charge(&both));
        assert!(futures::poll!(&mut asking).is_pending());
        assert_eq!(instance.limits.ledger.held(&alice), held - 1);
    }
    assert_eq!(instance.limits.ledger.held(&alice), held);
}
