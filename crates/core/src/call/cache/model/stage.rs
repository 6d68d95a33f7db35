//! [`Stage`]: the steps of production around the simulated service, and calls on them.

mod sending;

use std::sync::Arc;

use tokio::task::unconstrained;
use tower::Layer as _;

use super::{
    super::{Kept, Levels, Lookup, LookupLayer, Store, StoreLayer},
    cast::{Callers, Cast, SERVICES, callers, config, strangers},
    fault::{Fault, Hunt, Place, Spoilt},
    record::{Kind, Shared},
    tape::Tape,
    world::World,
};
use crate::{
    auth::Policy,
    call::{
        BoxFuture, Services,
        coalesce::{Coalesce, CoalesceLayer, Flights},
        deadline::{Deadline, DeadlineLayer},
        policy::{CallPolicy, Policies},
    },
    config::ServiceConfig,
    context::{Arrival, RequestContext},
    routes::RouteInfo,
    step::Step as _,
    telemetry::trace::TraceContext,
};

/// As on the outbound page, with room for a fault.
pub(super) type Stack = Spoilt<Lookup<Deadline<Coalesce<Spoilt<Store<Spoilt<World>>>>>>>;

/// What histories share, since it takes time to make.
pub(super) struct House {
    kept: Arc<Kept>,
    callers: Callers,
    strangers: Callers,
    policy: CallPolicy,
    hunt: Hunt,
    route: Arc<RouteInfo>,
    services: Arc<Services>,
    trace: TraceContext,
}

/// The steps, the service and the record of one history.
pub(super) struct Stage<'a> {
    house: &'a House,
    stacks: [Arc<Stack>; 2],
    flights: [Arc<Flights>; 2],
    pub(super) record: Shared,
}

impl House {
    pub(super) fn new(hunt: Hunt) -> Self {
        let route = RouteInfo::for_test("/", Policy::public());
        Self {
            kept: Arc::new(Kept::new(&config(), None)),
            callers: callers(),
            strangers: strangers(),
            policy: Policies::new("one", &ServiceConfig::default(), &[]).of("one.call"),
            hunt,
            route,
            services: Arc::new(Services::open(&[]).expect("nothing to open")),
            trace: TraceContext::for_test(),
        }
    }

    pub(super) fn stage(&self, history: u64, tape: &mut Tape, is_told: bool) -> Stage<'_> {
        let cast = Cast::new(history, Arc::clone(&self.callers), tape);
        let record = Shared::new(cast, self.hunt, is_told);
        let flights: [Arc<Flights>; 2] = Default::default();
        let stacks =
            [0, 1].map(|service| Arc::new(self.stack(SERVICES[service], &flights[service], &record)));
        Stage { house: self, stacks, flights, record }
    }

    fn stack(&self, service: &'static str, flights: &Arc<Flights>, record: &Shared) -> Stack {
        let (kept, counters) = (&self.kept, Arc::default());
        let levels = Levels::new(kept, &Arc::default(), None);
        let store = StoreLayer::new(levels.clone(), 64);
        let lookup = LookupLayer::new(service, levels, &counters);
        let coalesce = CoalesceLayer::new(service, flights, &counters);
        let below = self.spoilt(World(record.clone()), Place::Below, service, record);
        let between = self.spoilt(store.layer(below), Place::Between, service, record);
        let above = lookup.layer(DeadlineLayer.layer(coalesce.layer(between)));
        self.spoilt(above, Place::Above, service, record)
    }

    fn spoilt<S>(&self, inner: S, place: Place, service: &'static str, record: &Shared) -> Spoilt<S> {
        let (kept, strangers) = (Arc::clone(&self.kept), Arc::clone(&self.strangers));
        Spoilt { inner, place, fault: self.hunt.fault, service, record: record.clone(), kept, strangers }
    }
}

impl Stage<'_> {
    /// A request with this much time.
    pub(super) fn request(&self, time: std::time::Duration) -> (usize, RequestContext) {
        let House { route, services, trace, .. } = self.house;
        let arrival = Arrival::for_test(Arc::clone(route), Arc::clone(services), *trace, time);
        let context = RequestContext::new(arrival);
        let mut record = self.record.lock();
        record.requests.push(context.watch());
        (record.requests.len() - 1, context)
    }

    /// A call, to be polled. What it comes to is judged as soon as it is there.
    pub(super) fn call(&self, context: RequestContext, number: usize) -> BoxFuture<()> {
        let kind = self.record.lock().calls[number].kind;
        if let Kind::Key(key) = kind {
            return self.call_for_key(&context, number, key);
        }
        let (stack, policy, record) = (Arc::clone(self.stack_of(number)), self.policy(), self.record.clone());
        Box::pin(unconstrained(async move {
            let outgoing = record.lock().begin(number, context, policy);
            let ending = record.ending(number);
            let outcome = stack.call(outgoing).await;
            ending.judge(&outcome);
        }))
    }

    pub(super) fn stack_of(&self, call: usize) -> &Arc<Stack> {
        let record = self.record.lock();
        &self.stacks[record.cast.resources[record.calls[call].resource].service]
    }

    pub(super) fn policy(&self) -> CallPolicy {
        self.house.policy
    }

    pub(super) fn fault(&self) -> Fault {
        self.house.hunt.fault
    }

    /// Ends all that is kept.
    pub(super) fn end_all(&self) {
        self.house.kept.end_all();
        let mut record = self.record.lock();
        let event = record.moment().event;
        record.ends.push((event, None));
        record.tell(|_| "all that is kept ends".to_owned());
    }

    /// Whether nobody is waited for.
    pub(super) fn is_idle(&self) -> bool {
        self.flights.iter().all(|flights| flights.is_empty())
    }
}
