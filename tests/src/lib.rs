//! What the end-to-end tests in `tests/all` share: a client that sends any bytes, what every problem must look like, and
//! conditions that come true in time.

pub mod problem;
pub mod until;
pub mod wire;

pub use problem::assert_problem;
pub use until::{comes_true, until, within};
pub use wire::Wire;
