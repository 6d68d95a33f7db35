mod health;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use tokio::time::Instant;

use super::*;
use crate::{
    call::{
        Declaration,
        resolver::SharedResolver,
        testing::{answered, failed, ms, outgoing},
    },
    config::{CheckConfig, ServiceConfig},
};

/// Endpoints that take some milliseconds each, some of which are down. They are known by their ports.
#[derive(Clone, Default)]
struct Fleet(Arc<State>);

#[derive(Default)]
struct State {
    takes: Mutex<BTreeMap<u16, u64>>,
    down: Mutex<Vec<u16>>,
    seen: Mutex<BTreeMap<u16, usize>>,
    slow_failures: AtomicBool,
}

impl Fleet {
    fn down(&self, ports: &[u16]) {
        *self.0.down.lock().expect("no test panics here") = ports.to_vec();
    }

    fn seen(&self, port: u16) -> usize {
        self.0.seen.lock().expect("no test panics here").get(&port).copied().unwrap_or_default()
    }

    fn forget(&self) {
        self.0.seen.lock().expect("no test panics here").clear();
    }
}

impl Step<Box<Outgoing>> for Fleet {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let port = outgoing.peer.as_ref().expect("an endpoint was chosen").endpoint.addresses[0].port();
        *self.0.seen.lock().expect("no test panics here").entry(port).or_default() += 1;
        let takes = self.0.takes.lock().expect("no test panics here").get(&port).copied().unwrap_or(1);
        let down = self.0.down.lock().expect("no test panics here").contains(&port);
        if !down || self.0.slow_failures.load(SeqCst) {
            tokio::time::sleep(ms(takes)).await;
        }
        if down { failed(Reason::Unavailable) } else { answered() }
    }
}

fn balance(ports: &[u16]) -> (Balance<Fleet>, Fleet) {
    balance_of(ports, None)
}

fn balance_of(ports: &[u16], health: Option<CheckConfig>) -> (Balance<Fleet>, Fleet) {
    let url = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
    let config = ServiceConfig { url, health, ..ServiceConfig::default() };
    let declaration = Declaration { name: "test", grpc: false, operations: &[] };
    let service = SharedService::new(&declaration, config, SharedResolver::default(), &Arc::default(), None)
        .expect("URLs");
    let opener = Opener::new(&service).expect("no TLS");
    let fleet = Fleet::default();
    (BalanceLayer::new(&service, opener).layer(fleet.clone()), fleet)
}

fn call(balance: &Balance<Fleet>) -> Box<Outgoing> {
    let mut call = outgoing(ms(1000));
    call.trail = Trail::new(&balance.endpoints);
    call
}

/// Calls until the endpoint at port 2 has failed five times.
async fn until_out(balance: &Balance<Fleet>, fleet: &Fleet) {
    for _ in 0..400 {
        let _ = balance.call(call(balance)).await;
        if fleet.seen(2) >= 5 {
            return;
        }
    }
    panic!("it got {} calls", fleet.seen(2));
}

#[tokio::test(start_paused = true)]
async fn the_slower_endpoint_gets_less() {
    let (balance, fleet) = balance(&[1, 2]);
    fleet.0.takes.lock().expect("no test panics here").extend([(1, 100), (2, 10)]);
    let (balance, mut calls) = (Arc::new(balance), tokio::task::JoinSet::new());
    for _ in 0..500 {
        let balance = Arc::clone(&balance);
        calls.spawn(async move { balance.call(call(&balance)).await });
        tokio::time::sleep(ms(5)).await;
    }
    let (slow, fast) = (fleet.seen(1), fleet.seen(2));
    assert!(fast > slow * 4 && slow > 0, "{slow} and {fast}");
}

#[tokio::test(start_paused = true)]
async fn equal_endpoints_share_alike() {
    let (balance, fleet) = balance(&[1, 2, 3, 4]);
    for _ in 0..4000 {
        assert!(balance.call(call(&balance)).await.is_ok());
    }
    for port in 1..=4 {
        assert!((700..=1300).contains(&fleet.seen(port)), "{port} got {}", fleet.seen(port));
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_is_left_out_and_comes_back_by_a_probe() {
    let (balance, fleet) = balance(&[1, 2, 3]);
    fleet.down(&[2]);
    until_out(&balance, &fleet).await;
    fleet.forget();
    for _ in 0..100 {
        assert!(balance.call(call(&balance)).await.is_ok());
    }
    assert_eq!(fleet.seen(2), 0, "its breaker is open");
    fleet.down(&[]);
    tokio::time::advance(ms(6300)).await;
    for _ in 0..3 {
        assert!(balance.call(call(&balance)).await.is_ok());
    }
    assert_eq!(fleet.seen(2), 3, "a probe that is due goes first, and three successes close it");
}

#[tokio::test(start_paused = true)]
async fn where_all_fail_the_call_is_answered_at_once_and_later_one_probe_passes() {
    let (balance, fleet) = balance(&[1, 2]);
    fleet.down(&[1, 2]);
    for _ in 0..200 {
        let _ = balance.call(call(&balance)).await;
        tokio::time::advance(ms(1)).await;
    }
    fleet.forget();
    let (began, error) = (Instant::now(), balance.call(call(&balance)).await.expect_err("all are out"));
    assert_eq!((error.reason(), began.elapsed()), (Reason::OpenBreaker, Duration::ZERO));
    assert_eq!((fleet.seen(1), fleet.seen(2)), (0, 0), "nothing is sent");
    fleet.down(&[]);
    tokio::time::advance(ms(6300)).await;
    assert!(balance.call(call(&balance)).await.is_ok(), "never all for good");
}

#[tokio::test(start_paused = true)]
async fn racers_for_a_probe_get_another_endpoint() {
    let (balance, fleet) = balance(&[1, 2]);
    fleet.down(&[2]);
    until_out(&balance, &fleet).await;
    tokio::time::advance(ms(6300)).await;
    fleet.forget();
    fleet.0.slow_failures.store(true, SeqCst);
    let all = futures::future::join_all((0..64).map(|_| balance.call(call(&balance)))).await;
    assert_eq!(fleet.seen(2), 1, "one probe");
    assert_eq!(all.iter().filter(|outcome| outcome.is_ok()).count(), 63);
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_goes_elsewhere() {
    let (balance, fleet) = balance(&[1, 2]);
    fleet.down(&[1]);
    for _ in 0..4 {
        let first = call(&balance);
        let second = first.clone();
        if balance.call(first).await.is_err() {
            let error =
                failed(Reason::Unavailable).expect_err("as a test says").at(&[([127, 0, 0, 1], 1).into()]);
            assert!(error.detail().ends_with("(at 127.0.0.1:1)"), "the log says which one");
            assert!(balance.call(second).await.is_ok());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_never_found_is_unavailable() {
    let (balance, fleet) = balance(&[]);
    let error = balance.call(call(&balance)).await.expect_err("there is nobody");
    assert_eq!(error.reason(), Reason::Unavailable);
    assert_eq!(fleet.seen(1), 0);
}
