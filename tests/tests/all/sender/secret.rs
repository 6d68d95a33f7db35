//! `sender = "secret"`: who has it is believed, and it can be changed without a failed call.

use bff_testkit::{Accepts, MockServices};

use super::*;

/// From now on, the services of the overview accept these.
fn accept(services: &MockServices, secrets: &[&str]) {
    for service in SERVICES {
        services.requires_sender(service, Accepts::secrets(secrets.iter().copied()));
    }
}

#[tokio::test]
async fn who_has_it_is_believed_over_http_and_grpc() {
    let bff = web("secret").set("sender.secret", SECRET).start().await;
    accept(&bff.services, &[SECRET]);
    assert!(is_believed(&bff).await);
    for seen in bff.services.all_seen() {
        assert_eq!(seen.header_values("x-internal-secret").collect::<Vec<_>>(), [SECRET], "{}", seen.service);
        assert_eq!(seen.header("x-internal-token"), None);
    }
    assert_eq!(bff.services.all_seen().len(), 3);
}

/// Control: the services do refuse.
#[tokio::test]
async fn who_has_none_or_another_is_refused_by_each_service() {
    for bff in [web("none").start().await, web("secret").set("sender.secret", NEXT_SECRET).start().await] {
        accept(&bff.services, &[SECRET]);
        assert!(!is_believed(&bff).await);
        let lines = bff.log_lines(1).await;
        assert!(lines[0].to_string().contains("unauthenticated"), "{}", lines[0]);
        for service in SERVICES {
            bff.services.requires_sender(service, Accepts::secrets([SECRET, NEXT_SECRET]));
        }
        let is_shown = bff.services.all_seen()[0].header("x-internal-secret").is_some();
        assert_eq!(is_believed(&bff).await, is_shown, "with another one once that is accepted");
    }
}

/// A client that guesses well is still a client: what it sends goes no further, and ours goes alone.
#[tokio::test]
async fn a_clients_own_goes_nowhere() {
    for (sender, sent) in [("none", vec![]), ("secret", vec![SECRET])] {
        let bff = web(sender).set("sender.secret", SECRET).start().await;
        let forged =
            bff.as_user("alice").header("X-Internal-Secret", NEXT_SECRET).header("x_internal_secret", SECRET);
        assert_eq!(forged.get(OVERVIEW).await.status, 200);
        for seen in bff.services.all_seen() {
            assert_eq!(seen.header_values("x-internal-secret").collect::<Vec<_>>(), sent);
            assert!(!seen.headers.iter().any(|(name, _)| name.contains('_')));
        }
    }
}

#[tokio::test]
async fn it_is_changed_in_three_steps_without_a_refusal() {
    let services = MockServices::start().await;
    let with = |secret: &'static str| {
        SERVICES.iter().fold(web("secret").set("sender.secret", secret), |web, service| {
            web.set(&format!("services.{service}.url"), services.url(service))
        })
    };
    let before = with(SECRET).start().await;
    let after = with(NEXT_SECRET).set("sender.previous_secret", SECRET).start().await;
    let both = async || (is_believed(&before).await, is_believed(&after).await);
    accept(&services, &[SECRET]);
    assert_eq!(both().await, (true, false), "control: the new one is not known yet");
    accept(&services, &[SECRET, NEXT_SECRET]);
    assert_eq!(both().await, (true, true), "while both are accepted, instances change one by one");
    accept(&services, &[NEXT_SECRET]);
    assert_eq!(both().await, (false, true), "control: the old one is worth nothing any more");
    let sent_by_after =
        services.all_seen().into_iter().filter(|seen| seen.header("x-internal-secret") == Some(SECRET));
    assert_eq!(sent_by_after.count(), before_calls(&services), "the previous one is never sent");
}

/// The calls of the instance before the change: half of all, since both asked in turn.
fn before_calls(services: &MockServices) -> usize {
    services.all_seen().len() / 2
}
