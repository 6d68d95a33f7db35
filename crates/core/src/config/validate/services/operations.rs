//! Checks `[services.<name>.operations]`: that the client has them, and that what stands in for a reply is one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{
    super::{OperationConfig, load},
    Checks, Found, Span,
};
use crate::call::{Declaration, Operation};

pub(super) fn check(
    declaration: &Declaration,
    operations: &BTreeMap<String, OperationConfig>,
    checks: &mut Checks<'_>,
) {
    let service = declaration.name;
    for (name, operation) in operations {
        let path = |field| ["services", service, "operations", name, field];
        let limits = [("timeout", operation.timeout), ("attempt_timeout", operation.attempt_timeout)];
        for (field, duration) in limits {
            if let Some(duration) = duration {
                checks.duration(&path(field), duration, &Span::TIMEOUT);
            }
        }
        if let Some(attempts) = operation.attempts {
            checks.number(&path("attempts"), attempts as usize, 0, 10);
        }
        let Some(known) = declaration.operations.iter().find(|known| known.name() == name) else {
            let names: Vec<_> = declaration.operations.iter().map(Operation::name).collect();
            let found = Found::Fact("an operation that the client does not list");
            let expected = match names.as_slice() {
                [] => "none: the client lists no operations, which #[service(operations(…))] does".to_owned(),
                names => load::one_of(names, name),
            };
            checks.wrong_as(&["services", service, "operations", name], found, expected);
            continue;
        };
        if let Some(json) = &operation.fallback {
            fallback(service, known, json, checks);
        }
    }
}

fn fallback(service: &str, operation: &Operation, json: &Value, checks: &mut Checks<'_>) {
    let name = operation.name();
    let path = ["services", service, "operations", name, "fallback"];
    let Some(body) = operation.body(json) else {
        let expected = format!(
            "none: the client does not say what {service}.{name} answers with, as it does for a read"
        );
        return checks.wrong(&path, expected);
    };
    let (Err(misfit), Ok(fallback)) = (body, checks.tree.nearest(&path)) else { return };
    let (node, found, expected) = load::misfit(fallback, &misfit, &format!("a reply of {service}.{name}"));
    checks.report.add(&node.origin, &node.key, found, expected);
}
