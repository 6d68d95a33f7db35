//! Where a BFF is between start and exit. Its listeners, workers and connections watch it.

/// Where a BFF is between start and exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Serving,
    NotReady,
    Draining,
    Gone,
}
