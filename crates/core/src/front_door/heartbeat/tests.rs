use std::sync::Arc;

use tokio::{task::JoinSet, time::advance};

use super::*;

const STUCK_AFTER: Duration = Duration::from_secs(10);

fn words(heartbeats: &Heartbeats) -> Vec<String> {
    heartbeats.stopped().iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_beats_is_live_and_one_that_stops_is_named() {
    let heartbeats = Arc::new(Heartbeats::new(2, STUCK_AFTER));
    let mut workers = JoinSet::new();
    let beat = |number| {
        let heartbeats = Arc::clone(&heartbeats);
        async move { heartbeats.beat(number).await }
    };
    workers.spawn(beat(0));
    let one = workers.spawn(beat(1));
    sleep(STUCK_AFTER * 3).await;
    assert_eq!(words(&heartbeats), [""; 0]);
    one.abort();
    sleep(Duration::from_secs(8)).await;
    assert_eq!(words(&heartbeats), [""; 0], "it may have beaten just before");
    sleep(Duration::from_secs(3)).await;
    let said = words(&heartbeats);
    assert!(said.len() == 1 && said[0].starts_with("worker 1 has not moved for 1"), "{said:?}");
    workers.spawn(beat(1));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(words(&heartbeats), [""; 0], "it moves again");
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_ends_before_its_time_is_no_worker_that_was_told_to() {
    let heartbeats = Arc::new(Heartbeats::new(2, STUCK_AFTER));
    let (phase, phases) = watch::channel(Phase::Serving);
    let pulse = |number| Pulse { heartbeats: Arc::clone(&heartbeats), number, phase: phases.clone() };
    let (early, late) = (pulse(0), pulse(1));
    drop(early);
    assert_eq!(words(&heartbeats), ["worker 0 has ended"]);
    phase.send_replace(Phase::Draining);
    drop(late);
    advance(STUCK_AFTER * 2).await;
    assert_eq!(words(&heartbeats), ["worker 0 has ended"], "the other one was told to");
}
