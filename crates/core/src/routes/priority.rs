//! Which routes an overloaded BFF gives up first.

use std::fmt;

/// How much a route matters when not everything can be served.
///
/// It decides nothing until there is too much to do: then [`Sheddable`](Self::Sheddable) is refused first,
/// [`Normal`](Self::Normal) next, and [`Critical`](Self::Critical) only at `admission.max_in_flight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// What must go on: paying, signing in.
    Critical,
    /// What a route is that says nothing else.
    #[default]
    Normal,
    /// What nobody misses for a while: badges, suggestions, reports.
    Sheddable,
}

impl Priority {
    /// All of them, the most important first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Normal, Self::Sheddable];

    /// Such as `sheddable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Normal => "normal",
            Self::Sheddable => "sheddable",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}
