//! The queue: bounded in spans, in order, and never waited for.

use std::sync::Arc;

use tokio::time::Instant;

use super::{super::testing::kept, *};

fn offer(queue: &Queue, request: Kept) {
    queue.offer(request.spans(), || request);
}

/// Requests of one span each, told apart by the id of it.
fn fill(queue: &Queue, requests: usize) {
    (0..requests).for_each(|_| offer(queue, kept(0)));
}

#[tokio::test]
async fn what_there_is_no_room_for_is_dropped_and_counted_in_spans() {
    let queue = Queue::new(10, 4);
    fill(&queue, 8);
    offer(&queue, kept(2));
    assert_eq!(queue.counters.read().dropped, 3, "a request stays whole");
    offer(&queue, kept(1));
    assert_eq!(queue.counters.read().dropped, 3, "what fits is taken");
    fill(&queue, 1000);
    assert_eq!((queue.counters.read().dropped, queue.lock().len()), (1003, 9));
    let taken = queue.take().expect("a batch");
    assert_eq!(taken.len(), 4);
    fill(&queue, 5);
    assert_eq!(queue.counters.read().dropped, 1004, "there is room for what was taken");
}

#[tokio::test]
async fn a_batch_is_the_oldest_and_a_large_request_is_one_by_itself() {
    let queue = Queue::new(100, 4);
    let requests = [kept(0), kept(9), kept(1), kept(1), kept(0)];
    let ids: Vec<_> = requests.iter().map(|kept| kept.trace.span()).collect();
    for request in requests {
        offer(&queue, request);
    }
    let batches: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 2, 1]);
    let taken: Vec<_> = batches.iter().flatten().map(|kept| kept.trace.span()).collect();
    assert_eq!(taken, ids);
    assert_eq!(queue.spans.load(Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_due_when_it_is_full_or_after_a_second() {
    let queue = Arc::new(Queue::new(100, 4));
    let began = Instant::now();
    fill(&queue, 4);
    assert!(queue.due().await);
    assert_eq!(began.elapsed(), Duration::ZERO, "it is full");
    assert_eq!(queue.take().map(|taken| taken.len()), Some(4));
    fill(&queue, 3);
    // What woke it before has nothing to say of what comes now.
    while began.elapsed() < PAUSE {
        assert!(queue.due().await);
    }
    assert_eq!(began.elapsed(), PAUSE);
    queue.close();
    assert!(!queue.due().await);
    queue.closed().await;
    assert_eq!(began.elapsed(), PAUSE, "the end is told at once");
    assert_eq!(queue.take().map(|taken| taken.len()), Some(3), "and what waits can still be sent");
}
