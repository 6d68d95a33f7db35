//! What Redis is asked: one script, one round trip, and nothing of it half done.

use std::sync::LazyLock;

use redis::{ErrorKind, RedisError, Script, ScriptInvocation};

use super::super::{charge::MOST, gcra::Gcra};

/// On Redis' own clock.
static CHARGE: LazyLock<Script> =
    LazyLock::new(|| Script::new(concat!(include_str!("charge.lua"), include_str!("clock.lua"))));

/// What one key is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) gcra: Gcra,
    /// Units without which nothing is done.
    pub(super) need: u32,
    /// Units that are taken if they are there: no fewer.
    pub(super) want: u32,
}

/// What Redis answers of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// Units that were charged.
    pub(super) units: u32,
    /// Microseconds until the key owes nothing.
    pub(super) debt: u64,
}

/// What Redis answers of all keys, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether all that was needed was charged; if not, nothing was.
    pub(super) fits: bool,
    pub(super) given: [Given; MOST],
}

/// The question for these keys, each of which is there once.
pub(super) fn question(keys: impl IntoIterator<Item = (String, Wish)>) -> ScriptInvocation<'static> {
    let mut question = CHARGE.prepare_invoke();
    for (name, wish) in keys {
        question.key(name);
        question.arg(wish.gcra.interval).arg(wish.gcra.tolerance).arg(wish.need).arg(wish.want);
    }
    question
}

/// The answer to so many wishes. None if it is not one of our script's.
pub(super) fn answer(numbers: &[u64], wishes: &[Wish]) -> Option<Answer> {
    let (fits, rest) = numbers.split_first()?;
    let (pairs, []) = rest.as_chunks::<2>() else { return None };
    if *fits > 1 || pairs.len() != wishes.len() {
        return None;
    }
    let mut answer = Answer { fits: *fits == 1, given: [Given::default(); MOST] };
    for ((given, [units, debt]), wish) in answer.given.iter_mut().zip(pairs).zip(wishes) {
        *given = Given { units: u32::try_from(*units).ok()?, debt: *debt };
        let is_due =
            if answer.fits { (wish.need..=wish.want).contains(&given.units) } else { given.units == 0 };
        if !is_due || given.debt > wish.gcra.tolerance {
            return None;
        }
    }
    Some(answer)
}

/// What such an answer is.
pub(super) fn no_answer() -> RedisError {
    (ErrorKind::UnexpectedReturnType, "not what the script answers").into()
}
