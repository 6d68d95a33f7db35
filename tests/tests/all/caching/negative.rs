//! "No such thing" is kept for a second where the client declares how long answers are good for, over HTTP and gRPC.

use bff_tests::within;

use super::*;

const MISSING: [(&str, &str); 2] =
    [("/people/declared/mallory", "users.get"), ("/orders/declared/ord-0", "orders.get")];

async fn missing(bff: &TestBff, path: &str) {
    assert_eq!(bff.as_user("alice").get(path).await.degraded(), reasons(&[("one", "not_found")]), "{path}");
}

#[tokio::test]
async fn it_is_kept_for_a_second() {
    let bff = exact(tiny()).start().await;
    for (path, operation) in MISSING {
        let began = std::time::Instant::now();
        missing(&bff, path).await;
        within(MINUTE, "a second passes", async {
            while bff.services.count(operation) == 1 {
                missing(&bff, path).await;
            }
        })
        .await;
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(5), "{path}: {took:?}");
        let service = operation.split('.').next().unwrap_or_default();
        assert!(bff.running().calls(service).is_some_and(|calls| calls.kept() > 0), "control");
    }
}

#[tokio::test]
async fn it_is_not_kept_where_nobody_declares_anything_or_the_service_forbids_it() {
    let bff = exact(tiny()).start().await;
    for (declared, operation) in MISSING {
        for times in 1..4 {
            missing(&bff, &declared.replace("declared", "plain")).await;
            assert_eq!(bff.services.count(operation), times, "{declared}");
        }
        bff.services.clear();
        bff.services.says(operation, "no-store");
        for times in 1..4 {
            missing(&bff, declared).await;
            assert_eq!(bff.services.count(operation), times, "{declared}");
        }
    }
}
