use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use futures::{FutureExt as _, future::join_all};
use http::{HeaderMap, HeaderValue, header};
use tokio::{task::yield_now, time::sleep};

use super::*;
use crate::call::{
    Owner, Reason, Reply, Wire,
    cache::{Head, Stamp, Ticket, Versions},
    deadline::DeadlineLayer,
    testing::{Below, Seen, answered, failed, ms, outgoing, read_by},
};

fn coalesce<F, A>(answer: F) -> (Arc<Coalesce<Below<F>>>, Arc<Seen>)
where
    F: Fn() -> A + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send,
    Below<F>: Step<Box<Outgoing>>,
{
    let below = Below::new(answer);
    let seen = below.seen();
    (Arc::new(CoalesceLayer::new("test", &Arc::default(), &Arc::default()).layer(below)), seen)
}

/// A service that takes this long.
fn after(time: Duration) -> impl Fn() -> futures::future::BoxFuture<'static, Outcome> + Send + Sync {
    move || {
        async move {
            sleep(time).await;
            answered()
        }
        .boxed()
    }
}

/// A call that can be aborted.
#[expect(clippy::disallowed_methods, reason = "the test is what it must end with")]
fn spawned<S: Step<Box<Outgoing>, Out = Outcome>>(
    coalesce: &Arc<Coalesce<S>>,
    call: Box<Outgoing>,
) -> tokio::task::JoinHandle<Outcome> {
    let coalesce = Arc::clone(coalesce);
    tokio::spawn(async move { coalesce.call(call).await })
}

fn read(user: &str) -> Box<Outgoing> {
    read_by(user, ms(1000))
}

/// How many calls the service gets when all of these are made at once.
#[expect(clippy::vec_box, reason = "calls travel boxed")]
async fn calls_for(calls: Vec<Box<Outgoing>>) -> usize {
    let (coalesce, seen) = coalesce(after(ms(10)));
    let outcomes = join_all(calls.into_iter().map(|call| coalesce.call(call))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert!(coalesce.flights.is_empty() && seen.in_flight() == 0);
    seen.deadlines().len()
}

#[tokio::test(start_paused = true)]
async fn those_who_ask_the_same_at_the_same_time_are_one_call() {
    assert_eq!(calls_for((0..50).map(|_| read("alice")).collect()).await, 1);
    let callers = (0..50).map(|user| read(&format!("user-{user}"))).collect();
    assert_eq!(calls_for(callers).await, 50, "each caller has its own answer");
}

#[tokio::test(start_paused = true)]
async fn those_who_ask_after_the_answer_are_another_call() {
    let (coalesce, seen) = coalesce(after(ms(10)));
    for calls in 1..4 {
        assert!(coalesce.call(read("alice")).await.is_ok());
        assert_eq!(seen.deadlines().len(), calls);
    }
    assert_eq!(coalesce.counters.coalesced(), 0);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_sent_tells_calls_apart() {
    let with = |change: fn(&mut Outgoing)| {
        let mut call = read("alice");
        change(&mut call);
        call
    };
    let http = |method: &str, path: &str, body: Option<&'static str>| Wire::Http {
        method: method.parse().expect("a method"),
        path_and_query: path.to_owned(),
        body: body.map(Into::into),
    };
    let wire = |wire: Wire| {
        let mut call = read("alice");
        call.wire = wire;
        call
    };
    let header = |name, value| {
        let mut call = read("alice");
        call.headers.insert(name, HeaderValue::from_static(value));
        call
    };
    let calls = vec![
        wire(http("GET", "/", None)),
        wire(http("QUERY", "/", None)),
        wire(http("GET", "/a", None)),
        wire(http("GET", "/?a", None)),
        wire(http("GET", "/", Some("a"))),
        wire(http("GET", "/", Some("b"))),
        wire(Wire::Grpc { path: "/", message: "a".into() }),
        wire(Wire::Grpc { path: "/", message: "b".into() }),
        wire(Wire::Grpc { path: "/b", message: "a".into() }),
        header(header::ACCEPT_LANGUAGE, "de"),
        header(header::ACCEPT_LANGUAGE, "en"),
        header(header::ACCEPT, "de"),
        with(|call| call.owner = Owner::everyone()),
        read("bob"),
    ];
    let different = calls.len();
    assert_eq!(calls_for(calls.iter().cloned().chain(calls.iter().cloned()).collect()).await, different);
}

#[tokio::test(start_paused = true)]
async fn what_is_for_everybody_is_one_call_for_all_callers() {
    let public = |user: usize| {
        let mut call = read(&format!("user-{user}"));
        call.owner = Owner::everyone();
        call
    };
    assert_eq!(calls_for((0..50).map(public).collect()).await, 1);
}

/// Until the answer is there, nobody knows that it is one caller's alone.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_for_everybody_is_for_its_own_request_alone() {
    for says in ["private, max-age=60", "no-store"] {
        let (coalesce, seen) = coalesce(move || {
            async move {
                sleep(ms(10)).await;
                let headers = HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static(says))]);
                let head = Head::of(&headers, std::time::SystemTime::now);
                answered().map(|reply| Reply { head, ..reply })
            }
            .boxed()
        });
        let mut first = read("alice");
        first.owner = Owner::everyone();
        let same_request = first.clone();
        let mut other = read("bob");
        other.owner = Owner::everyone();
        let calls = [first, same_request, other.clone(), other];
        join_all(calls.into_iter().map(|call| coalesce.call(call))).await;
        assert_eq!(
            seen.deadlines().len(),
            3,
            "{says}: one for alice's request, and one for each of bob's calls"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_goes_away_leaves_its_call_to_those_who_wait() {
    let (coalesce, seen) = coalesce(after(ms(100)));
    let leader = spawned(&coalesce, read("alice"));
    yield_now().await;
    let followers: Vec<_> = (0..3).map(|_| spawned(&coalesce, read("alice"))).collect();
    sleep(ms(50)).await;
    let began = Instant::now();
    leader.abort();
    for follower in followers {
        assert!(follower.await.expect("no panic").is_ok());
    }
    assert_eq!((began.elapsed(), seen.deadlines().len()), (ms(50), 1), "neither failed nor restarted");
    assert!(coalesce.flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_when_the_last_who_waited_has_gone() {
    let (coalesce, seen) = coalesce(after(ms(100)));
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(spawned(&coalesce, read("alice")));
        yield_now().await;
    }
    for task in tasks {
        assert_eq!(seen.in_flight(), 1);
        task.abort();
        sleep(ms(1)).await;
    }
    assert_eq!((seen.in_flight(), seen.deadlines().len()), (0, 1));
    assert!(coalesce.flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_waits_for_as_long_as_it_has_itself() {
    for (leader, follower) in [(100, 1000), (1000, 100)] {
        let below = Below::new(after(ms(300)));
        let seen = below.seen();
        let coalesce = CoalesceLayer::new("test", &Arc::default(), &Arc::default()).layer(below);
        let deadline = DeadlineLayer.layer(coalesce);
        let began = Instant::now();
        let timed = |left| {
            let call = deadline.call(read_by("alice", ms(left)));
            async move { (call.await.map_err(|error| error.reason()).err(), began.elapsed()) }
        };
        let outcomes = tokio::join!(timed(leader), timed(follower));
        let expected = |left| if left == 100 { (Some(Reason::Timeout), ms(100)) } else { (None, ms(300)) };
        assert_eq!(outcomes, (expected(leader), expected(follower)));
        assert_eq!(seen.deadlines().len(), 1);
    }
}

/// A service that is told how long the leader waits gives up by itself.
#[tokio::test(start_paused = true)]
async fn a_follower_with_more_time_asks_again_when_the_leader_had_too_little() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (coalesce, seen) = coalesce({
        let calls = Arc::clone(&calls);
        move || {
            let first = calls.fetch_add(1, SeqCst) == 0;
            async move {
                sleep(ms(100)).await;
                if first { failed(Reason::Timeout) } else { answered() }
            }
            .boxed()
        }
    });
    let (leader, follower) = tokio::join!(coalesce.call(read("alice")), coalesce.call(read("alice")));
    assert!(leader.is_err() && follower.is_ok());
    assert_eq!(seen.deadlines().len(), 2);
    calls.store(0, SeqCst);
    let began = Instant::now();
    let late = async {
        let mut call = read_by("alice", ms(300));
        call.policy.timeout = ms(1000);
        coalesce.call(call).await
    };
    let (_, late) = tokio::join!(coalesce.call(read("alice")), late);
    assert_eq!(
        late.map_err(|error| error.reason()).err(),
        Some(Reason::Timeout),
        "a fifth of a call is no call"
    );
    assert_eq!(began.elapsed(), ms(100));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_everybodys() {
    let (coalesce, seen) = coalesce(|| {
        async {
            sleep(ms(10)).await;
            failed(Reason::Failed)
        }
        .boxed()
    });
    for owner in [Owner::everyone(), read("alice").owner] {
        let calls = (0..5).map(|_| {
            let mut call = read("alice");
            call.owner = owner.clone();
            coalesce.call(call)
        });
        assert!(join_all(calls).await.iter().all(Result::is_err));
    }
    assert_eq!(seen.deadlines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_asks_after_a_write_does_not_get_an_answer_from_before_it() {
    let stamped = |stamp: Stamp| {
        let mut call = read("alice");
        let key = Key::of(&call.owner, &Sent::of("test", &call));
        call.ticket = Some(Arc::new(Ticket { key, stamp, prior: None, versions: Versions::default() }));
        call
    };
    let kept = crate::call::Kept::default();
    let before = kept.stamp_for_test();
    kept.end_all();
    let after = kept.stamp_for_test();
    assert_eq!(calls_for(vec![stamped(before), stamped(before), stamped(after), stamped(after)]).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_its_own_requests_alone() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (coalesce, seen) = coalesce({
        let calls = Arc::clone(&calls);
        move || {
            let first = calls.fetch_add(1, SeqCst) == 0;
            async move {
                sleep(ms(10)).await;
                assert!(!first, "as the test says");
                answered()
            }
            .boxed()
        }
    });
    let call = || spawned(&coalesce, read("alice"));
    let (leader, follower) = tokio::join!(call(), call());
    assert!(leader.expect_err("it panicked").is_panic());
    assert!(follower.expect("no panic").is_ok());
    assert_eq!((seen.deadlines().len(), coalesce.flights.is_empty()), (2, true));
}

#[tokio::test(start_paused = true)]
async fn without_coalescing_only_the_same_request_waits() {
    let alone = || {
        let mut call = read("alice");
        call.policy.coalesce = false;
        call
    };
    let request = alone();
    assert_eq!(calls_for(vec![request.clone(), request, alone(), alone()]).await, 3);
}

/// Between two equal writes another one may have come; only a key says that two are one.
/// Two visitors who choose one key are two, and so are their writes.
#[tokio::test(start_paused = true)]
async fn writes_of_nobody_in_particular_are_one_within_a_request_only() {
    let write = |owner: Owner| {
        let mut call = outgoing(ms(1000));
        call.headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_static("press-1"));
        call.owner = owner;
        call
    };
    let nobody = || write(Owner::everyone());
    assert_eq!(calls_for(vec![nobody(), nobody()]).await, 2);
    let one = nobody();
    assert_eq!(calls_for(vec![one.clone(), one]).await, 1);
    let alice = || write(read("alice").owner);
    assert_eq!(calls_for(vec![alice(), alice()]).await, 1, "the control");
}

#[tokio::test(start_paused = true)]
async fn writes_are_one_within_a_request_or_by_their_idempotency_key() {
    let put = outgoing(ms(1000));
    assert_eq!(calls_for(vec![put.clone(), put.clone(), outgoing(ms(1000))]).await, 2);
    let keyed = |key| {
        let mut call = outgoing(ms(1000));
        call.headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_static(key));
        call
    };
    assert_eq!(calls_for(vec![keyed("a"), keyed("a"), keyed("b")]).await, 2);
    let mut post = put;
    post.idempotent = false;
    assert_eq!(calls_for(vec![post.clone(), post]).await, 2, "what may be sent once only is sent for each");
}
