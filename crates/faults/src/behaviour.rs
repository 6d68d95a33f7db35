//! What a scripted service does with an attempt: a decision without a socket, so that it can be tested.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a service behaves from now on.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Answers after this time.
    Answer(Duration),
    /// Takes the request and says nothing.
    Hang,
    /// Every third attempt hangs, the others are answered after this time.
    HangThird(Duration),
    /// Answers 503 at once.
    Fail,
    /// Nobody listens, and what was connected is closed.
    Refuse,
    /// Answers after `usual`, but every 100th after `stalled`.
    Stall { usual: Duration, stalled: Duration },
    /// As fast as its places allow.
    Places(Arc<Mutex<Places>>),
    /// Answers these bytes at once.
    Say(Arc<[u8]>),
    /// A head at once, then a byte each 10 ms, without end.
    Trickle,
    /// Interim responses as fast as they are taken, without end.
    Flood,
}

/// What becomes of one attempt.
pub(crate) enum Act {
    Answer(Instant),
    Say(Arc<[u8]>),
    Fail,
    Never,
    Trickle,
    Flood,
}

impl Behaviour {
    pub(crate) fn places(places: usize, each: Duration) -> Self {
        Self::Places(Arc::new(Mutex::new(Places::new(places, each, Instant::now()))))
    }

    /// Decides about an attempt by its number, which counts from 1 over all endpoints of the service.
    pub(crate) fn act(&self, number: usize, now: Instant) -> Act {
        match self {
            Self::HangThird(_) if number.is_multiple_of(3) => Act::Never,
            Self::Answer(after) | Self::HangThird(after) => Act::Answer(now + *after),
            Self::Stall { stalled, .. } if number.is_multiple_of(100) => Act::Answer(now + *stalled),
            Self::Stall { usual, .. } => Act::Answer(now + *usual),
            Self::Places(places) => {
                Act::Answer(places.lock().unwrap_or_else(PoisonError::into_inner).admit(now))
            }
            Self::Say(bytes) => Act::Say(Arc::clone(bytes)),
            Self::Fail => Act::Fail,
            Self::Hang | Self::Refuse => Act::Never,
            Self::Trickle => Act::Trickle,
            Self::Flood => Act::Flood,
        }
    }

    pub(crate) fn refuses(&self) -> bool {
        matches!(self, Self::Refuse)
    }
}

/// A service that can do so much and no more: some places, each busy for a while with what it got, and a queue without
/// bounds, first come, first served. What a caller no longer waits for is worked off all the same, as most servers do.
pub(crate) struct Places {
    /// When each place is free again.
    free_at: Vec<Instant>,
    each: Duration,
}

impl Places {
    pub(crate) fn new(places: usize, each: Duration, now: Instant) -> Self {
        Self { free_at: vec![now; places.max(1)], each }
    }

    /// Takes one more into the queue, and says when it is done.
    pub(crate) fn admit(&mut self, now: Instant) -> Instant {
        let next = self.free_at.iter_mut().min().expect("there is at least one place");
        *next = now.max(*next) + self.each;
        *next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_place_waits_for_the_first_that_is_free() {
        let (now, ms) = (Instant::now(), Duration::from_millis);
        let mut places = Places::new(2, ms(50), now);
        let done = [0, 10, 20, 30].map(|after| places.admit(now + ms(after)) - now);
        assert_eq!(done, [ms(50), ms(60), ms(100), ms(110)]);
        assert_eq!(places.admit(now + ms(500)) - now, ms(550), "an empty queue takes it at once");
    }

    #[test]
    fn twice_what_it_bears_makes_a_queue_that_grows() {
        let (now, ms) = (Instant::now(), Duration::from_millis);
        let mut places = Places::new(10, ms(50), now);
        // 400 a second at 200 a second: after 10 s the queue is as long as another 10 s. The places began one by one.
        let last = (0..4000_u32).map(|call| places.admit(now + call * ms(5) / 2)).last();
        assert_eq!(last.map(|done| done - now), Some(ms(20_000) + 9 * ms(5) / 2));
    }

    #[test]
    fn every_hundredth_stalls_and_every_third_hangs() {
        let now = Instant::now();
        let stalls = Behaviour::Stall { usual: Duration::ZERO, stalled: Duration::from_secs(1) };
        let late = |number: &usize| matches!(stalls.act(*number, now), Act::Answer(at) if at > now);
        assert_eq!((1..=300).filter(late).collect::<Vec<_>>(), [100, 200, 300]);
        let hangs = Behaviour::HangThird(Duration::ZERO);
        let never = |number: &usize| matches!(hangs.act(*number, now), Act::Never);
        assert_eq!((1..=9).filter(never).collect::<Vec<_>>(), [3, 6, 9]);
    }
}
