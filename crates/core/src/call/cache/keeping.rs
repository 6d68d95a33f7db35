//! What a client method says of keeping: how long an answer is good for, whose it is, and what a write ends.

use std::time::Duration;

use super::{
    super::{
        HttpCall, Idempotent, ReadOnly, RpcCall, Unsafe,
        owner::{Owner, put},
    },
    terms::Declared,
};

/// What a client method says of keeping.
#[derive(Debug, Clone, Default)]
pub struct Keeping {
    pub(in crate::call) declared: Declared,
    /// Tags beside the service's name.
    pub(in crate::call) tags: Vec<&'static str>,
    /// What a write ends beside what its caller has of the service.
    pub(in crate::call) ends: Vec<Ends>,
}

impl Keeping {
    /// Appends what it says of an answer: nothing of one can be read as another's.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let Declared { fresh_for, while_revalidate, if_error } = self.declared;
        if self.declared == Declared::default() && self.tags.is_empty() {
            return bytes.push(0);
        }
        bytes.push(1);
        for time in [fresh_for, while_revalidate, if_error] {
            // No time is as long as what stands for none.
            let nanos = time.map_or(u128::MAX, |time| time.as_nanos());
            bytes.extend_from_slice(&nanos.to_le_bytes());
        }
        bytes.extend_from_slice(&(self.tags.len() as u64).to_le_bytes());
        for tag in &self.tags {
            put(bytes, tag.as_bytes());
        }
    }
}

/// Answers that a write ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::call) struct Ends {
    pub(in crate::call) tag: &'static str,
    pub(in crate::call) for_all: bool,
}

/// What can be said of a read: how long its answer is good for, and for whom.
///
/// Without any of it, an answer is kept for as long as the service's own headers allow (RFC 9111), for its caller alone; a
/// service that says nothing is asked each time. What the service says comes before what is said here, and `no-store` is
/// obeyed whatever is said here.
pub trait Cacheable: Parts {
    /// The answer is good for this long, where the service says nothing; at most `cache.fresh_at_most`, 30 s.
    #[must_use]
    fn fresh_for(mut self, time: Duration) -> Self
    where
        Self::Safety: Reads,
    {
        self.keeping().declared.fresh_for = Some(time);
        self
    }

    /// For this long after that, the answer is used once more while a fresh one is fetched (RFC 5861, 3). The section is stale
    /// then, and says so.
    #[must_use]
    fn stale_while_revalidate(mut self, time: Duration) -> Self
    where
        Self::Safety: Reads,
    {
        self.keeping().declared.while_revalidate = Some(time);
        self
    }

    /// For this long after that, the last answer stands in for a service that gives none: on a timeout, a 5xx or an open
    /// breaker, never on a refusal (RFC 5861, 4). The section is stale then, and says so. At most `cache.stale_if_error`, 5 min,
    /// which is also what an answer has that is kept at all.
    #[must_use]
    fn stale_if_error(mut self, time: Duration) -> Self
    where
        Self::Safety: Reads,
    {
        self.keeping().declared.if_error = Some(time);
        self
    }

    /// Names what the answer is made of, so that a write can end it: see [`Invalidates`]. The service's own name is a tag of
    /// every answer.
    #[must_use]
    fn tag(mut self, tag: &'static str) -> Self
    where
        Self::Safety: Reads,
    {
        self.keeping().tags.push(tag);
        self
    }

    /// The answer is the same whoever asks: one is kept, and one call is made, for all callers. The service is therefore not
    /// told who asks.
    #[must_use]
    fn public(mut self) -> Self
    where
        Self::Safety: Reads,
    {
        *self.owner() = Owner::everyone();
        self
    }
}

/// What can be said of a write: which kept answers it ends. Those that its own caller has of the service end always.
pub trait Invalidates: Parts {
    /// Ends what this caller has under the tag, such as the name of another service.
    #[must_use]
    fn invalidates(mut self, tag: &'static str) -> Self
    where
        Self::Safety: Writes,
    {
        self.keeping().ends.push(Ends { tag, for_all: false });
        self
    }

    /// Ends what anybody has under the tag, public answers too.
    #[must_use]
    fn invalidates_for_all(mut self, tag: &'static str) -> Self
    where
        Self::Safety: Writes,
    {
        self.keeping().ends.push(Ends { tag, for_all: true });
        self
    }
}

impl<K> Cacheable for HttpCall<K> {}
impl<R, K> Cacheable for RpcCall<R, K> {}
impl<K> Invalidates for HttpCall<K> {}
impl<R, K> Invalidates for RpcCall<R, K> {}

/// What a read is. A bound of each method and not of the traits, so that the compiler says what is wrong.
#[diagnostic::on_unimplemented(
    message = "the answer of a write is neither kept nor anybody else's",
    label = "can be said of a read only",
    note = "a read is `get(…)`, or a gRPC method whose proto file says `idempotency_level = NO_SIDE_EFFECTS`"
)]
pub trait Reads {}

impl Reads for ReadOnly {}

/// What a write is.
#[diagnostic::on_unimplemented(
    message = "a read ends no kept answers",
    label = "can be said of a write only",
    note = "a write is `post(…)`, `put(…)`, `delete(…)`, or a gRPC method that may change something"
)]
pub trait Writes {}

impl Writes for Unsafe {}
impl Writes for Idempotent {}

/// A call under construction. Nothing outside this crate is one.
pub trait Parts: Sized {
    /// Whether it reads or writes.
    type Safety;

    #[doc(hidden)]
    fn keeping(&mut self) -> &mut Keeping;
    #[doc(hidden)]
    fn owner(&mut self) -> &mut Owner;
}
