//! One worker's connection to Redis: opened in the background, and asked only while it is worth the wait.
//!
//! Not the redis crate's `ConnectionManager`: it keeps a connection that hangs, and for ever the first failure that is not
//! the network's, such as a wrong password or too many clients; and it tells nobody why.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use futures::FutureExt as _;
use redis::{RedisError, RedisResult, aio::MultiplexedConnection};
use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, error::Elapsed, sleep, timeout_at},
};

use super::{backoff::Backoff, server::Redis};
use crate::{
    call::breaker::{Breaker, Standing, Verdict},
    config::BreakerConfig,
};

/// One worker's connection.
pub(super) struct Link {
    redis: Arc<Redis>,
    /// Of this connection alone: another worker's may be well while this one hangs.
    breaker: Breaker,
    state: watch::Sender<State>,
}

#[derive(Clone)]
enum State {
    /// It is being opened since then: at the start, and where it broke. Where Redis is there, that takes a moment.
    Opening(Instant),
    /// The number tells this connection from an earlier one.
    Up(MultiplexedConnection, u64),
    /// Redis is away. It is tried again in the background; meanwhile nobody waits.
    Down,
}

impl Link {
    pub(super) fn new(redis: Arc<Redis>) -> Self {
        let breaker = Breaker::new(&breaker());
        Self { redis, breaker, state: watch::Sender::new(State::Opening(Instant::now())) }
    }

    /// Asks, if there is anybody to ask, and waits for `redis.timeout` at most. None is a miss, whatever the reason.
    pub(super) async fn ask<T, F>(&self, question: impl FnOnce(MultiplexedConnection) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let now = Instant::now();
        let deadline = now + self.redis.timeout;
        let (connection, number) = self.connection(deadline).await?;
        let mut attempt = self.breaker.attempt(now, Some(deadline)).ok()?;
        let mut question = pin!(question(connection));
        #[expect(clippy::disallowed_methods, reason = "what is slow in a cache goes on without it")]
        let mut answered = timeout_at(deadline, &mut question).await;
        if answered.is_err() {
            // A worker that was busy itself may not have read what is there: that is not Redis' fault.
            yield_now().await;
            answered = question.now_or_never().map_or(answered, Ok);
        }
        attempt.settle(verdict(&answered));
        drop(attempt);
        // One answer that is late may have many reasons. Three in a row open the breaker.
        let hangs = self.breaker.standing(Instant::now()) != Standing::Closed;
        self.settle(answered, number, hangs)
    }

    /// Asks however long it takes, up to this patience once there is a connection: for what nobody waits for.
    pub(super) async fn insist<T, F>(
        &self,
        question: impl FnOnce(MultiplexedConnection) -> F,
        patience: Duration,
    ) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let up = self.state.subscribe().wait_for(|state| matches!(state, State::Up(..))).await.ok()?.clone();
        let State::Up(connection, number) = up else { return None };
        #[expect(clippy::disallowed_methods, reason = "no request waits for this")]
        let answered = timeout_at(Instant::now() + patience, question(connection)).await;
        self.settle(answered, number, true)
    }

    /// What an operation came to, and what that says of the connection. `hangs` is what a late answer says.
    fn settle<T>(&self, answered: Result<RedisResult<T>, Elapsed>, number: u64, hangs: bool) -> Option<T> {
        match answered {
            Ok(Ok(answer)) => {
                self.redis.faults.answers();
                return Some(answer);
            }
            Ok(Err(error)) if is_broken(&error) => self.give_up(number, State::Opening(Instant::now())),
            Ok(Err(error)) => self.redis.faults.refused(&error),
            Err(_) if hangs => {
                self.redis.faults.away("it does not answer in time".to_owned());
                self.give_up(number, State::Down);
            }
            Err(_) => {}
        }
        None
    }

    /// The connection, or none where nobody waits for one. One that is being opened is waited for until it has taken as long
    /// as an operation may.
    async fn connection(&self, deadline: Instant) -> Option<(MultiplexedConnection, u64)> {
        let mut state = self.state.borrow().clone();
        if let State::Opening(since) = state {
            let patience = deadline.min(since + self.redis.timeout);
            let mut states = self.state.subscribe();
            #[expect(clippy::disallowed_methods, reason = "what is slow in a cache goes on without it")]
            let opened =
                timeout_at(patience, states.wait_for(|state| !matches!(state, State::Opening(_)))).await;
            state = opened.ok()?.ok()?.clone();
        }
        match state {
            State::Up(connection, number) => Some((connection, number)),
            State::Opening(_) | State::Down => None,
        }
    }

    /// Unless it was given up before.
    fn give_up(&self, lost: u64, then: State) {
        self.state.send_if_modified(|state| {
            let is_it = matches!(state, State::Up(_, number) if *number == lost);
            if is_it {
                *state = then;
            }
            is_it
        });
    }

    /// Keeps it open, for ever.
    pub(super) async fn keep(&self) {
        let (mut backoff, mut number) = (Backoff::new(), 0);
        loop {
            match self.redis.connect().await {
                Ok(connection) => {
                    number += 1;
                    let since = Instant::now();
                    self.state.send_replace(State::Up(connection, number));
                    let _ = self.state.subscribe().wait_for(|state| !matches!(state, State::Up(..))).await;
                    // One that breaks as soon as it is open is no success.
                    if since.elapsed() > Backoff::LONGEST {
                        backoff = Backoff::new();
                        continue;
                    }
                }
                Err(fault) => {
                    self.redis.faults.away(fault);
                    self.state.send_replace(State::Down);
                }
            }
            sleep(backoff.next()).await;
        }
    }
}

/// What Redis refuses, it answers in time, and it may do the next thing: one that is full can still be asked.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_unrecoverable_error()
}

fn verdict<T>(answered: &Result<RedisResult<T>, Elapsed>) -> Verdict {
    match answered {
        Ok(Ok(_)) => Verdict::Success,
        Ok(Err(error)) if !is_broken(error) => Verdict::Ignored,
        Ok(Err(_)) | Err(_) => Verdict::Failure,
    }
}

/// After three operations in a row that ended without an answer, none for a second; then one tries, and if that fails none
/// for two at most, jitter and all.
fn breaker() -> BreakerConfig {
    BreakerConfig {
        consecutive_failures: 3,
        open_for: Duration::from_secs(1),
        open_for_at_most: Duration::from_millis(1600),
        successes_to_close: 1,
        // A share of failures says nothing here.
        minimum_calls: u32::MAX,
        ..BreakerConfig::default()
    }
}
