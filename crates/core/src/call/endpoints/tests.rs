use std::{io, sync::atomic::AtomicUsize};

use tokio::time::Instant;

use super::*;
use crate::call::{
    breaker::Verdict,
    resolver::{Resolver, Resolving},
};

/// A resolver that says what it is told.
#[derive(Clone, Default)]
struct Scripted(Arc<Script>);

#[derive(Default)]
struct Script {
    answer: Mutex<Option<Result<Vec<SocketAddr>, &'static str>>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn says(&self, answer: Result<&[&str], &'static str>) {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect();
        *self.0.answer.lock().expect("no test panics here") = Some(answer.map(addresses));
    }

    fn hangs(&self) {
        *self.0.answer.lock().expect("no test panics here") = None;
    }
}

impl Resolver for Scripted {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> Resolving<'a> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.0.answer.lock().expect("no test panics here").clone();
        Box::pin(async move {
            match answer {
                Some(answer) => answer.map_err(io::Error::other),
                None => std::future::pending().await,
            }
        })
    }
}

fn endpoints(urls: &[&str], resolver: &Scripted) -> Endpoints {
    let url = urls.iter().map(|url| (*url).to_owned()).collect();
    let config = ServiceConfig { url, ..ServiceConfig::default() };
    Endpoints::new(&config, SharedResolver(Arc::new(resolver.clone()))).expect("URLs")
}

fn addresses(endpoints: &Endpoints) -> Vec<String> {
    endpoints.list().1.iter().map(|endpoint| endpoint.addresses[0].to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_address_is_an_endpoint_that_nobody_looks_up() {
    let resolver = Scripted::default();
    let endpoints = endpoints(&["http://10.0.0.1:80", "http://[::1]:8080/v1"], &resolver);
    assert!(!endpoints.has_names());
    endpoints.resolve().await;
    assert_eq!(addresses(&endpoints), ["10.0.0.1:80", "[::1]:8080"]);
    assert_eq!(resolver.0.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_moves_is_followed_and_what_stays_is_kept() {
    let resolver = Scripted::default();
    resolver.says(Ok(&["10.0.0.1:80", "10.0.0.2:80"]));
    let endpoints = Arc::new(endpoints(&["http://users:80"], &resolver));
    endpoints.resolve().await;
    let (version, before) = endpoints.list();
    assert_eq!(addresses(&endpoints), ["10.0.0.1:80", "10.0.0.2:80"]);

    resolver.says(Ok(&["10.0.0.3:80", "10.0.0.2:80"]));
    let following = Arc::clone(&endpoints);
    tokio::select! {
        () = following.follow() => {}
        () = sleep(Duration::from_secs(6)) => {}
    }
    assert_eq!(addresses(&endpoints), ["10.0.0.2:80", "10.0.0.3:80"]);
    let (later, after) = endpoints.list();
    assert!(later > version);
    assert!(Arc::ptr_eq(&before[1], &after[0]), "with its breaker and all that was measured");

    resolver.says(Ok(&["10.0.0.2:80", "10.0.0.3:80"]));
    endpoints.resolve().await;
    assert_eq!(endpoints.version(), later, "another order is nothing new");
}

#[tokio::test(start_paused = true)]
async fn what_was_found_last_stays_when_the_resolver_fails() {
    let resolver = Scripted::default();
    resolver.says(Ok(&["10.0.0.1:80"]));
    let endpoints = endpoints(&["http://users:80"], &resolver);
    endpoints.resolve().await;
    resolver.says(Err("no such name"));
    endpoints.resolve().await;
    resolver.says(Ok(&[]));
    endpoints.resolve().await;
    resolver.hangs();
    endpoints.resolve().await;
    assert_eq!(addresses(&endpoints), ["10.0.0.1:80"]);
    assert_eq!(endpoints.fault(), "users can't be found: no answer within 5 s");
    resolver.says(Ok(&["10.0.0.1:80"]));
    endpoints.resolve().await;
    assert_eq!(endpoints.fault(), "");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_never_found_is_looked_up_every_second() {
    let resolver = Scripted::default();
    resolver.says(Err("no such name"));
    let endpoints = endpoints(&["http://users:80"], &resolver);
    endpoints.resolve().await;
    assert_eq!((endpoints.count(), endpoints.fault().as_str()), (0, "users can't be found: no such name"));
    tokio::select! {
        () = endpoints.follow() => {}
        () = sleep(Duration::from_millis(1200)) => {}
    }
    assert_eq!(resolver.0.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn one_address_of_each_family_is_one_machine() {
    let found = |texts: &[&str]| -> Vec<usize> {
        let addresses = texts.iter().map(|text| text.parse().expect("an address")).collect();
        machines(addresses).iter().map(|machine| machine.len()).collect()
    };
    assert_eq!(found(&["127.0.0.1:80", "[::1]:80"]), [2], "localhost");
    assert_eq!(found(&["10.0.0.1:80", "10.0.0.2:80", "[fd00::1]:80", "[fd00::2]:80"]), [1, 1]);
    assert_eq!(found(&["[fd00::1]:80", "[fd00::2]:80"]), [1, 1]);
    assert_eq!(found(&["10.0.0.1:80", "10.0.0.1:80"]), [1]);
    assert_eq!(found(&[]), [0; 0]);
}

/// A metric that counts must not fall when an endpoint goes.
#[tokio::test(start_paused = true)]
async fn turns_of_breakers_that_are_gone_are_counted_on() {
    let resolver = Scripted::default();
    resolver.says(Ok(&["10.0.0.1:80", "10.0.0.2:80"]));
    let endpoints = endpoints(&["http://users:80"], &resolver);
    endpoints.resolve().await;
    for endpoint in endpoints.list().1.iter() {
        for _ in 0..5 {
            let mut attempt = endpoint.breaker.attempt(Instant::now(), None).expect("closed");
            attempt.settle(Verdict::Failure);
        }
    }
    assert_eq!(endpoints.breaker_turns().open, 2);
    for addresses in [["10.0.0.2:80", "10.0.0.3:80"], ["10.0.0.3:80", "10.0.0.4:80"]] {
        resolver.says(Ok(&addresses));
        endpoints.resolve().await;
        assert_eq!(endpoints.breaker_turns().open, 2, "{addresses:?}");
    }
}
