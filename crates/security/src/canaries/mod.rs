//! What the row `canaries` is made of: secrets that can be told from everything else ([`plant`]), a BFF as a program of its own
//! whose every byte is kept ([`program`]), all that could make it talk ([`provoke`], [`mistakes`]), and the [`search`].

pub(crate) mod mistakes;
pub(crate) mod plant;
pub(crate) mod program;
pub(crate) mod provoke;
pub(crate) mod search;
