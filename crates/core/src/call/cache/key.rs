//! [`Key`]: which answer it is, and whose.

use std::{
    cell::RefCell,
    fmt,
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use http::HeaderMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    super::{
        Outgoing, Wire,
        owner::{Owner, put},
    },
    keeping::Keeping,
};

/// What is asked of a service: everything that is sent and that may change the answer, and what the client method says of
/// keeping it. Two methods that say different things of the same request have an answer each: neither uses one for longer than
/// it says itself, or one that its own tags have ended.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    service: &'static str,
    wire: &'a Wire,
    /// Headers that the client method sets. Ours come later: the owner's are in the key as the owner, and the request's id,
    /// trace and time change no answer.
    headers: &'a HeaderMap,
    keeping: &'a Keeping,
}

/// The key of an answer. It says whose the answer is: it can't be made without an [`Owner`], and only
/// [`public`](super::Cacheable::public), or a client that has no caller, makes one that is nobody's.
///
/// The bytes themselves, and not only a hash of them, so that no two calls can be taken for each other.
#[derive(Clone)]
pub struct Key {
    hash: u64,
    bytes: Arc<[u8]>,
}

impl Key {
    /// The key of what `owner` asks.
    pub fn of(owner: &Owner, sent: &Sent<'_>) -> Self {
        thread_local! {
            static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        SCRATCH.with_borrow_mut(|bytes| {
            bytes.clear();
            owner.write(bytes);
            sent.write(bytes);
            let key = Self { hash: hash(bytes), bytes: Arc::from(&**bytes) };
            bytes.shrink_to(4 << 10);
            key
        })
    }

    /// The bytes that make it.
    pub(in crate::call) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A number that is spread evenly over keys, other in each process.
    pub(in crate::call) fn spread(&self) -> u64 {
        self.hash
    }
}

/// Shows nothing of it: whose it is and what was asked is somebody's.
impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Key").finish_non_exhaustive()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.bytes == other.bytes
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Finds by what is hashed already, as a key is: its hash is spread evenly, and nobody outside can choose it.
pub(in crate::call) type BuildPrehashed = BuildHasherDefault<Prehashed>;

#[derive(Debug, Clone, Copy, Default)]
pub(in crate::call) struct Prehashed(u64);

impl Hasher for Prehashed {
    fn write(&mut self, bytes: &[u8]) {
        debug_assert!(false, "{} bytes that are not hashed already", bytes.len());
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<'a> Sent<'a> {
    pub(in crate::call) fn of(service: &'static str, outgoing: &'a Outgoing) -> Self {
        Self { service, wire: &outgoing.wire, headers: &outgoing.headers, keeping: &outgoing.keeping }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        put(bytes, self.service.as_bytes());
        match self.wire {
            Wire::Http { method, path_and_query, body } => {
                bytes.push(b'h');
                put(bytes, method.as_str().as_bytes());
                put(bytes, path_and_query.as_bytes());
                put(bytes, body.as_deref().unwrap_or_default());
            }
            Wire::Grpc { path, message } => {
                bytes.push(b'g');
                put(bytes, path.as_bytes());
                put(bytes, message);
            }
        }
        self.keeping.write(bytes);
        for (name, value) in self.headers {
            put(bytes, name.as_str().as_bytes());
            put(bytes, value.as_bytes());
        }
    }
}

/// Nobody outside can choose keys that fall together.
fn hash(bytes: &[u8]) -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| fastrand::u64(..));
    xxh3_64_with_seed(bytes, *SEED)
}
