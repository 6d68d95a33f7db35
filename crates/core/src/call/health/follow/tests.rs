//! When endpoints are checked, with paused time and without sockets.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use super::*;
use crate::{call::SharedResolver, config::ServiceConfig};

const EVERY: Duration = Duration::from_secs(5);

/// Endpoints whose checks come to what a test says, by port.
#[derive(Clone, Default)]
struct Fleet(Arc<Asked>);

#[derive(Default)]
struct Asked {
    down: Mutex<Vec<u16>>,
    hangs: Mutex<Vec<u16>>,
    times: AtomicUsize,
}

impl Fleet {
    async fn ask(self, endpoint: Arc<Endpoint>) -> Result<(), String> {
        let port = endpoint.addresses[0].port();
        self.0.times.fetch_add(1, SeqCst);
        let hangs = self.0.hangs.lock().expect("no test panics here").contains(&port);
        if hangs {
            std::future::pending::<()>().await;
        }
        let down = self.0.down.lock().expect("no test panics here").contains(&port);
        if down { Err(format!("{port} is down")) } else { Ok(()) }
    }

    fn times(&self) -> usize {
        self.0.times.load(SeqCst)
    }
}

fn endpoints(ports: &[u16]) -> Arc<Endpoints> {
    let url = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
    let config = ServiceConfig { url, health: Some(config()), ..ServiceConfig::default() };
    Arc::new(Endpoints::new(&config, SharedResolver::default()).expect("URLs"))
}

fn config() -> CheckConfig {
    CheckConfig { path: "/health".to_owned(), ..CheckConfig::default() }
}

/// Checks them until this is dropped.
fn start(endpoints: &Arc<Endpoints>, fleet: &Fleet) -> JoinSet<()> {
    let (endpoints, fleet) = (Arc::clone(endpoints), fleet.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        each("test", &endpoints, &config(), move |endpoint| fleet.clone().ask(endpoint)).await;
    });
    tasks
}

fn healthy(endpoints: &Endpoints) -> Vec<bool> {
    endpoints.list().1.iter().map(|endpoint| endpoint.is_healthy()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_endpoint_is_checked_every_five_seconds_or_so() {
    let (endpoints, fleet) = (endpoints(&[1, 2]), Fleet::default());
    let _checks = start(&endpoints, &fleet);
    sleep(SOON).await;
    assert_eq!(fleet.times(), 2, "soon after the start");
    sleep(EVERY * 20).await;
    assert!((36..=46).contains(&fleet.times()), "{} times", fleet.times());
    assert_eq!(healthy(&endpoints), [true, true]);
}

#[tokio::test(start_paused = true)]
async fn three_checks_that_fail_take_it_out_and_two_that_pass_let_it_in() {
    let (endpoints, fleet) = (endpoints(&[1, 2]), Fleet::default());
    let _checks = start(&endpoints, &fleet);
    sleep(SOON).await;
    *fleet.0.down.lock().expect("no test panics here") = vec![2];
    sleep(EVERY * 2).await;
    assert_eq!(healthy(&endpoints), [true, true], "it failed twice at most");
    sleep(EVERY * 3).await;
    assert_eq!(healthy(&endpoints), [true, false]);
    let view = endpoints.list().1[1].view(Instant::now()).check.expect("it is checked");
    assert_eq!((view.healthy, view.fault.as_deref()), (false, Some("2 is down")));
    fleet.0.down.lock().expect("no test panics here").clear();
    sleep(EVERY * 3).await;
    assert_eq!(healthy(&endpoints), [true, true]);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_hangs_has_failed_and_is_given_up() {
    let (endpoints, fleet) = (endpoints(&[1, 2]), Fleet::default());
    *fleet.0.hangs.lock().expect("no test panics here") = vec![1];
    let _checks = start(&endpoints, &fleet);
    sleep(EVERY * 5).await;
    assert_eq!(healthy(&endpoints), [false, true], "the other one is checked beside it");
    let view = endpoints.list().1[0].view(Instant::now()).check.expect("it is checked");
    assert_eq!(view.fault.as_deref(), Some("no answer within 1000 ms"));
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_asked_no_more_and_what_is_new_is() {
    let (endpoints, fleet) = (endpoints(&[1]), Fleet::default());
    let _checks = start(&endpoints, &fleet);
    sleep(EVERY).await;
    endpoints.move_for_test(&[([127, 0, 0, 1], 2).into(), ([127, 0, 0, 2], 3).into()]);
    fleet.0.down.lock().expect("no test panics here").push(1);
    sleep(EVERY * 5).await;
    assert_eq!(healthy(&endpoints), [true, true], "nobody asks the one that is down");
    let before = fleet.times();
    endpoints.move_for_test(&[([127, 0, 0, 1], 3).into()]);
    sleep(EVERY * 10).await;
    assert!((8..=13).contains(&(fleet.times() - before)), "one of them is left");
}

/// Control: where nobody asks for checks there is nothing to be unhealthy by.
#[tokio::test(start_paused = true)]
async fn without_checks_an_endpoint_is_healthy() {
    let config = ServiceConfig { url: vec!["http://127.0.0.1:1".to_owned()], ..ServiceConfig::default() };
    let endpoints = Endpoints::new(&config, SharedResolver::default()).expect("a URL");
    assert!(endpoints.list().1[0].health.is_none());
    assert_eq!(healthy(&endpoints), [true]);
}
