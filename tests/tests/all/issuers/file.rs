//! A key set in a file, which whoever mounts it may change.

use std::{env, fs, process};

use bff_testkit::{TestBff, TestIssuer};
use bff_tests::assert_problem;
use jsonwebtoken::Algorithm;

use super::{ask, fresh, refetch};

#[tokio::test]
async fn a_key_set_can_be_a_file() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    let path = env::temp_dir().join(format!("bff-keys-{}.json", process::id()));
    let write =
        || fs::write(&path, issuer.published().to_string()).expect("the temporary folder is writable");
    write();
    let key = format!("auth.issuers.{}.jwks_file", issuer.name());
    let builder = TestBff::with(bff_web::bff()).know(&issuer).set("auth.jwks_cooldown", "0s");
    let bff = builder.set(&key, path.display()).start().await;
    let old = issuer.sign(&bff.token("alice"));
    assert_eq!(ask(&bff, &old).await.status, 200);

    issuer.rotate();
    issuer.withdraw("key-1");
    write();
    assert_eq!(ask(&bff, &issuer.sign(&bff.token("alice"))).await.status, 200, "the new key is read");
    assert_problem(&ask(&bff, &old).await, 401, "invalid_token");

    fs::write(&path, "{").expect("the temporary folder is writable");
    refetch(&bff, &issuer).await;
    assert_eq!(ask(&bff, &issuer.sign(&fresh(&bff, 1))).await.status, 200, "half a file replaces nothing");
    fs::remove_file(&path).expect("it is there");
    assert_eq!(issuer.fetches(), 0);
}
