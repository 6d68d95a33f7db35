//! The list is a file.

use bff_testkit::{KeysFile, TextFile, keys::partner, token::now};
use bff_tests::{assert_problem, comes_true};
use jiff::Timestamp;

use super::*;

async fn start(file: &TextFile) -> TestBff {
    quick().set("auth.revoked.file", file.path().display()).start().await
}

#[tokio::test]
async fn a_token_a_session_or_a_caller_is_refused_from_now_on_and_others_are_not() {
    let file = TextFile::new();
    let bff = start(&file).await;
    let [phone, laptop] =
        [("t-1", "phone"), ("t-2", "laptop")].map(|(id, session)| token(&bff, "alice", id, session));
    let bob = token(&bff, "bob", "t-3", "phone");
    for token in [&phone, &laptop, &bob] {
        assert_eq!(status(&bff, token).await, 200, "the control: it is verified, and remembered");
    }
    for (entry, refused) in [
        ("token = \"t-1\"", [true, false, false]),
        ("session = \"laptop\"", [false, true, false]),
        ("subject = \"alice\"", [true, true, false]),
        ("session = \"phone\"\nissuer = \"https://login.example.test\"", [true, false, true]),
        ("subject = \"alice\"\nissuer = \"https://other.example.test\"", [false, false, false]),
    ] {
        file.write(&format!("[revoked.one]\n{entry}\n[revoked.mark]\nsubject = \"mark\""));
        let mark = token(&bff, "mark", "t-9", "desk");
        comes_true("the list is read", async || status(&bff, &mark).await == 401).await;
        for (token, refused) in [&phone, &laptop, &bob].into_iter().zip(refused) {
            let reply = bff.with_token(token).get(OVERVIEW).await;
            if refused {
                assert_problem(&reply, 401, "invalid_token");
            } else {
                assert_eq!(reply.status, 200, "{entry}");
            }
        }
        file.write("");
        comes_true("who is taken off the list is let in", async || status(&bff, &mark).await != 401).await;
    }
}

#[tokio::test]
async fn whoever_signs_in_again_is_let_in() {
    let at = Timestamp::from_second(i64::try_from(now() - 60).expect("in range")).expect("a time");
    let file = TextFile::new();
    file.write(&format!("[revoked.alice]\nsubject = \"alice\"\nissued_before = {at}"));
    let bff = start(&file).await;
    let old = bff.token("alice").claim("iat", now() - 61).sign();
    assert_problem(&bff.with_token(&old).get(OVERVIEW).await, 401, "invalid_token");
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn a_slip_in_the_file_lets_nobody_in_again() {
    let file = TextFile::new();
    file.write("[revoked.alice]\nsubject = \"alice\"");
    let bff = start(&file).await;
    for broken in ["[revoked.alice", "[revoked.alice]\nsubjekt = \"alice\"", "[revoked.alice]"] {
        file.write(broken);
        for _ in 0..20 {
            assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 401, "{broken}");
        }
    }
    // That it was looked at meanwhile shows when it is good again.
    file.write("");
    comes_true("a good file counts", async || bff.as_user("alice").get(OVERVIEW).await.status == 200).await;
}

#[tokio::test]
async fn the_holder_of_a_key_can_be_revoked_too() {
    let (keys, file) = (KeysFile::new(), TextFile::new());
    let (books, music) = (keys.add(partner("acme-books", "acme")), keys.add(partner("acme-music", "acme")));
    file.write("[revoked.books]\nsubject = \"acme-books\"");
    let bff = TestBff::with(bff_partner::bff())
        .keys(&keys)
        .set("auth.revoked.file", file.path().display())
        .start()
        .await;
    assert_problem(&bff.with_key(&books).get("/partner/v1/summary").await, 401, "invalid_api_key");
    assert_eq!(bff.with_key(&music).get("/partner/v1/summary").await.status, 200);
}

#[tokio::test]
async fn a_bad_file_is_an_error_at_the_start() {
    let file = TextFile::new();
    file.write("[revoked.one]\nsubject = \"alice\"\ntoken = \"t-1\"\n[revoked.two]\n[revoked.three]\nuser = \"alice\"");
    let sources =
        bff_web::bff().builtin_config().with_override("auth.revoked.file", file.path().display().to_string());
    let error = bff_web::bff().check(&sources).expect_err("it is bad").to_string();
    for said in ["revoked.one", "revoked.two", "revoked.three.user", "one of token, subject or session"] {
        assert!(error.contains(said), "{said}: {error}");
    }
    assert!(error.contains(&file.path().display().to_string()), "{error}");
}
