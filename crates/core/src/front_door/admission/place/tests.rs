//! Where requests line up for their turns: all of them do for all of their turns, but for the first while there is a limit.

use std::{sync::Arc, task::Waker, time::Duration};

use super::*;
use crate::{config::AdmissionConfig, front_door::admission::worker::Bounds};

/// A worker whose requests line up, with such a limit.
fn worker(normal: usize) -> Worker {
    let worker = Worker::new(&AdmissionConfig::default(), &Arc::default());
    worker.looked(Duration::ZERO, Duration::ZERO, Duration::ZERO, Bounds { normal, sheddable: 0 });
    worker.found(true);
    worker
}

fn is_its_turn(place: &mut Place<'_>, work: &Work) -> bool {
    place.begin_turn(&Context::from_waker(Waker::noop()), work).is_ready()
}

#[tokio::test(start_paused = true)]
async fn under_a_limit_a_request_begins_at_once_and_lines_up_from_then_on() {
    let (worker, work) = (worker(2), Work::default());
    for _ in 0..2 {
        let mut place = worker.admit(Priority::Normal).expect("two may be in");
        assert!(is_its_turn(&mut place, &work), "what it asks for is on its way while others are worked on");
        place.end_turn(&work);
        assert!(!is_its_turn(&mut place, &work), "further turns are for who comes first");
        assert_eq!(worker.lined_up.get(), 1);
    }
}

/// Control: nothing bounds how many would begin.
#[tokio::test(start_paused = true)]
async fn without_a_limit_even_the_first_turn_is_lined_up_for() {
    let (worker, work) = (worker(usize::MAX), Work::default());
    let mut place = worker.admit(Priority::Normal).expect("there is no limit");
    assert!(!is_its_turn(&mut place, &work));
    worker.turns.begin(Instant::now());
    assert!(is_its_turn(&mut place, &work));
    place.end_turn(&work);
    assert!(worker.turns.are_ordered() && worker.lined_up.get() == 0);
}
