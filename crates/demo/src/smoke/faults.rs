//! Every service in every kind of trouble: which screens fail, which degrade, and what they still say.

use bff_testkit::{Mode, Nonsense, mocks::SERVICES};
use reqwest::header::HeaderName;
use serde_json::Value;

use super::{Ask, Case, Expect, Round};
use crate::screens::{Failure, SCREENS, Screen};

/// A documented header that lowers a screen's deadline, so that what hangs costs half a second and not one and a half.
const PATIENCE: (&str, &str) = ("x-request-timeout-ms", "500");

/// What a service does, the reason in `_meta.degraded`, and the problem of a screen that needs it.
const TROUBLES: [(Mode, &str, u16, &str); 4] = [
    (Mode::Fail(503), "unavailable", 502, "service_failed"),
    (Mode::Fail(500), "failed", 502, "service_failed"),
    (Mode::Hang, "timeout", 504, "service_timeout"),
    (Mode::Nonsense(Nonsense::OtherShape), "invalid_reply", 502, "service_failed"),
];

/// A round for each service and trouble. `normal` is what [`SCREENS`] say when all is well.
pub fn rounds(normal: &[Value]) -> Vec<Round> {
    let mut rounds = vec![empty_messages()];
    for service in SERVICES {
        for trouble in TROUBLES {
            let screens = SCREENS.iter().zip(normal);
            let cases = screens.filter_map(|(screen, normal)| case(screen, normal, service, trouble));
            rounds.push(Round { modes: vec![(service, trouble.0)], cases: cases.collect() });
        }
    }
    rounds
}

/// The screen while the service is in trouble; nothing if it doesn't use that service.
fn case(
    screen: &Screen,
    normal: &Value,
    service: &str,
    (mode, reason, status, code): (Mode, &str, u16, &'static str),
) -> Option<Case> {
    let hit: Vec<_> = screen.sections.iter().filter(|section| section.service == service).collect();
    if hit.is_empty() {
        return None;
    }
    let expect = if hit.iter().any(|section| section.failure == Failure::Fails) {
        Expect::problem(status, code)
    } else {
        let degraded = hit.iter().map(|section| format!("{} {reason}", section.name)).collect();
        screen.sections.iter().fold(Expect::degraded(degraded), |expect, section| {
            let value = match section.failure {
                Failure::Becomes(json) if section.service == service => {
                    serde_json::from_str(json).expect("SCREENS holds JSON")
                }
                // Whoever is not hit says what it always says.
                _ => normal[section.name].clone(),
            };
            expect.field(format!("/{}", section.name), value)
        })
    };
    let ask = Ask::of(screen).header(HeaderName::from_static(PATIENCE.0), PATIENCE.1);
    Some(Case::new(format!("{}: {service} {mode}", screen.path), ask, expect))
}

/// A gRPC message of no bytes is a valid one in proto3, and neither an order nor an invoice.
fn empty_messages() -> Round {
    let empty = Mode::Nonsense(Nonsense::Empty);
    let degraded = || Expect::degraded(vec!["invoice invalid_reply".to_owned()]);
    let failed = || Expect::problem(502, "service_failed");
    let case = |at: usize, what: &str, expect| {
        let screen = &SCREENS[at];
        Case::new(format!("{}: {what} is an empty message", screen.path), Ask::of(screen), expect)
    };
    Round {
        modes: vec![("orders.place", empty), ("invoices.of_order", empty)],
        cases: vec![
            case(2, "the invoice", degraded()),
            case(7, "the invoice", degraded()),
            case(3, "the placed order", failed()),
        ],
    }
}
