//! A worker that is asked for five times what it can do: one queue of ready work, requests that take some time of the
//! processor, wait for a service and take some more, and a probe.

use std::{collections::VecDeque, sync::Arc};

use super::*;
use crate::{
    front_door::admission::{place::Place, probe::Probe, worker::Worker},
    routes::Priority,
};

/// What stands in the queue.
enum Work<'a> {
    Arrival,
    /// The service of this request has answered.
    Answer(Place<'a>),
    Probe,
}

#[derive(Clone, Copy)]
struct Request {
    /// Time of the processor before and after the call.
    before: Duration,
    after: Duration,
    /// How long the service takes.
    waits: Duration,
}

impl Request {
    fn cost(self) -> Duration {
        self.before + self.after
    }
}

/// What became of it.
struct Result {
    /// The share of the processor that was spent on requests that were served.
    used: f64,
    /// The 99th percentile of the lags.
    lag: Duration,
}

/// Twenty seconds, of which the last fifteen count.
fn run(request: Request, admits_all: bool) -> Result {
    let config = AdmissionConfig { max_in_flight: 100_000, ..AdmissionConfig::default() };
    let worker = Worker::new(&config, &Arc::default());
    let (began, end) = (Instant::now(), ms(20_000));
    let mut probe = Probe::new(&config, began);
    let between = request.cost() / 5;
    let (mut now, mut arrives, mut due) = (Duration::ZERO, Duration::ZERO, ms(10));
    let (mut ready, mut waiting) = (VecDeque::new(), VecDeque::<(Duration, Place<'_>)>::new());
    let (mut spent, mut lags, mut probes) = (Duration::ZERO, Vec::new(), true);
    while now < end {
        while arrives <= now {
            ready.push_back(Work::Arrival);
            arrives += between;
        }
        while waiting.front().is_some_and(|(answered, _)| *answered <= now) {
            ready.extend(waiting.pop_front().map(|(_, place)| Work::Answer(place)));
        }
        if probes && due <= now {
            ready.push_back(Work::Probe);
            probes = false;
        }
        let counts = now > ms(5_000);
        match ready.pop_front() {
            None => {
                let next = waiting.front().map_or(arrives, |(answered, _)| arrives.min(*answered));
                now = next.min(due);
            }
            Some(Work::Arrival) => match worker.admit(Priority::Normal) {
                Ok(place) => {
                    now += request.before;
                    waiting.push_back((now + request.waits, place));
                }
                // To refuse costs a hundredth.
                Err(_) => now += request.cost() / 100,
            },
            Some(Work::Answer(mut place)) => {
                place.work();
                now += request.after;
                spent += if counts { request.cost() } else { Duration::ZERO };
            }
            Some(Work::Probe) => {
                let lag = now.saturating_sub(due);
                if !admits_all {
                    probe.look(&worker, lag, began + now);
                }
                if counts {
                    lags.push(lag);
                }
                (due, probes) = (now + ms(10), true);
            }
        }
    }
    lags.sort_unstable();
    Result {
        used: spent.div_duration_f64(ms(15_000)),
        lag: lags.get(lags.len() * 99 / 100).copied().unwrap_or(end),
    }
}

/// How long its services take, the least share of the processor that must be used, and the longest lag.
const BOUNDS: [(u64, f64, u64); 5] =
    [(0, 0.93, 40), (20, 0.93, 40), (100, 0.8, 40), (300, 0.7, 50), (1_000, 0.3, 80)];

#[test]
fn an_overloaded_worker_is_busy_all_the_time_with_a_short_queue() {
    for cost in [Duration::from_micros(50), Duration::from_micros(200), ms(2)] {
        for (waits, least, longest) in BOUNDS {
            let request = Request { before: cost / 4, after: cost * 3 / 4, waits: ms(waits) };
            let Result { used, lag } = run(request, false);
            assert!(used > least, "{cost:?}, {waits} ms: {used} of the processor is used");
            assert!(lag < ms(longest), "{cost:?}, {waits} ms: a lag of {lag:?}");
        }
    }
}

/// Control: without a limit the queue is as long as the overload lasts.
#[test]
fn without_a_limit_its_queue_grows_for_ever() {
    let request = Request { before: ms(1), after: ms(1), waits: ms(20) };
    assert!(run(request, true).lag > ms(5_000));
}
