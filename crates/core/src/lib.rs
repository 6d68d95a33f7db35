//! The shared core of every BFF: one endpoint per screen, composed of parallel calls.
//!
//! What a request meets, in order:
//!
//! 1. [`front_door`]: a worker's connection with its deadlines, then the steps of [`front_door::stack`]: id, log line,
//!    errors, admission, panics, head, deadline, credentials, body.
//! 2. [`routes`]: the handler, which names the call that fills each section of its [`screen`] and awaits nothing.
//! 3. [`screen`]: the fan-out, which runs all of them at once and splices their answers into one payload.
//! 4. [`call`]: each call, through the steps of [`call::stack`]: counters, kept answers, deadline, one call for all who ask
//!    the same, retry, hedge, endpoint and breaker, bulkhead, attempt, identity, wire.
//! 5. [`problem`]: what the client reads when that did not work out.
//!
//! [`caller`] says whom a handler is told of, [`plan`] notes what a screen would cost at its worst. [`bff`] starts it (as a program by `program.rs`), [`config`] is what an operator may set, [`telemetry`] what is written
//! down. This crate knows no service and no screen.

pub mod auth;
pub mod bff;
pub mod build_info;
pub mod call;
pub mod caller;
pub mod config;
pub mod context;
pub mod extract;
mod freshness;
pub mod front_door;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
mod link;
pub mod plan;
pub mod problem;
mod program;
pub mod rate_limit;
mod rounded;
pub mod routes;
pub mod screen;
pub mod sender;
mod step;
pub mod telemetry;

/// What a screen's file needs.
pub mod prelude {
    pub use crate::{
        auth::{Identity, Policy, any_role, any_scope, public, role, scope, signed_in},
        bff::Bff,
        call::{Binding, Cacheable, Call, CallError, Grpc, Http, Invalidates, Reason, Service, SharedCall},
        caller::{Anonymous, Anyone, Caller},
        context::RequestContext,
        extract::{Json, Path, Query},
        problem::{Code, Problem},
        rate_limit::usage::Usage,
        routes::{Routes, Slo},
        screen::{Fallback, Optional, Required, Screen},
    };
    pub use bff_macros::{Screen, Service};
}

pub use front_door::{
    admin::{IssuerView, LifeView, Status},
    admission::{AdmissionCounts, AdmissionView, MemoryView, WorkerView},
    server::Running,
};
#[doc(hidden)]
pub use {axum, http};
