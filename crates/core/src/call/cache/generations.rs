//! Which kept answers a write has ended.
//!
//! A write does not look for the answers that it ends: it raises a number that they were kept under. The numbers stand in a
//! table of fixed size, by hash, so that they need no memory for each caller and no lock; two tags that share a place
//! end each other's answers, which costs a call and is never wrong.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::{super::owner::Owner, keeping::Ends, shared::Ended};

const PLACES: usize = 1 << 16;

/// The numbers that answers are kept under.
pub(in crate::call) struct Generations {
    places: Box<[AtomicU64]>,
    /// Raised when everything ends at once.
    all: AtomicU64,
}

/// The sum of an answer's numbers when it was asked for. Numbers only rise, so it is the same as long as nothing has ended it,
/// and of two the greater one is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::call) struct Stamp(u64);

/// A tag, of one owner or of all. The same number in every instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::call) struct Tag(pub(in crate::call) u64);

impl Tag {
    /// The tag of which another instance says that it ended.
    fn heard(hash: [u8; 32]) -> Self {
        let mut number = [0; 8];
        number.copy_from_slice(&hash[..8]);
        Self(u64::from_le_bytes(number))
    }

    /// What one caller has under this name.
    fn of_caller(number: u64, name: &str) -> Self {
        Self(xxh3_64_with_seed(name.as_bytes(), number))
    }

    /// What anybody has under this name.
    fn of_all(name: &str) -> Self {
        Self(xxh3_64(name.as_bytes()))
    }

    /// The tags of an answer: those of its service and those that its client names, its owner's and everybody's.
    pub(in crate::call) fn of_answer(
        owner: &Owner,
        service: &'static str,
        names: &[&'static str],
    ) -> impl Iterator<Item = Self> {
        let number = owner.number();
        let names = std::iter::once(service).chain(names.iter().copied());
        names.flat_map(move |name| {
            let own = number.map(|number| Self::of_caller(number, name));
            [Some(Self::of_all(name)), own].into_iter().flatten()
        })
    }

    /// The tags that a write ends: its caller's of the service, and those that its client names.
    pub(in crate::call) fn of_write(
        owner: &Owner,
        service: &'static str,
        ends: &[Ends],
    ) -> impl Iterator<Item = Self> {
        let number = owner.number();
        let own = number.map(|number| Self::of_caller(number, service));
        let tag = move |ends: &Ends| {
            if ends.for_all {
                return Some(Self::of_all(ends.tag));
            }
            number.map(|number| Self::of_caller(number, ends.tag))
        };
        own.into_iter().chain(ends.iter().filter_map(tag))
    }
}

impl Default for Generations {
    fn default() -> Self {
        let places = std::iter::repeat_with(AtomicU64::default).take(PLACES).collect();
        Self { places, all: AtomicU64::default() }
    }
}

impl Generations {
    /// To be taken before the call is sent, and compared before its answer is used.
    pub(in crate::call) fn stamp(&self, tags: impl Iterator<Item = Tag>) -> Stamp {
        let places = tags.map(|tag| self.place(tag).load(SeqCst));
        Stamp(places.fold(self.all.load(SeqCst), u64::wrapping_add))
    }

    /// Ends what is kept under the tag.
    pub(in crate::call) fn end(&self, tag: Tag) {
        self.place(tag).fetch_add(1, SeqCst);
    }

    /// Ends what another instance says has ended.
    pub(in crate::call) fn hear(&self, ended: Ended) {
        match ended {
            Ended::Tag(hash) => self.end(Tag::heard(hash)),
            Ended::All => self.end_all(),
        }
    }

    /// Ends everything.
    pub(in crate::call) fn end_all(&self) {
        self.all.fetch_add(1, SeqCst);
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low bits are as good as any")]
    fn place(&self, tag: Tag) -> &AtomicU64 {
        &self.places[tag.0 as usize % PLACES]
    }
}
