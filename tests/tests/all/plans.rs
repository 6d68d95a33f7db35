//! `just plan`: what is noted is what runs, and every screen's calls fit into its deadline.

use std::time::Duration;

use bff_core::plan::ScreenPlan;
use bff_testkit::plan;

async fn plan_of(bff: bff_core::bff::Bff, route: &str) -> ScreenPlan {
    let planned = plan::of(bff).await.into_iter().find(|planned| planned.route == route);
    planned.expect("the route is there").plan.expect("its example is answered")
}

#[tokio::test]
async fn every_screen_has_an_example_and_fits_into_its_deadline() {
    for bff in [bff_web::bff(), bff_mobile::bff(), bff_partner::bff()] {
        let name = bff.name();
        for screen in plan::of(bff).await {
            match screen.plan {
                Ok(plan) => assert!(!plan.is_over(), "{name}: {plan}"),
                Err(problem) => panic!("{name}: {}: {problem}", screen.route),
            }
        }
    }
}

#[tokio::test]
async fn calls_that_are_made_from_an_answer_come_after_it() {
    let plan = plan_of(bff_web::bff(), "GET /api/orders/{id}").await;
    let mut calls: Vec<_> = plan.calls.iter().map(|call| (call.operation, call.after.clone())).collect();
    calls.sort();
    assert_eq!(
        calls,
        [("invoices.of_order", vec![0]), ("orders.get", vec![]), ("users.get", vec![0])],
        "{plan}"
    );
    assert_eq!((plan.worst_case(), plan.most_attempts()), (Duration::from_millis(1200), 6));

    let plan = plan_of(bff_web::bff(), "GET /api/dashboard/overview").await;
    assert!(plan.calls.iter().all(|call| call.after.is_empty()), "{plan}");
    assert_eq!((plan.worst_case(), plan.calls.len()), (Duration::from_secs(1), 3));
}

#[tokio::test]
async fn a_write_is_planned_with_one_attempt() {
    let plan = plan_of(bff_web::bff(), "POST /api/orders").await;
    assert_eq!(plan.calls.iter().map(|call| call.attempts).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn the_settings_are_those_that_run() {
    let sources = bff_web::bff()
        .builtin_config()
        .with_override("services.orders.operations.get.timeout", "900ms")
        .with_override("services.orders.operations.get.attempts", "2")
        .with_override("services.invoices.hedge.enabled", "true");
    let screens = plan::with(bff_web::bff(), sources).await;
    let screen = screens.into_iter().find(|screen| screen.route == "GET /api/orders/{id}");
    let plan = screen.expect("the route is there").plan.expect("its example is answered");
    assert_eq!((plan.worst_case(), plan.most_attempts()), (Duration::from_millis(1500), 3 + 3 + 2));
    assert!(plan.is_over() && plan.to_string().contains("OVER"), "{plan}");
}
