//! What the mocks want of their callers, beside a right request: a credential that says who sends it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use http::HeaderMap;

use super::{MockServices, SERVICES};
use crate::sender::Accepts;

impl MockServices {
    /// From now on, `service` refuses calls whose credential it does not accept: 401, or `UNAUTHENTICATED` over gRPC. What was
    /// accepted before is replaced. Panics if there is no such service.
    pub fn requires_sender(&self, service: &str, accepts: Accepts) {
        let known = SERVICES.into_iter().find(|known| *known == service);
        let known =
            known.unwrap_or_else(|| panic!("no service `{service}`; there are {}", SERVICES.join(", ")));
        self.shared.senders.0.lock().unwrap_or_else(PoisonError::into_inner).insert(known, accepts);
    }
}

/// What each service accepts; one that is not here takes every call.
#[derive(Default)]
pub(super) struct Senders(Mutex<BTreeMap<&'static str, Accepts>>);

impl Senders {
    pub(super) fn believe(&self, service: &str, headers: &HeaderMap) -> bool {
        let accepts = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(service).cloned();
        accepts.is_none_or(|accepts| accepts.check(headers).is_ok())
    }
}
