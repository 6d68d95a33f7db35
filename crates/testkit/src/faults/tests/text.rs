//! Faults as text, and what can't be set.

use crate::{Fault, MockServices, Mode};

#[test]
fn a_fault_reads_and_displays_as_the_same_text() {
    for fault in Fault::ALL.iter().copied() {
        let text = Mode::from(fault).to_string();
        assert_eq!(text.parse::<Mode>().unwrap(), Mode::Fault(fault), "{text}");
        assert_eq!(format!("fault:{}", fault.name()).parse::<Mode>().unwrap(), Mode::Fault(fault));
        assert!(Mode::forms().contains(&fault.to_string()), "{fault}");
    }
    for text in ["retry-after:429:2500ms", "redirect-elsewhere:308", "flapping:300ms:1s", "stalls:2:5s"] {
        assert_eq!(Fault::parse(text).unwrap().to_string(), text);
    }
    let wrong = ["", "refused", "refuse:1", "trickle:", "trickle:5", "retry-after:200:1s", "retry-after:503"];
    for text in wrong.iter().chain(&["redirect-elsewhere:200", "flapping:1s", "stalls:0:1s", "stalls:1s"]) {
        assert!(Fault::parse(text).is_none(), "{text}");
    }
}

#[test]
fn names_are_of_one_fault_each() {
    let mut names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Fault::ALL.len());
}

#[tokio::test]
async fn what_a_target_can_not_have_is_refused_with_what_to_write() {
    let services = MockServices::start().await;
    let refused = |target: &str, fault: Fault| services.try_set(target, fault).unwrap_err().to_string();
    assert_eq!(
        refused("orders.get", Fault::ResetMidBody),
        "`fault:reset-mid-body` is of the whole service: set it on `orders` and not on `orders.get`"
    );
    assert_eq!(refused("users", Fault::GoAway), "`fault:go-away` is of grpc only, and `users` speaks http");
    assert_eq!(
        refused("invoices.list", Fault::RedirectLoop),
        "`fault:redirect-loop` is of http only, and `invoices` speaks grpc"
    );
    assert!(refused("nobody", Fault::Refuse).contains("no service or operation `nobody`"));
    assert!(services.modes().iter().all(|(_, mode)| *mode == Mode::Ok));
}

#[tokio::test]
#[should_panic(expected = "`fault:refuse` lasts until it is ended")]
async fn a_fault_of_connections_is_not_of_the_next_call() {
    MockServices::start().await.next("orders", [Fault::Refuse]);
}
