//! What is admitted: every place is given back, and who matters more never waits for who matters less.

use proptest::prelude::*;

use super::*;

const ALL: [Priority; 3] = Priority::ALL;

fn config(max_in_flight: usize) -> AdmissionConfig {
    AdmissionConfig { max_in_flight, ..AdmissionConfig::default() }
}

fn worker(max_in_flight: usize) -> Worker {
    Worker::new(&config(max_in_flight), &Arc::default())
}

/// The probe has looked.
fn bound(worker: &Worker, normal: usize, sheddable: usize) {
    worker.looked(Duration::ZERO, Duration::ZERO, Duration::ZERO, Bounds { normal, sheddable });
}

/// The most that are admitted at once.
fn most(worker: &Worker, priority: Priority) -> usize {
    let mut places = Vec::new();
    while let Ok(place) = worker.admit(priority) {
        places.push(place);
    }
    places.len()
}

#[test]
fn the_cap_keeps_places_for_what_matters_more() {
    assert_eq!(ALL.map(|priority| most(&worker(100), priority)), [100, 90, 60]);
    assert_eq!(ALL.map(|priority| most(&worker(1), priority)), [1, 1, 1]);
    let worker = worker(10);
    let places: Vec<_> = (0..9).filter_map(|_| worker.admit(Priority::Normal).ok()).collect();
    assert_eq!(worker.admit(Priority::Normal).expect_err("nine tenths"), Cause::InFlight);
    assert!(worker.admit(Priority::Critical).is_ok());
    drop(places);
    assert_eq!((worker.in_flight(), worker.refused(Priority::Normal, Cause::InFlight)), (0, 1));
    assert_eq!(worker.admitted(Priority::Normal), 9);
}

#[test]
fn a_limit_holds_for_all_but_critical_requests() {
    let worker = worker(100);
    bound(&worker, 5, 3);
    assert_eq!(most(&worker, Priority::Sheddable), 3);
    bound(&worker, 5, 3);
    assert_eq!(most(&worker, Priority::Normal), 5);
    assert_eq!(most(&worker, Priority::Critical), 100);
}

#[test]
fn a_normal_request_that_is_refused_closes_the_worker_to_sheddable_ones() {
    let worker = worker(100);
    bound(&worker, 5, 3);
    assert!(worker.admit(Priority::Sheddable).is_ok());
    assert_eq!(most(&worker, Priority::Normal), 4);
    worker.at_once.set(0);
    assert_eq!(worker.admit(Priority::Sheddable).expect_err("normal ones first"), Cause::Lag);
    assert!(worker.admit(Priority::Normal).is_ok());
}

#[test]
fn what_is_done_at_once_counts_until_the_probe_looks() {
    let worker = worker(100);
    bound(&worker, 5, 3);
    for _ in 0..5 {
        drop(worker.admit(Priority::Normal).expect("there is a place"));
    }
    assert_eq!((worker.in_flight(), worker.admit(Priority::Normal).expect_err("five")), (0, Cause::Lag));
    bound(&worker, 5, 3);
    assert!(worker.admit(Priority::Normal).is_ok());
}

#[test]
fn what_is_done_later_does_not() {
    let worker = worker(100);
    let places: Vec<_> = (0..5).filter_map(|_| worker.admit(Priority::Normal).ok()).collect();
    bound(&worker, 5, 3);
    assert_eq!(worker.admit(Priority::Normal).expect_err("five"), Cause::Lag);
    drop(places);
    assert_eq!(worker.busy(), 0);
}

/// The probe waited so long for its turn, ten milliseconds after it had looked last.
fn turn(worker: &Worker, millis: u64) {
    let ms = Duration::from_millis;
    worker.looked(ms(10 + millis), ms(millis), Duration::ZERO, Bounds::OPEN);
}

#[test]
fn a_request_waits_for_each_of_its_turns_but_no_longer_than_there_was_time() {
    let worker = worker(100);
    let waited = |turns: &[u64]| {
        turn(&worker, 0);
        let mut place = worker.admit(Priority::Normal).expect("there is room");
        for millis in turns {
            turn(&worker, *millis);
            place.work();
        }
        // Many turns between two looks.
        (0..100).for_each(|_| place.work());
        drop(place);
        worker.took().expect("one is done").lag.as_millis()
    };
    assert_eq!(waited(&[]), 0);
    assert_eq!(waited(&[4]), 14, "as long as there was time");
    assert_eq!(waited(&[4, 4, 4]), 4 + 4 + 14);
    turn(&worker, 5);
    assert_eq!(worker.took(), None, "none is done since");
    let places = [worker.admit(Priority::Normal), worker.admit(Priority::Critical)];
    drop(places);
    assert_eq!(worker.took().map(|took| took.lag), Some(Duration::from_millis(5)));
}

#[test]
fn what_waits_for_a_service_takes_no_place_from_others() {
    let worker = worker(100);
    let mut waiting: Vec<_> = (0..50).filter_map(|_| worker.admit(Priority::Normal).ok()).collect();
    bound(&worker, 50, 30);
    worker.end_span();
    assert_eq!(worker.admit(Priority::Normal).expect_err("they may be answered soon"), Cause::Lag);
    worker.end_span();
    bound(&worker, 5, 3);
    assert_eq!(most(&worker, Priority::Normal), 5);
    bound(&worker, 5, 3);
    // Control: their service answers, and each counts once.
    for place in waiting.iter_mut().take(4) {
        place.work();
        place.work();
    }
    assert_eq!((worker.busy(), most(&worker, Priority::Normal)), (4, 1));
    assert_eq!(worker.in_flight(), 50);
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Arrive(Priority),
    Leave(prop::sample::Index),
    Work(prop::sample::Index),
    Look { normal: usize, lags: bool },
    Span,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => prop::sample::select(ALL.to_vec()).prop_map(Event::Arrive),
        2 => any::<prop::sample::Index>().prop_map(Event::Leave),
        2 => any::<prop::sample::Index>().prop_map(Event::Work),
        1 => (1_usize..20, any::<bool>()).prop_map(|(normal, lags)| Event::Look { normal, lags }),
        1 => Just(Event::Span),
    ]
}

proptest! {
    #[test]
    fn any_schedule_gives_every_place_back_and_favours_what_matters(
        most in 1_usize..30,
        events in prop::collection::vec(event(), 0..200),
    ) {
        let worker = worker(most);
        let (mut places, mut arrived) = (Vec::new(), 0);
        for event in events {
            match event {
                Event::Arrive(priority) => {
                    arrived += 1;
                    places.extend(worker.admit(priority));
                }
                Event::Leave(which) if !places.is_empty() => {
                    places.swap_remove(which.index(places.len()));
                }
                Event::Work(which) if !places.is_empty() => {
                    let index = which.index(places.len());
                    places[index].work();
                }
                Event::Look { normal, lags: true } => bound(&worker, normal, normal / 2),
                Event::Look { .. } => worker.looked(Duration::ZERO, Duration::ZERO, Duration::ZERO, Bounds::OPEN),
                Event::Span => worker.end_span(),
                Event::Leave(_) | Event::Work(_) => {}
            }
            prop_assert_eq!(worker.in_flight(), places.len());
            prop_assert!(places.len() <= most);
            prop_assert!(worker.now.get() + worker.lately.get() <= places.len());
            // From the least to the most important: once one gets in, so do those that follow.
            let admitted = [Priority::Sheddable, Priority::Normal, Priority::Critical].map(|priority| {
                let before = worker.at_once.get();
                let admitted = worker.admit(priority).is_ok();
                worker.at_once.set(before);
                admitted
            });
            arrived += 3;
            prop_assert!(admitted.is_sorted(), "{admitted:?}");
        }
        drop(places);
        let counts = [&worker.admitted, &worker.refused[0], &worker.refused[1], &worker.refused[2]];
        prop_assert_eq!(counts.into_iter().flatten().map(Count::get).sum::<usize>(), arrived);
        prop_assert_eq!((worker.in_flight(), worker.now.get(), worker.lately.get()), (0, 0, 0));
    }
}
