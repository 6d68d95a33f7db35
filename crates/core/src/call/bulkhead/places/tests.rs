//! The places while the limit moves: against a model that counts, in any order of events.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use futures::future::BoxFuture;
use proptest::prelude::*;

use super::{super::limit::Says, *};
use crate::call::testing::ms;

fn places(limit: usize, at_least: usize) -> Places {
    Places::new(&BulkheadConfig { limit, at_least, ..BulkheadConfig::default() })
}

fn sample(says: Says, took: Duration, at: Instant) -> (Sample, Instant) {
    (Sample { operation: "test.call", says, took }, at)
}

fn answer() -> Sample {
    Sample { operation: "test.call", says: Says::Answered, took: ms(20) }
}

fn adaptive(places: &Places) -> MutexGuard<'_, Adaptive> {
    match &places.kind {
        Kind::Adaptive(adaptive) => lock(adaptive),
        Kind::Fixed(_) => unreachable!("the tests are of the other kind"),
    }
}

/// Ten calls in flight and two that wait for a place; the next timeout halves the limit.
type Full<'a> = (Vec<SemaphorePermit<'a>>, BoxFuture<'a, bool>, BoxFuture<'a, bool>);

fn full(places: &Places, now: Instant) -> Full<'_> {
    let mut taken: Vec<_> = (0..10).filter_map(|_| places.try_take()).collect();
    for _ in 0..9 {
        places.give_back(taken.pop().expect("ten"), || Some(sample(Says::TimedOut, ms(40), now)));
        taken.push(places.try_take().expect("one is free"));
    }
    let wait = || async { places.take().await.map(std::mem::forget).is_some() }.boxed();
    let (mut first, mut second) = (wait(), wait());
    assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
    (taken, first, second)
}

#[test]
fn those_who_wait_do_so_until_enough_have_left() {
    let now = Instant::now();
    let places = places(10, 4);
    let (mut taken, mut first, mut second) = full(&places, now);
    places.give_back(taken.pop().expect("ten"), || Some(sample(Says::TimedOut, ms(40), now + ms(200))));
    assert_eq!((places.limit(), taken.len()), (5, 9), "no place is taken from a call");
    for left in (5..9).rev() {
        places.give_back(taken.pop().expect("some"), || None);
        assert!((&mut first).now_or_never().is_none(), "{left} are in flight");
    }
    places.give_back(taken.pop().expect("five"), || None);
    assert_eq!((&mut first).now_or_never(), Some(true), "four were in flight");
    assert!((&mut second).now_or_never().is_none());
}

#[test]
fn a_place_given_to_someone_who_is_gone_pays_the_debt_too() {
    let now = Instant::now();
    let places = places(10, 4);
    let (mut taken, first, mut second) = full(&places, now);
    places.give_back(taken.pop().expect("ten"), || None);
    places.give_back(taken.pop().expect("nine"), || Some(sample(Says::TimedOut, ms(40), now + ms(200))));
    drop(first);
    assert_eq!((places.limit(), taken.len()), (5, 8));
    assert!((&mut second).now_or_never().is_none(), "eight are in flight, of five");
}

#[test]
fn a_limit_that_grows_wakes_those_who_wait() {
    let now = Instant::now();
    let places = places(10, 4);
    let (mut taken, mut first, second) = full(&places, now);
    places.give_back(taken.pop().expect("ten"), || Some(sample(Says::TimedOut, ms(40), now + ms(200))));
    for permit in taken.drain(5..) {
        places.give_back(permit, || None);
    }
    assert!((&mut first).now_or_never().is_none() && places.limit() == 5);
    // In the next window ten answers: the limit is ten again, and there is room for both.
    for at in [200, 210, 220, 230, 240, 250, 260, 270, 280] {
        adaptive(&places).limit.record(answer(), 5, now + ms(at));
    }
    places.give_back(taken.pop().expect("five"), || Some((answer(), now + ms(400))));
    assert_eq!((places.limit(), taken.len()), (10, 4));
    assert_eq!((first.now_or_never(), second.now_or_never()), (Some(true), Some(true)));
    assert_eq!(places.free(), 4);
}

#[test]
fn a_limit_that_grows_pays_the_debt_first() {
    let (places, now) = (places(64, 4), Instant::now());
    let mut taken: Vec<_> = (0..64).filter_map(|_| places.try_take()).collect();
    let mut ten_end = |says, at| {
        for _ in 0..10 {
            places.give_back(taken.pop().expect("enough"), || Some(sample(says, ms(20), at)));
        }
        (places.limit(), taken.len(), places.free(), adaptive(&places).debt)
    };
    assert_eq!(ten_end(Says::TimedOut, now + ms(200)), (32, 54, 0, 22));
    assert_eq!(ten_end(Says::Answered, now + ms(400)), (64, 44, 20, 0));
}

#[derive(Debug, Clone)]
enum Event {
    Take,
    Wait,
    End(prop::sample::Index, Option<Says>, u64),
    Leave(prop::sample::Index),
    Poll,
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<prop::sample::Index>;
    let says = prop::sample::select(vec![
        None,
        Some(Says::Answered),
        Some(Says::Answered),
        Some(Says::TimedOut),
        Some(Says::TurnedAway),
    ]);
    prop_oneof![
        3 => Just(Event::Take),
        3 => Just(Event::Wait),
        6 => (index(), says, prop::sample::select(vec![5_u64, 20, 200])).prop_map(|(which, says, took)| Event::End(which, says, took)),
        1 => index().prop_map(Event::Leave),
        2 => Just(Event::Poll),
    ]
}

/// Who has a place, and who is next.
#[derive(Default)]
struct Model {
    taken: usize,
    queue: VecDeque<usize>,
    given: BTreeSet<usize>,
}

impl Model {
    fn settle(&mut self, limit: usize) {
        while self.taken < limit
            && let Some(next) = self.queue.pop_front()
        {
            self.given.insert(next);
            self.taken += 1;
        }
    }
}

fn run(places: &Places, events: Vec<Event>) -> Result<(), TestCaseError> {
    let mut now = Instant::now();
    let (mut model, mut taken) = (Model::default(), Vec::new());
    let mut waiting: Vec<(usize, BoxFuture<'_, Option<SemaphorePermit<'_>>>)> = Vec::new();
    for (number, event) in events.into_iter().enumerate() {
        match event {
            Event::Take => {
                let place = places.try_take();
                prop_assert_eq!(place.is_some(), model.taken < places.limit());
                model.taken += usize::from(place.is_some());
                taken.extend(place);
            }
            Event::Wait => {
                let mut waits = places.take().boxed();
                model.queue.push_back(number);
                model.settle(places.limit());
                match (&mut waits).now_or_never() {
                    Some(place) => {
                        prop_assert!(model.given.remove(&number));
                        taken.extend(place);
                    }
                    None => waiting.push((number, waits)),
                }
            }
            Event::End(which, says, took) if !taken.is_empty() => {
                now += ms(20);
                let place = taken.swap_remove(which.index(taken.len()));
                places.give_back(place, || says.map(|says| sample(says, ms(took), now)));
                model.taken -= 1;
            }
            Event::Leave(which) if !waiting.is_empty() => {
                let (number, waits) = waiting.remove(which.index(waiting.len()));
                drop(waits);
                model.taken -= usize::from(model.given.remove(&number));
                model.queue.retain(|waits| *waits != number);
            }
            Event::Poll => {
                for (number, mut waits) in std::mem::take(&mut waiting) {
                    let place = (&mut waits).now_or_never();
                    prop_assert_eq!(place.is_some(), model.given.remove(&number), "first come, first served");
                    match place {
                        Some(place) => taken.extend(place),
                        None => waiting.push((number, waits)),
                    }
                }
            }
            Event::End(..) | Event::Leave(_) => {}
        }
        model.settle(places.limit());
        prop_assert_eq!(places.free(), places.limit().saturating_sub(model.taken));
        prop_assert_eq!(places.taken(), (places.limit(), model.taken));
    }
    drop(waiting);
    for place in taken {
        places.give_back(place, || None);
    }
    prop_assert_eq!(places.free(), places.limit(), "all came back");
    Ok(())
}

proptest! {
    #[test]
    fn never_more_than_the_limit_first_come_first_served_and_all_come_back(
        limit in 2_usize..12,
        events in prop::collection::vec(event(), 0..300),
    ) {
        run(&places(limit, 1), events)?;
    }
}
