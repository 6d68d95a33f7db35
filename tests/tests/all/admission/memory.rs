//! `admission.memory_limit` and `memory_percent`.

use bff_core::routes::Priority;

use super::*;

#[tokio::test]
async fn without_memory_only_critical_requests_are_served() {
    let bff = bff().set("admission.memory_limit", "1MiB").start().await;
    for _ in 0..5 {
        assert_refusal(&bff.anonymous().get(PAGE).await);
        assert_refusal(&bff.anonymous().get(BADGE).await);
        assert_eq!(status(&bff, PAYS).await, 200);
    }
    let view = bff.running().admission();
    let memory = view.memory.as_ref().expect("the system tells");
    assert!(memory.used > memory.limit && memory.limit == 1 << 20, "{memory:?}");
    assert_eq!(view.total(Priority::Normal).refused_memory, 5);
    assert_eq!(view.total(Priority::Sheddable).refused_memory, 5);
    assert_eq!(view.total(Priority::Critical).refused(), 0);
}

/// Control: as much is used.
#[tokio::test]
async fn with_memory_all_are_served() {
    for (limit, percent) in [("1024GiB", 85), ("1MiB", 100)] {
        let bff = bff().set("admission.memory_limit", limit).set("admission.memory_percent", percent);
        let bff = bff.start().await;
        for path in [PAYS, PAGE, BADGE] {
            assert_eq!(status(&bff, path).await, 200, "{path} with {limit} at {percent} %");
        }
    }
}
