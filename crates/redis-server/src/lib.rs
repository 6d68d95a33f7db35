//! A real `redis-server` for a test: its own, on a free port of the loopback, with nothing on disk, and gone when it is
//! dropped.
//!
//! It depends on nothing of ours, so that the core's tests and `bff-testkit` can both start one. It blocks, for some
//! milliseconds: it is no part of what is tested.
//!
//! ```no_run
//! use bff_redis_server::Redis;
//!
//! let redis = Redis::start();
//! redis.run(["SET", "key", "value"]);
//! assert_eq!(redis.keys(), ["key"]);
//! redis.pause(); // it hangs: connections stay open, and nothing is answered
//! redis.resume();
//! redis.restart(); // on the same port, with nothing in it
//! ```

mod answer;
mod process;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::answer::Answer;
use self::process::{Options, Process, Tls};

/// A `redis-server` that runs, or did until it was stopped. Dropping it ends it.
#[derive(Debug)]
pub struct Redis {
    options: Options,
    port: u16,
    process: Mutex<Option<Process>>,
}

/// A `redis-server` about to be started with other settings than a test's usual ones.
#[derive(Debug, Default)]
pub struct RedisBuilder(Options);

impl RedisBuilder {
    /// The most memory that it may use, such as `2mb`. What is full refuses to store, unless a policy says what goes.
    #[must_use]
    pub fn max_memory(self, size: &str) -> Self {
        self.argument("--maxmemory", size)
    }

    /// The password that it asks for: letters and digits, since it stands in [`Redis::url`] as it is.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.0.password = Some(password.to_owned());
        self.argument("--requirepass", password)
    }

    /// Speaks TLS and nothing else, with this certificate and its key, each as PEM. [`Redis::url`] then begins with `rediss`.
    /// What tests ask of it themselves goes another way.
    #[must_use]
    pub fn tls(mut self, certificate: &str, key: &str) -> Self {
        self.0.tls = Some(Tls { certificate: certificate.to_owned(), key: key.to_owned() });
        self
    }

    /// Any other setting: `.argument("--maxmemory-policy", "allkeys-lru")`.
    #[must_use]
    pub fn argument(mut self, name: &str, value: &str) -> Self {
        self.0.arguments.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// Starts it and waits until it answers.
    ///
    /// # Panics
    ///
    /// If it is not installed, with the command that installs it; if it does not start, with what it said.
    pub fn start(self) -> Redis {
        let (process, port) = Process::start_anywhere(&self.0);
        Redis { options: self.0, port, process: Mutex::new(Some(process)) }
    }
}

impl Redis {
    /// Starts one with the usual settings. See [`RedisBuilder::start`].
    pub fn start() -> Self {
        Self::with().start()
    }

    /// Starts one with other settings: `Redis::with().password("secret").start()`.
    pub fn with() -> RedisBuilder {
        RedisBuilder::default()
    }

    /// Where it is, with its password: a value of `redis.url`.
    pub fn url(&self) -> String {
        let password = self.options.password.as_ref().map(|password| format!(":{password}@"));
        let scheme = if self.options.tls.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://{}127.0.0.1:{}", password.unwrap_or_default(), self.port)
    }

    /// Its port, which stays the same when it starts again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it: connections break, and new ones are refused.
    pub fn stop(&self) {
        *self.lock() = None;
    }

    /// Ends it if it runs, and starts it on the same port with nothing in it.
    pub fn restart(&self) {
        let mut process = self.lock();
        *process = None;
        *process = Some(Process::start(&self.options, self.port).unwrap_or_else(|fault| panic!("{fault}")));
    }

    /// Stops its process where it is. Connections stay open and new ones are taken by the kernel, but nothing is answered.
    pub fn pause(&self) {
        self.running(Process::pause);
    }

    /// Lets it go on, with all that has arrived meanwhile.
    pub fn resume(&self) {
        self.running(Process::resume);
    }

    /// Sends a command and returns its answer: `redis.run(["GET", "key"])`.
    ///
    /// # Panics
    ///
    /// If the answer is an error, or none comes within seconds.
    pub fn run<A: AsRef<[u8]>>(&self, command: impl IntoIterator<Item = A>) -> Answer {
        let door = self.lock().as_ref().expect("redis-server runs").door().clone();
        let asked = answer::ask(&door, self.options.password.as_deref(), command);
        asked.unwrap_or_else(|fault| panic!("redis-server on port {}: {fault}", self.port))
    }

    /// The names of all keys, in order.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.run(["KEYS", "*"]).list().iter().map(Answer::text).collect();
        keys.sort();
        keys
    }

    /// How often a command was called since it started, by `INFO commandstats`: `redis.calls("evalsha")`. Commands of
    /// scripts count too.
    pub fn calls(&self, command: &str) -> u64 {
        let prefix = format!("cmdstat_{}:calls=", command.to_ascii_lowercase());
        let stats = self.run(["INFO", "commandstats"]).text();
        let line = stats.lines().find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
    }

    fn running(&self, work: impl FnOnce(&Process)) {
        work(self.lock().as_ref().expect("redis-server runs"));
    }

    fn lock(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
