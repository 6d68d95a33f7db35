//! Who is worked on next: nobody is lost, who matters and who came first goes first, and between two slices the sockets are
//! looked at.

use std::{
    collections::BTreeSet,
    rc::Rc,
    sync::{Arc, Mutex},
    task::Wake,
};

use proptest::prelude::*;
use tokio::task::{LocalSet, yield_now};

use super::*;

/// Notes that its request was woken.
struct Woken(Rank, Arc<Mutex<Vec<Rank>>>);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("no test panics while it holds this").push(self.0);
    }
}

/// A line, and who was woken.
#[derive(Default)]
struct Scene {
    turns: Turns,
    woken: Arc<Mutex<Vec<Rank>>>,
}

impl Scene {
    fn waker(&self, rank: Rank) -> Waker {
        Waker::from(Arc::new(Woken(rank, Arc::clone(&self.woken))))
    }

    fn take(&self, rank: Rank) -> bool {
        self.turns.take(rank, &self.waker(rank), Instant::now())
    }

    fn waits(&self, rank: Rank) -> bool {
        self.turns.waits(rank, &self.waker(rank))
    }

    fn woken(&self) -> Vec<Rank> {
        std::mem::take(&mut *self.woken.lock().expect("no test panics while it holds this"))
    }

    /// A slice begins.
    fn begin(&self) {
        self.turns.begin(Instant::now());
    }
}

const fn normal(number: usize) -> Rank {
    (Priority::Normal, number, Reverse(number))
}

#[tokio::test(start_paused = true)]
async fn who_matters_goes_first_and_then_who_came_first() {
    let scene = Scene::default();
    let line =
        [normal(3), (Priority::Sheddable, 1, Reverse(1)), normal(2), (Priority::Critical, 9, Reverse(9))];
    assert!(line.iter().all(|rank| !scene.take(*rank)), "no slice has begun");
    for expected in
        [(Priority::Critical, 9, Reverse(9)), normal(2), normal(3), (Priority::Sheddable, 1, Reverse(1))]
    {
        assert!(scene.waits(expected));
        scene.begin();
        assert_eq!(scene.woken(), [expected]);
        assert!(!scene.waits(expected), "it is its turn");
    }
    scene.begin();
    assert_eq!(scene.woken(), []);
}

#[tokio::test(start_paused = true)]
async fn short_turns_share_a_slice_and_a_long_one_ends_it() {
    let scene = Scene::default();
    assert!((0..4).all(|number| !scene.take(normal(number))));
    scene.begin();
    let began = Instant::now();
    scene.turns.ended(began + SLICE / 2);
    assert_eq!(scene.woken(), [normal(0), normal(1)]);
    scene.turns.ended(began + SLICE);
    assert_eq!(scene.woken(), [], "the sockets are looked at first");
    scene.begin();
    assert_eq!(scene.woken(), [normal(2)]);
    scene.turns.ended(began);
    assert_eq!(scene.woken(), [normal(3)]);
    assert!(scene.take(normal(4)), "nobody is before it, and the slice is not over");
    tokio::time::advance(SLICE).await;
    assert!(!scene.take(normal(4)), "the slice is over");
}

#[tokio::test(start_paused = true)]
async fn who_leaves_takes_no_turn_and_all_go_on_when_the_lag_is_over() {
    let scene = Scene::default();
    assert!((0..4).all(|number| !scene.take(normal(number))));
    scene.turns.leave(normal(0));
    scene.begin();
    assert_eq!(scene.woken(), [normal(1)]);
    scene.turns.order(false);
    assert_eq!(scene.woken(), [normal(2), normal(3)]);
    assert!(!scene.waits(normal(2)) && !scene.waits(normal(3)));
}

/// Three requests of two long turns each, and a socket that always has something new. Returns what happened, in order.
async fn long_turns(are_ordered: bool) -> Vec<&'static str> {
    let (turns, events) = (Rc::new(Turns::default()), Rc::new(Mutex::new(Vec::new())));
    let note = |event| events.lock().expect("no test panics while it holds this").push(event);
    let local = LocalSet::new();
    let giver = Rc::clone(&turns);
    local.spawn_local(async move { giver.give_out().await });
    let requests = futures::future::join_all((0..3).map(|number| {
        let turns = Rc::clone(&turns);
        async move {
            for _ in 0..2 {
                if are_ordered {
                    turn(&turns, normal(number)).await;
                }
                note("turn");
                turns.ended(Instant::now() + SLICE);
                yield_now().await;
            }
        }
    }));
    let socket = async {
        loop {
            yield_now().await;
            note("look");
        }
    };
    local
        .run_until(async {
            tokio::select! {
                biased;
                _ = requests => {}
                () = socket => {}
            }
        })
        .await;
    std::mem::take(&mut *events.lock().expect("no test panics while it holds this"))
}

async fn turn(turns: &Turns, rank: Rank) {
    let mut waits = false;
    poll_fn(|context| {
        let waker = context.waker();
        let is_free = if waits { !turns.waits(rank, waker) } else { turns.take(rank, waker, Instant::now()) };
        waits = true;
        if is_free { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_sockets_are_looked_at_between_two_long_turns() {
    let events = long_turns(true).await;
    assert_eq!(events.iter().filter(|event| **event == "turn").count(), 6);
    assert!(!events.windows(2).any(|two| two == ["turn", "turn"]), "{events:?}");
}

/// Control: what became ready together is done together.
#[tokio::test(start_paused = true)]
async fn without_a_line_long_turns_follow_each_other() {
    let events = long_turns(false).await;
    assert!(events.windows(3).any(|three| three == ["turn"; 3]), "{events:?}");
}

#[derive(Debug, Clone, Copy)]
enum Event {
    LineUp(Priority),
    Leave(prop::sample::Index),
    Begin,
    Ended,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => prop::sample::select(Priority::ALL.to_vec()).prop_map(Event::LineUp),
        1 => any::<prop::sample::Index>().prop_map(Event::Leave),
        2 => Just(Event::Begin),
        2 => Just(Event::Ended),
    ]
}

proptest! {
    /// Each turn is that of the first in the line, and whoever lined up has its own or has left.
    #[test]
    fn nobody_is_lost(events in prop::collection::vec(event(), 0..100)) {
        let (scene, mut line) = (Scene::default(), BTreeSet::new());
        for (number, event) in events.into_iter().enumerate() {
            let first = line.first().copied();
            match event {
                Event::LineUp(priority) => {
                    if !scene.take((priority, number, Reverse(number))) {
                        line.insert((priority, number, Reverse(number)));
                    }
                    prop_assert!(scene.woken().is_empty());
                }
                Event::Leave(which) if !line.is_empty() => {
                    let rank = *which.get(&line.iter().copied().collect::<Vec<_>>());
                    line.remove(&rank);
                    scene.turns.leave(rank);
                }
                Event::Leave(_) => {}
                Event::Begin => {
                    scene.begin();
                    line.pop_first();
                    prop_assert_eq!(scene.woken(), Vec::from_iter(first));
                }
                Event::Ended => {
                    scene.turns.ended(Instant::now());
                    let woken = scene.woken();
                    prop_assert!(woken.is_empty() || woken == Vec::from_iter(first));
                    for rank in woken {
                        line.remove(&rank);
                    }
                }
            }
        }
        let left: Vec<_> = line.into_iter().collect();
        scene.turns.order(false);
        prop_assert_eq!(scene.woken(), left);
    }
}
