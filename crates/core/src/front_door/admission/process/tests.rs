//! What the workers of a process have in common.

use super::*;

fn config() -> AdmissionConfig {
    // A gigabyte of gigabytes: no test may depend on what its machine has left.
    AdmissionConfig { max_in_flight: 1, memory_limit: Some(1 << 60), ..AdmissionConfig::default() }
}

#[test]
fn refused_sheddable_requests_are_no_reason_to_leave() {
    let admission = Admission::new(&config(), 2);
    let worker = admission.worker(1).expect("it is on");
    let _place = worker.admit(Priority::Normal).expect("there is a place");
    assert!(worker.admit(Priority::Sheddable).is_err());
    assert_eq!(admission.refused(), 0);
    assert!(worker.admit(Priority::Normal).is_err() && worker.admit(Priority::Critical).is_err());
    assert_eq!(admission.refused(), 2);
    let view = admission.view();
    assert_eq!((view.workers[0].in_flight, view.workers[1].in_flight), (0, 1));
    assert_eq!(view.total(Priority::Sheddable).refused_in_flight, 1);
    let json = serde_json::to_value(&view).expect("it is plain data");
    assert_eq!(json["workers"][1]["normal"]["admitted"], 1);
    assert_eq!(json["workers"][1]["limit"], serde_json::Value::Null);
}

#[tokio::test]
async fn switched_off_it_refuses_and_follows_nothing() {
    let config = AdmissionConfig { enabled: false, memory_limit: Some(1), ..config() };
    let admission = Arc::new(Admission::new(&config, 1));
    assert!(admission.worker(0).is_none());
    Arc::clone(&admission).watch(0).await;
    Arc::clone(&admission).follow().await;
    let view = admission.view();
    assert!(view.ready && !view.enabled && view.memory.is_none());
}
