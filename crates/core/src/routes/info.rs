//! What is known of a route beside its handler, and what is wrong with it if anything is.

use std::{sync::Arc, time::Duration};

use http::Method;

use super::{Priority, Slo};
use crate::auth::Policy;

/// What the inbound stack knows of a route.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// `GET`, `POST`, …; `None` for what no route matches.
    pub method: Option<Method>,
    /// The template, such as `/api/orders/{id}`: the only form of a path that logs and metrics know.
    pub path: &'static str,
    /// Who may call it.
    pub policy: Policy,
    /// Its own deadline, where the BFF's is not right for it.
    pub deadline: Option<Duration>,
    /// What an overloaded BFF makes of it.
    pub priority: Priority,
    /// What it promises.
    pub slo: Slo,
    /// A request that it answers from the fixtures, for tools that ask every screen.
    pub example: Option<Example>,
}

/// A request that a route answers from the fixtures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Path and query, such as `/api/orders/ord-1006`.
    pub path: &'static str,
    /// The JSON of a write.
    pub body: Option<&'static str>,
}

impl RouteInfo {
    /// What the router would panic at, or never match, in words.
    pub(crate) fn check_path(&self) -> Result<(), String> {
        if !self.path.starts_with('/') {
            return Err("does not begin with /".to_owned());
        }
        if self.path.contains(['?', '#']) {
            return Err("has a query; take it with Query<…> in the handler".to_owned());
        }
        for segment in self.path.split('/').skip(1) {
            let parameter = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            if let Some(name) = segment.strip_prefix([':', '*']) {
                let name = if name.is_empty() { "rest" } else { name };
                let star = if segment.starts_with('*') { "*" } else { "" };
                return Err(format!("has the segment {segment}: write {{{star}{name}}}"));
            }
            if segment.contains(['{', '}'])
                && parameter.is_none_or(|name| name.is_empty() || name.contains(['{', '}']))
            {
                return Err(format!(
                    "has the segment {segment}: a parameter is a whole segment, such as {{id}}"
                ));
            }
        }
        Ok(())
    }

    /// What of its objectives can't be measured, in words.
    pub(crate) fn check_objectives(&self) -> Result<(), String> {
        self.slo.check().map_err(|fault| format!("has the objective {fault}"))
    }

    /// What its policy says of a parameter that its path doesn't have once, as a whole segment: nobody would own it.
    pub(crate) fn check_owners(&self) -> Result<(), String> {
        for need in self.policy.needs() {
            let Some(name) = need.own() else { continue };
            let count = self.path.split('/').filter(|segment| *segment == format!("{{{name}}}")).count();
            if count != 1 {
                return Err(format!(
                    "is for the {need}: the path must have {{{name}}} once, as a segment; it has {count}"
                ));
            }
        }
        Ok(())
    }

    /// Such as `GET /api/orders/{id}`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.as_ref().map_or("", Method::as_str), self.path)
    }

    pub(super) fn unmatched(path: &'static str) -> Arc<Self> {
        Self::plain(path, Policy::public())
    }

    /// A route for unit tests, which have no router.
    #[cfg(test)]
    pub(crate) fn for_test(path: &'static str, policy: Policy) -> Arc<Self> {
        Self::plain(path, policy)
    }

    fn plain(path: &'static str, policy: Policy) -> Arc<Self> {
        let (priority, slo) = (Priority::default(), Slo::default());
        Arc::new(Self { method: None, path, policy, deadline: None, priority, slo, example: None })
    }
}
