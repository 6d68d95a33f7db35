//! One worker's connection to Redis: opened in the background, and asked only while it is worth the wait.
//!
//! What takes longer than `redis.timeout` goes on without Redis, and a Redis that is slow or away is left alone. How soon is
//! the user's choice ([`Patience`]).
//!
//! Not the redis crate's `ConnectionManager`: it keeps a connection that hangs, and for ever the first failure that is not
//! the network's, such as a wrong password or too many clients; and it tells nobody why.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use futures::FutureExt as _;
use redis::{RedisResult, aio::MultiplexedConnection};
use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, error::Elapsed, sleep, timeout_at},
};

use super::{
    backoff::Backoff,
    faults::{Faults, describe},
    patience::{Patience, is_broken, verdict},
    server::Redis,
};
use crate::call::breaker::{Breaker, Standing};

/// What is said of an answer that did not come.
const LATE: &str = "it does not answer in time";

/// One worker's connection.
pub(crate) struct Link {
    redis: Arc<Redis>,
    faults: Arc<Faults>,
    /// Of this connection alone: another worker's may be well while this one hangs. None where the first operation that is
    /// not done ends the connection.
    breaker: Option<Breaker>,
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
    pub(crate) fn new(redis: Arc<Redis>, faults: Arc<Faults>, patience: Patience) -> Self {
        let breaker = patience.breaker().map(|config| Breaker::new(&config));
        Self { redis, faults, breaker, state: watch::Sender::new(State::Opening(Instant::now())) }
    }

    /// Asks, if there is anybody to ask, and waits for `redis.timeout` at most. None is a miss, whatever the reason.
    pub(crate) async fn ask<T, F>(&self, question: impl FnOnce(MultiplexedConnection) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let now = Instant::now();
        let deadline = now + self.redis.timeout();
        let (connection, number) = self.connection(deadline).await?;
        let attempt = self.breaker.as_ref().map(|breaker| breaker.attempt(now, Some(deadline)));
        let mut attempt = attempt.transpose().ok()?;
        let answered = by(deadline, question(connection)).await;
        if let Some(attempt) = &mut attempt {
            attempt.settle(verdict(&answered));
        }
        drop(attempt);
        let is_open = |breaker: &Breaker| breaker.standing(Instant::now()) != Standing::Closed;
        let hangs = self.breaker.as_ref().is_none_or(is_open);
        self.settle(answered, number, hangs)
    }

    /// Asks however long it takes, up to this patience once there is a connection: for what nobody waits for.
    pub(crate) async fn insist<T, F>(
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
                self.faults.answers();
                return Some(answer);
            }
            Ok(Err(error)) if is_broken(&error) => self.give_up(number, State::Opening(Instant::now())),
            Ok(Err(error)) if self.breaker.is_none() => {
                self.faults.away(describe(&error));
                self.give_up(number, State::Down);
            }
            Ok(Err(error)) => self.faults.refused(&error),
            Err(_) if hangs => {
                self.faults.away(LATE.to_owned());
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
            let patience = deadline.min(since + self.redis.timeout());
            let mut states = self.state.subscribe();
            #[expect(clippy::disallowed_methods, reason = "what is slow in Redis goes on without it")]
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

    /// A connection that may be asked.
    async fn open(&self) -> Result<MultiplexedConnection, String> {
        let mut connection = self.redis.connect().await?;
        if self.breaker.is_none() {
            let ping = redis::cmd("PING");
            let asked = by(Instant::now() + self.redis.timeout(), ping.exec_async(&mut connection)).await;
            asked.map_err(|_| LATE.to_owned())?.map_err(|error| describe(&error))?;
        }
        Ok(connection)
    }

    /// Keeps it open, for ever.
    pub(crate) async fn keep(&self) {
        let (mut backoff, mut number) = (Backoff::new(), 0);
        loop {
            match self.open().await {
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
                    self.faults.away(fault);
                    self.state.send_replace(State::Down);
                }
            }
            sleep(backoff.next()).await;
        }
    }
}

/// What is answered by then.
async fn by<T>(deadline: Instant, question: impl Future<Output = T>) -> Result<T, Elapsed> {
    let mut question = pin!(question);
    #[expect(clippy::disallowed_methods, reason = "what is slow in Redis goes on without it")]
    let answered = timeout_at(deadline, &mut question).await;
    if answered.is_err() {
        // A worker that was busy itself may not have read what is there: that is not Redis' fault.
        yield_now().await;
        return question.now_or_never().map_or(answered, Ok);
    }
    answered
}
