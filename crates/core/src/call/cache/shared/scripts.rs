//! What Redis is asked: each one round trip, and nothing of it half done.

use std::{sync::LazyLock, time::Duration};

use aws_lc_rs::rand;
use redis::{Pipeline, Script, ScriptInvocation};

use super::{
    Read, millis,
    names::{CHANNEL, Hash},
};

/// Bytes of a version: nobody ever makes the same one twice.
pub(super) const VERSION: usize = 16;

/// How long a version stays that no entry needs yet: longer than any call takes.
const UNUSED: Duration = Duration::from_mins(5);

/// What a look-up answers: the entry, how many milliseconds it has left, Redis' clock, and the versions in one.
pub(super) type Found = (Option<Vec<u8>>, i64, u64, Vec<u8>);

static LOOK_UP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("look_up.lua")));
static PUT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("put.lua")));

/// The entry of a key, if it is no longer than that, and the versions of its tags. None without random numbers.
pub(super) fn look_up(key: &Hash, tags: &[Hash], most_bytes: usize) -> Option<ScriptInvocation<'static>> {
    let mut question = LOOK_UP.key(key.entry());
    for tag in tags {
        question.key(tag.version());
    }
    question.arg(&random()?).arg(millis(UNUSED)).arg(most_bytes);
    Some(question)
}

/// Writes an entry that ends at a moment of Redis' clock, unless a tag has another version by now.
pub(super) fn put(
    key: &Hash,
    read: &Read,
    entry: &[u8],
    ends: u64,
    lifetime: Duration,
) -> ScriptInvocation<'static> {
    let mut question = PUT.key(key.entry());
    for tag in &read.tags {
        question.key(tag.version());
    }
    question.arg(&read.versions).arg(entry).arg(ends).arg(millis(lifetime.saturating_add(UNUSED)));
    question
}

/// Takes tags their versions and then tells whoever listens. The next look-up makes new ones; that way nothing is stored,
/// which a Redis that is full would refuse. Nor does it queue the commands of a transaction then.
pub(super) fn invalidate(tags: &[Hash]) -> Pipeline {
    let mut question = redis::pipe();
    question.cmd("DEL").arg(tags.iter().map(Hash::version).collect::<Vec<_>>());
    question.cmd("PUBLISH").arg(CHANNEL).arg(tags.iter().flat_map(|tag| tag.0).collect::<Vec<u8>>());
    question
}

/// Ends one entry.
pub(super) fn forget(key: &Hash) -> Pipeline {
    let mut question = redis::pipe();
    question.cmd("UNLINK").arg(key.entry());
    question
}

/// From a generator that all instances may use at once.
fn random() -> Option<[u8; VERSION]> {
    let mut version = [0; VERSION];
    rand::fill(&mut version).ok()?;
    Some(version)
}
