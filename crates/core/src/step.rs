//! One step of a stack.
//!
//! Both stacks, the inbound one of [`crate::front_door`] and the outbound one of [`crate::call`], are ordered lists
//! of steps, written with [`tower::ServiceBuilder`]. A step is what tower calls a `Service`, but it takes itself by
//! shared reference, is always ready, and is a plain async function: nothing is boxed or cloned between two steps, a
//! whole stack is one state machine, and no step can forget to ask the next one whether it is ready.

use std::future::Future;

/// One step of a stack: does its part and calls the next one.
pub(crate) trait Step<In>: Send + Sync + 'static {
    /// What comes back.
    type Out;

    /// Handles one input.
    fn call(&self, input: In) -> impl Future<Output = Self::Out> + Send;
}
