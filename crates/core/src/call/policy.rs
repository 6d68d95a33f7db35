//! What the configuration says of one operation: the service's settings, and what differs for it.

use std::time::Duration;

use bytes::Bytes;

use super::{Safety, operation::Operation, retry};
use crate::config::ServiceConfig;

/// What each step must know of the operation that it carries.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallPolicy {
    /// Time of one call.
    pub(crate) timeout: Duration,
    /// Time of one attempt.
    pub(crate) attempt_timeout: Duration,
    /// Attempts after the first one, if it may be sent twice.
    pub(crate) attempts: u32,
    /// Whether it is hedged, if it may be sent twice.
    pub(crate) hedge: bool,
    /// Whether answers are kept, if it is a read.
    pub(crate) cache: bool,
    /// Whether other requests of the same caller wait for the same answer.
    pub(crate) coalesce: bool,
    /// Whether keys that are asked for together go out together, if its client asks for many at once.
    pub(crate) batch: bool,
}

impl CallPolicy {
    fn of_service(config: &ServiceConfig) -> Self {
        Self {
            timeout: config.timeout,
            attempt_timeout: config.attempt_timeout,
            attempts: config.retry.attempts,
            hedge: config.hedge.enabled,
            cache: config.cache,
            coalesce: config.coalesce,
            batch: true,
        }
    }
}

impl CallPolicy {
    /// The longest that a call can take, and the most attempts that it can become.
    pub(super) fn worst_case<K: Safety>(&self, config: &ServiceConfig) -> (Duration, u32) {
        if !K::IDEMPOTENT {
            return ((config.bulkhead.wait + self.attempt_timeout).min(self.timeout), 1);
        }
        let pauses: Duration =
            (0..self.attempts).map(|retry| retry::longest_pause(&config.retry, retry)).sum();
        let attempts = (config.bulkhead.wait + self.attempt_timeout) * (self.attempts + 1);
        ((attempts + pauses).min(self.timeout), self.attempts + 1 + u32::from(self.hedge))
    }
}

/// The policies of a service's operations.
#[derive(Debug)]
pub(super) struct Policies {
    service: CallPolicy,
    /// Those that differ; most services have none.
    operations: Vec<(String, CallPolicy, Option<Bytes>)>,
}

impl Policies {
    /// `declared` are the client's operations, which the configuration was checked against.
    pub(super) fn new(name: &str, config: &ServiceConfig, declared: &[Operation]) -> Self {
        let service = CallPolicy::of_service(config);
        let operations = config.operations.iter().map(|(operation, set)| {
            let policy = CallPolicy {
                timeout: set.timeout.unwrap_or(service.timeout),
                attempt_timeout: set.attempt_timeout.unwrap_or(service.attempt_timeout),
                attempts: set.attempts.unwrap_or(service.attempts),
                hedge: set.hedge.unwrap_or(service.hedge),
                cache: set.cache.unwrap_or(service.cache),
                coalesce: set.coalesce.unwrap_or(service.coalesce),
                batch: set.batch.unwrap_or(service.batch),
            };
            let known = declared.iter().find(|known| known.name() == operation);
            let body = |json| known.and_then(|known| known.body(json)).and_then(Result::ok);
            let fallback = set.fallback.as_ref().and_then(body);
            (format!("{name}.{operation}"), policy, fallback)
        });
        Self { service, operations: operations.collect() }
    }

    pub(super) fn of(&self, operation: &str) -> CallPolicy {
        self.find(operation).map_or(self.service, |(_, policy, _)| *policy)
    }

    /// The body that stands in for the service's reply.
    pub(super) fn fallback(&self, operation: &str) -> Option<Bytes> {
        self.find(operation).and_then(|(_, _, fallback)| fallback.clone())
    }

    fn find(&self, operation: &str) -> Option<&(String, CallPolicy, Option<Bytes>)> {
        self.operations.iter().find(|(name, ..)| name == operation)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        call::{Http, testing::ms},
        config::OperationConfig,
    };

    const DECLARED: &[Operation] = &[Operation::read::<Http, Vec<u32>>("recent"), Operation::new("place")];

    fn policies(operations: &[(&str, OperationConfig)]) -> Policies {
        let operations = operations.iter().map(|(name, set)| ((*name).to_owned(), set.clone())).collect();
        let mut config = ServiceConfig { timeout: ms(800), operations, ..ServiceConfig::default() };
        config.retry.attempts = 3;
        Policies::new("orders", &config, DECLARED)
    }

    #[test]
    fn an_operation_that_nothing_is_set_of_has_what_its_service_has() {
        let policies = policies(&[]);
        let service = CallPolicy {
            timeout: ms(800),
            attempt_timeout: ms(1000),
            attempts: 3,
            hedge: false,
            cache: true,
            coalesce: true,
            batch: true,
        };
        assert_eq!((policies.of("orders.recent"), policies.fallback("orders.recent")), (service, None));
        assert_eq!(policies.operations.capacity(), 0, "there is nothing to look through");
    }

    #[test]
    fn what_is_set_of_an_operation_is_set_of_it_alone() {
        let recent =
            OperationConfig { timeout: Some(ms(100)), attempts: Some(0), ..OperationConfig::default() };
        let get = OperationConfig {
            attempt_timeout: Some(ms(50)),
            hedge: Some(true),
            ..OperationConfig::default()
        };
        let page = OperationConfig { batch: Some(false), ..OperationConfig::default() };
        let policies = policies(&[("recent", recent), ("get", get), ("page", page)]);
        let service = policies.of("orders.place");
        assert_eq!(service, policies.service);
        assert_eq!(policies.of("orders.recent"), CallPolicy { timeout: ms(100), attempts: 0, ..service });
        assert_eq!(policies.of("orders.get"), CallPolicy { attempt_timeout: ms(50), hedge: true, ..service });
        assert_eq!(policies.of("orders.page"), CallPolicy { batch: false, ..service });
        assert_eq!(policies.of("recent"), service, "a call names its service too");
    }

    #[test]
    fn a_fallback_is_the_body_of_a_reply_that_the_client_can_read() {
        let with = |fallback| OperationConfig { fallback: Some(fallback), ..OperationConfig::default() };
        let listed = policies(&[
            ("recent", with(json!([1, 2]))),
            ("place", with(json!([]))),
            ("get", with(json!([]))),
        ]);
        assert_eq!(listed.fallback("orders.recent").as_deref(), Some(b"[1,2]".as_slice()));
        assert_eq!(listed.fallback("orders.place"), None, "a write names no reply");
        assert_eq!(listed.fallback("orders.get"), None, "an operation that the client does not list");
        assert_eq!(policies(&[("recent", with(json!({})))]).fallback("orders.recent"), None, "no list");
    }
}
