//! `just plan`: an N+1 is shown as one, whatever the fixture has, and a batch as the one call that it is.

use bff_core::plan::{Each, ScreenPlan};
use bff_testkit::plan;

use super::bff;

async fn plan_of(route: &str, batch: bool) -> ScreenPlan {
    let sources = bff().builtin_config().with_override("services.orders.timeout", "600ms");
    let sources = ["users.operations.public_profiles", "invoices.operations.of_orders"]
        .into_iter()
        .fold(sources, |sources, operation| {
            sources.with_override(format!("services.{operation}.batch"), batch.to_string())
        });
    let planned = plan::with(bff(), sources).await.into_iter().find(|planned| planned.route == route);
    planned.expect("the route is there").plan.expect("its example is answered")
}

/// Operation, what it comes after and what `.each` has to do with it.
fn rows(plan: &ScreenPlan) -> Vec<(&'static str, Vec<usize>, Each)> {
    plan.calls.iter().map(|call| (call.operation, call.after.clone(), call.each)).collect()
}

#[tokio::test]
async fn a_call_for_each_item_is_an_n_plus_one_even_of_one_item() {
    let plan = plan_of("GET /invoices-one-by-one", true).await;
    let calls = [
        ("orders.recent", vec![], Each::Once),
        ("users.get", vec![0], Each::Alone),
        ("invoices.of_order", vec![1], Each::Alone),
    ];
    assert_eq!(rows(&plan), calls, "and so is a call that is made from its answer");
    let text = plan.to_string();
    assert!(text.contains("   N+1: one call for each item; a batch operation would be one call\n"), "{text}");
}

#[tokio::test]
async fn a_batch_is_one_call_after_those_that_its_keys_come_from() {
    let plan = plan_of("GET /invoices", true).await;
    let orders = ("orders.recent", vec![], Each::Once);
    assert_eq!(rows(&plan), [orders.clone(), ("invoices.of_orders", vec![0], Each::Together(100))]);
    assert!(!plan.to_string().contains("N+1") && !plan.to_string().contains("each("), "{plan}");

    let plan = plan_of("GET /invoices", false).await;
    let alone = ("invoices.of_orders", vec![0], Each::Alone);
    assert_eq!(rows(&plan), [orders, alone.clone(), alone], "as it is with batch = false");
    assert!(
        plan.to_string().contains("→ invoices.of_orders × 2") && plan.to_string().contains("N+1"),
        "{plan}"
    );
}

#[tokio::test]
async fn a_limit_below_that_of_a_batch_is_said() {
    let plan = plan_of("GET /people-eight-at-once", true).await;
    assert_eq!(rows(&plan), [("users.public_profiles", vec![], Each::Together(8))]);
    let text = plan.to_string();
    assert!(text.contains("   one call for 8 items: .each(8, …) asks for no more at once\n"), "{text}");
    let plan = plan_of("GET /people", true).await;
    assert!(!plan.to_string().contains("each("), "{plan}");
}

#[tokio::test]
async fn what_comes_after_a_batch_is_made_once_again() {
    let plan = plan_of("GET /sellers", true).await;
    let mut rows = rows(&plan);
    let last =
        rows.iter().position(|(operation, after, _)| *operation == "orders.recent" && !after.is_empty());
    let last = rows.remove(last.expect("the call that is made of the list"));
    // The two first calls are answered in any order; their keys may then be of one turn or of two.
    let batches: Vec<_> =
        rows.iter().filter(|(operation, ..)| *operation == "users.public_profiles").collect();
    assert!(batches.len() == 1 || batches.len() == 2, "{plan}");
    let before: Vec<_> = batches.iter().flat_map(|(_, after, _)| after.clone()).collect();
    assert_eq!(before.iter().copied().collect::<std::collections::BTreeSet<_>>(), [0, 1].into(), "{plan}");
    assert_eq!(last.2, Each::Once, "what is made of the list is no N+1");
    assert!(last.1.iter().all(|before| *before >= 2), "{plan}");
}
