//! Batches: what a request asks for one by one, and at once, goes out as one call.
//!
//! A list of orders that shows a name for each seller is a call for each seller: an N+1. A service that can be asked for
//! many at once is asked once, and no screen has to gather anything: [`Binding::batched`].

mod open;
#[cfg(test)]
mod tests;
mod woken;

use std::{collections::BTreeMap, sync::Arc};

use futures::{FutureExt as _, future::Shared};

pub(crate) use self::open::OpenBatches;
use self::woken::when_woken;
use super::{Answered, Binding, BoxFuture, Call, CallError, Protocol, Reason};
use crate::{context::RequestContext, plan};

/// The most keys of one call.
pub(crate) const BATCH: usize = 100;

/// What a call for many keys answers: each key with what it came to, in any order.
pub type Keyed<K, V> = Vec<(K, Result<V, CallError>)>;

/// Makes the call for many.
pub type Ask<P, K, V> = fn(&Binding<P>, Vec<K>) -> Call<Keyed<K, V>>;

/// The answer of a whole batch, or why it has none.
type Answers<K, V> = Result<Answered<BTreeMap<K, Result<V, CallError>>>, CallError>;

/// One call for many, and everybody who waits for it: whoever is polled moves it on, and the last one who goes takes it
/// along.
type Batch<K, V> = Shared<BoxFuture<Arc<Answers<K, V>>>>;

impl<P: Protocol> Binding<P> {
    /// A call for one key that goes out together with the others of its request: all keys of `operation` that sections and
    /// `.each` ask for at once are one call, at most 100 of them. A key that is asked for twice is sent once.
    ///
    /// `ask` makes the call for many, which must be one that reads. It gets the keys sorted, each once. What differs from
    /// one call to the next belongs in the key, so `ask` captures nothing and doesn't compile if it does.
    ///
    /// ```
    /// # use bff_core::prelude::*;
    /// # #[derive(Clone, serde::Deserialize)]
    /// # pub struct PublicProfile { id: String }
    /// # #[derive(Service)]
    /// # #[service(name = "users", operations(public_profiles: Vec<PublicProfile>))]
    /// # pub struct Users(Binding);
    /// impl Users {
    ///     /// Anybody's public profile. Those that are asked for together go out together. `users.public_profiles`
    ///     pub fn public_profile_of(&self, id: impl Into<String>) -> Call<PublicProfile> {
    ///         self.0.batched("users.public_profiles", id.into(), |users, ids: Vec<String>| {
    ///             let found = users.get("/public-profiles").query("ids", ids.join(","));
    ///             let found = found.call::<Vec<PublicProfile>>("users.public_profiles");
    ///             found.map(|found| found.into_iter().map(|profile| (profile.id.clone(), Ok(profile))).collect())
    ///         })
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Each key has its own: what the reply says of it, or [`Reason::NotFound`] if the reply doesn't have it. A failure of
    /// the whole call is that of every key, and what stands in for its reply stands in for every key. A key of the reply
    /// that was not asked for is dropped.
    ///
    /// `services.<name>.operations.<operation>.batch = false` makes it a call for each key.
    pub fn batched<K, V>(&self, operation: &'static str, key: K, ask: Ask<P, K, V>) -> Call<V>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        let (binding, together) = (self.clone(), self.service.policy(operation).batch);
        self.context.batched(operation, together, key, move |keys| ask(&binding, keys))
    }
}

impl RequestContext {
    /// See [`Binding::batched`]. Keys go out `together`, or each alone.
    pub(super) fn batched<K, V, A>(&self, operation: &'static str, together: bool, key: K, ask: A) -> Call<V>
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
        A: FnOnce(Vec<K>) -> Call<Keyed<K, V>> + Send + 'static,
    {
        let (context, made_at) = (self.clone(), plan::kept(self));
        Call::new(async move {
            if !together {
                let call = made_at.unwrap_or_default().make(|| ask(vec![key.clone()]));
                return of_key(&answers(call).await, &key, operation);
            }
            // Here and not before: a call that nobody resolves is not sent.
            let batch = context.inner().batches.join(operation, &key, made_at, |number| {
                let context = context.clone();
                let batch = async move {
                    // Wakes whoever waits after all that can run now has run, so after all keys of this turn.
                    tokio::task::yield_now().await;
                    let (keys, made_at) = context.inner().batches.close::<K, V>(number);
                    drop(context);
                    let call = made_at.unwrap_or_default().together().make(|| ask(keys));
                    Arc::new(answers(call).await)
                };
                when_woken(batch).boxed().shared()
            });
            of_key(&*batch.await, &key, operation)
        })
    }
}

async fn answers<K: Ord + Send + 'static, V: Send + 'static>(call: Call<Keyed<K, V>>) -> Answers<K, V> {
    Ok(call.answered().await?.map(BTreeMap::from_iter))
}

/// The part of one key. What stands in for the reply stands in for it too.
fn of_key<K: Ord, V: Clone>(
    answers: &Answers<K, V>,
    key: &K,
    operation: &'static str,
) -> Result<Answered<V>, CallError> {
    let answered = answers.as_ref().map_err(CallError::clone)?;
    let own = match answered.value.get(key) {
        Some(own) => own.clone(),
        None => Err(CallError::new(Reason::NotFound, "the reply does not have what was asked for")),
    };
    let own = own.map(Answered::fresh).map_err(|error| error.of(operation));
    answered.all_else().then(own)
}
