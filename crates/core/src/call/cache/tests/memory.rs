//! What is kept is bounded by the bytes that it takes, whatever comes in whatever number.

use super::*;
use crate::call::cache::{Entry, Key, Sent, entry::Answer, terms::Terms};

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

/// Keeps this many answers of this size, and says how many bytes of bodies were there at most and how many answers are there
/// at the end.
fn keep(kept: &Kept, count: usize, size: usize) -> (usize, usize) {
    let (alive, mut most) = (Arc::new(AtomicUsize::new(0)), 0);
    let terms = Terms { age: secs(0), fresh_for: secs(60), while_revalidate: secs(0), if_error: secs(300) };
    let (mut call, stamp) = (read("alice").0, kept.stamp_for_test());
    let mut key = |number: usize| {
        call.wire = Wire::Http { method: Method::GET, path_and_query: format!("/{number}"), body: None };
        Key::of(&call.owner, &Sent::of("test", &call))
    };
    for number in 0..count {
        alive.fetch_add(size, SeqCst);
        let body = Bytes::from_owner(Counted { bytes: vec![0; size], alive: Arc::clone(&alive) });
        let answer = Answer::Reply { body, json: true, head: None };
        kept.put(key(number), &Arc::new(Entry::new(answer, terms, Instant::now(), stamp)));
        most = most.max(alive.load(SeqCst));
    }
    let found = (0..count).filter(|number| kept.find(&key(*number), stamp).is_some()).count();
    (most, found)
}

const MIB: usize = 1 << 20;

#[tokio::test(start_paused = true)]
async fn as_many_answers_as_there_are_stay_below_the_bound() {
    for (count, size, at_most) in [
        (100_000, 2 << 10, 64 * MIB),
        (2_000, MIB - (4 << 10), 64 * MIB),
        (500, MIB - (4 << 10), 4 * MIB),
        (20_000, 0, MIB),
    ] {
        let kept = Kept::new(&CacheConfig { max_size: at_most, ..CacheConfig::default() }, None);
        let (most, found) = keep(&kept, count, size);
        let weight = kept.weight_for_test();
        let what = format!(
            "{count} of {size} B: {most} B at once, {found} at the end, which weigh {weight} B of {at_most}"
        );
        assert!(weight <= at_most as u64 && found * size <= at_most, "{what}");
        assert!(weight > at_most as u64 / 2 && found > 0, "control: it is used: {what}");
        // A sixteenth of it waits to be counted, and the store frees what it has removed some entries later.
        assert!(most <= at_most + at_most / 16 + 24 * size, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bound_of_nothing_keeps_nothing() {
    let config = CacheConfig { max_size: 0, ..CacheConfig::default() };
    assert_eq!(keep(&Kept::new(&config, None), 1_000, 2 << 10), (0, 0));
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
