//! What is kept is bounded by the bytes that it takes, whatever comes in whatever number.

use super::*;
use crate::call::cache::{CacheView, Entry, Key, Sent, entry::Answer, terms::Terms};

/// A body that knows how many bytes of its kind are there.
struct Counted {
    bytes: Vec<u8>,
    alive: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(self.bytes.len(), SeqCst);
    }
}

/// What a number of answers came to: the most bytes of bodies that were there at once, and how many are there at the end.
#[derive(Debug, PartialEq)]
struct Came {
    most: usize,
    found: usize,
}

/// Keeps this many answers of this size, from so many threads at once.
fn keep(kept: &Kept, count: usize, size: usize, threads: usize) -> Came {
    let (alive, most) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let terms = Terms { age: secs(0), fresh_for: secs(60), while_revalidate: secs(0), if_error: secs(300) };
    let stamp = kept.stamp_for_test();
    let key = |number: usize| {
        let mut call = read("alice").0;
        call.wire = Wire::Http { method: Method::GET, path_and_query: format!("/{number}"), body: None };
        Key::of(&call.owner, &Sent::of("test", &call))
    };
    let put = |number: usize| {
        let there = alive.fetch_add(size, SeqCst) + size;
        most.fetch_max(there, SeqCst);
        let body = Bytes::from_owner(Counted { bytes: vec![0; size], alive: Arc::clone(&alive) });
        let answer = Answer::Reply { body, json: true, head: None };
        kept.put(key(number), &Arc::new(Entry::new(answer, terms, Instant::now(), stamp)));
    };
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || (thread..count).step_by(threads).for_each(put));
        }
    });
    let found = (0..count).filter(|number| kept.find(&key(*number), stamp).is_some()).count();
    Came { most: most.into_inner(), found }
}

const MIB: usize = 1 << 20;

#[test]
fn as_many_answers_as_there_are_stay_below_the_bound() {
    for (count, size, at_most, threads) in [
        (100_000, 2 << 10, 64 * MIB, 1),
        (100_000, 2 << 10, 64 * MIB, 4),
        (2_000, MIB - (4 << 10), 64 * MIB, 1),
        (4_000, MIB - (4 << 10), 64 * MIB, 4),
        (500, MIB - (4 << 10), 4 * MIB, 2),
        (20_000, 0, MIB, 2),
    ] {
        let kept = Kept::new(&CacheConfig { max_size: at_most, ..CacheConfig::default() }, None);
        let Came { most, found } = keep(&kept, count, size, threads);
        let CacheView { bytes: weight, entries, .. } = kept.view();
        assert_eq!(entries, found as u64);
        let what = format!(
            "{count} of {size} B from {threads} threads: {most} B at once, {found} at the end, which weigh {weight} B of {at_most}"
        );
        assert!(weight <= at_most as u64 && found * size <= at_most, "{what}");
        assert!(weight > at_most as u64 / 2 && found > 0, "control: it is used: {what}");
        assert!(most <= at_most + at_most / 16 + 24 * size, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bound_of_nothing_keeps_nothing() {
    let config = CacheConfig { max_size: 0, ..CacheConfig::default() };
    assert_eq!(keep(&Kept::new(&config, None), 1_000, 2 << 10, 1).found, 0);
    let kitchen = Kitchen::with(|config| config.max_size = 0);
    kitchen.says(reply("a").control("max-age=60"));
    for calls in 1..4 {
        assert_eq!((kitchen.get().await, kitchen.calls()), (got("a"), calls));
    }
}

/// A reply is often a small part of the buffer that it came in.
#[tokio::test(start_paused = true)]
async fn an_answer_does_not_hold_the_buffer_that_it_came_in() {
    let alive = Arc::new(AtomicUsize::new(1 << 20));
    let buffer = Bytes::from_owner(Counted { bytes: vec![b'x'; 1 << 20], alive: Arc::clone(&alive) });
    let kitchen = Kitchen::new();
    kitchen.next([Says { outcome: Ok(buffer.slice(..100)), ..reply("") }.control("max-age=60")]);
    drop(buffer);
    assert_eq!(kitchen.get().await, got(&"x".repeat(100)));
    assert_eq!(kitchen.get().await, got(&"x".repeat(100)));
    assert_eq!((kitchen.calls(), alive.load(SeqCst)), (1, 0));
}
