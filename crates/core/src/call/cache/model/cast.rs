//! [`Cast`]: who asks in a history, and what there is to be asked.

use std::{sync::Arc, time::Duration};

use super::{
    super::{
        keeping::Ends,
        terms::{Bounds, Declared},
    },
    tape::Tape,
};
use crate::{auth::Identity, config::CacheConfig};

/// The services, which are tags too.
pub(super) const SERVICES: [&str; 2] = ["one", "two"];
/// The tag that some answers have.
pub(super) const LIST: &str = "list";
pub(super) const RESOURCES: usize = 3;
/// The time of a call, where its request has as much.
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);

/// Callers. The first two are one person with other roles: what one of them writes ends what both have, and neither may see
/// what the service says to the other.
pub(super) const NAMES: [&str; 3] = ["alice", "alice as editor", "bob"];

/// Whose an answer is: a caller's, by number, or nobody's.
pub(super) type Whose = Option<usize>;

/// Who the callers are.
pub(super) type Callers = Arc<[Arc<Identity>; NAMES.len()]>;

/// Who asks, and what there is to be asked.
pub(super) struct Cast {
    pub(super) callers: Callers,
    pub(super) resources: [Resource; RESOURCES],
}

/// Something of a service that can be read and written.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) path: String,
    pub(super) service: usize,
    pub(super) public: bool,
    pub(super) tagged: bool,
    pub(super) declared: Declared,
    pub(super) has_etag: bool,
    pub(super) cache: bool,
    pub(super) coalesce: bool,
}

pub(super) fn callers() -> Callers {
    let identity = |id, roles: &[&str]| Arc::new(Identity::for_test(id, roles, &[], None));
    Arc::new([identity("alice", &[]), identity("alice", &["editor"]), identity("bob", &[])])
}

/// Others, for faults that take one for another.
pub(super) fn strangers() -> Callers {
    Arc::new(["x", "y", "z"].map(|id| Arc::new(Identity::for_test(id, &[], &[], None))))
}

pub(super) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Bounds that histories of a minute reach.
pub(super) fn config() -> CacheConfig {
    CacheConfig {
        fresh_at_most: secs(8),
        stale_if_error: secs(10),
        negative: secs(2),
        max_size: 1 << 30,
        ..CacheConfig::default()
    }
}

/// The same as the law has them.
pub(super) const BOUNDS: Bounds =
    Bounds { fresh_at_most: secs(8), stale_if_error: secs(10), negative: secs(2), jitter_percent: 0 };

impl Cast {
    /// Chooses the resources. Their paths are this history's alone.
    pub(super) fn new(history: u64, callers: Callers, tape: &mut Tape) -> Self {
        let resources = std::array::from_fn(|number| Resource {
            path: format!("/{history}/{number}"),
            service: tape.below(2),
            public: tape.once_in(3),
            tagged: tape.once_in(2),
            declared: Declared {
                fresh_for: tape.pick(&[None, None, Some(2), Some(5), Some(60)]).map(secs),
                while_revalidate: tape.pick(&[None, None, None, Some(3)]).map(secs),
                if_error: tape.pick(&[None, None, None, Some(4)]).map(secs),
            },
            has_etag: tape.once_in(2),
            cache: !tape.once_in(16),
            coalesce: !tape.once_in(8),
        });
        Self { callers, resources }
    }
}

impl Resource {
    /// The tag that it has beside its service's.
    pub(super) fn tags(&self) -> Vec<&'static str> {
        if self.tagged { vec![LIST] } else { Vec::new() }
    }

    fn has_tag(&self, tag: &str) -> bool {
        tag == SERVICES[self.service] || self.tagged && tag == LIST
    }

    /// Whether a write ends what is kept of this resource, as somebody has it.
    pub(super) fn is_ended_by(&self, writer: usize, service: usize, ends: &[Ends], whose: Whose) -> bool {
        let is_own = whose.is_some_and(|whose| id_of(whose) == id_of(writer));
        let of_service = is_own && service == self.service;
        of_service || ends.iter().any(|ends| (ends.for_all || is_own) && self.has_tag(ends.tag))
    }
}

/// One for the first two, which differ in their roles only.
fn id_of(caller: usize) -> usize {
    caller / 2
}
