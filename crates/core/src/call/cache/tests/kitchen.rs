//! [`Kitchen`]: a service behind the steps that keep its answers, and the script that it follows.

use super::{super::Levels, *};

/// A service behind the steps that keep its answers.
pub(super) struct Kitchen {
    stack: Lookup<Deadline<Coalesce<Store<Service>>>>,
    pub(super) service: Arc<Script>,
    pub(super) counters: Arc<ServiceCounters>,
}

impl Kitchen {
    /// With the usual configuration, but for the jitter: each time is what it seems.
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(super) fn with(change: impl FnOnce(&mut CacheConfig)) -> Self {
        let mut config = CacheConfig { jitter_percent: 0, ..CacheConfig::default() };
        change(&mut config);
        Self::of("users", &Arc::new(Kept::new(&config, None)))
    }

    /// A service of this name, whose answers are kept with those of others.
    pub(super) fn of(name: &'static str, kept: &Arc<Kept>) -> Self {
        let (service, counters) = (Arc::new(Script::default()), Arc::default());
        let levels = Levels::new(kept, &Arc::default(), None);
        let stack = ServiceBuilder::new()
            .layer(LookupLayer::new(name, levels.clone(), &counters))
            .layer(DeadlineLayer)
            .layer(CoalesceLayer::new(name, &Arc::default(), &counters))
            .layer(StoreLayer::new(levels, 64))
            .service(Service(Arc::clone(&service)));
        Self { stack, service, counters }
    }

    pub(super) async fn ask(&self, ask: Ask) -> Got {
        Got::of(self.outcome(ask).await)
    }

    pub(super) async fn outcome(&self, ask: Ask) -> Outcome {
        self.stack.call(ask.0).await
    }

    /// What alice gets, whose client says nothing of keeping.
    pub(super) async fn get(&self) -> Got {
        self.ask(read("alice")).await
    }

    /// From now on it answers so.
    pub(super) fn says(&self, says: Says) {
        *self.service.says.lock().unwrap() = says;
    }

    /// Its next calls are answered so, one after another.
    pub(super) fn next(&self, says: impl IntoIterator<Item = Says>) {
        self.service.next.lock().unwrap().extend(says);
    }

    /// How many calls have reached it.
    pub(super) fn calls(&self) -> usize {
        self.service.asked.lock().unwrap().len()
    }

    /// The headers of its last call.
    pub(super) fn last_asked(&self, name: HeaderName) -> String {
        let asked = self.service.asked.lock().unwrap();
        let headers = asked.last().expect("it was asked");
        headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// For how long its answer is used without asking it again, in steps of half a second.
    pub(super) async fn fresh_for(&self, ask: impl Fn() -> Ask) -> Duration {
        let (calls, began) = (self.calls(), Instant::now());
        while self.calls() == calls {
            sleep(ms(500)).await;
            self.ask(ask()).await;
        }
        began.elapsed()
    }
}

/// What the service was told to say, and what it was asked.
#[derive(Default)]
pub(super) struct Script {
    says: Mutex<Says>,
    next: Mutex<VecDeque<Says>>,
    asked: Mutex<Vec<HeaderMap>>,
    pub(super) in_flight: AtomicUsize,
}

pub(super) struct Service(Arc<Script>);

impl Step<Box<Outgoing>> for Service {
    type Out = Outcome;

    async fn call(&self, outgoing: Box<Outgoing>) -> Outcome {
        let script = &self.0;
        script.asked.lock().unwrap().push(outgoing.headers.clone());
        let next = script.next.lock().unwrap().pop_front();
        let says = next.unwrap_or_else(|| script.says.lock().unwrap().clone());
        script.in_flight.fetch_add(1, SeqCst);
        let _landing = Landing(script);
        sleep(says.after).await;
        says.outcome()
    }
}

pub(super) struct Landing<'a>(&'a Script);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, SeqCst);
    }
}
