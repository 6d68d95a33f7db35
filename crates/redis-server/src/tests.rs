//! The server does what tests rely on.

use std::{
    panic,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use nix::sys::signal::kill;

use super::{answer::Door, *};

#[test]
fn it_answers_and_counts() {
    let redis = Redis::start();
    assert_eq!(redis.run(["SET", "b", "1"]), Answer::Bytes(b"OK".to_vec()));
    assert_eq!(redis.run(["INCR", "b"]).integer(), 2);
    assert_eq!(redis.run([b"SET".as_slice(), b"a", b"\r\n\0\xff"]).text(), "OK");
    assert_eq!(redis.run(["GET", "a"]).bytes(), b"\r\n\0\xff");
    assert_eq!(redis.run(["GET", "none"]), Answer::Nil);
    assert_eq!(redis.keys(), ["a", "b"]);
    assert_eq!((redis.calls("set"), redis.calls("GET"), redis.calls("del")), (2, 2, 0));
}

#[test]
fn it_starts_again_on_its_port_with_nothing_in_it() {
    let redis = Redis::start();
    redis.run(["SET", "a", "1"]);
    let url = redis.url();
    redis.stop();
    assert!(answer::ask(&Door::Port(redis.port()), None, ["PING"]).is_err());
    redis.restart();
    assert_eq!((redis.keys(), redis.url()), (Vec::<String>::new(), url));
}

#[test]
fn it_hangs_while_it_is_paused() {
    let redis = Redis::start();
    redis.pause();
    let (told, answer) = mpsc::channel();
    let port = redis.port();
    // The kernel takes the connection; what stands still reads nothing from it.
    let asking = thread::spawn(move || told.send(answer::ask(&Door::Port(port), None, ["PING"])));
    assert_eq!(answer.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));
    redis.resume();
    assert_eq!(answer.recv(), Ok(Ok(Answer::Bytes(b"PONG".to_vec()))));
    asking.join().expect("no panic").expect("somebody listens");
}

#[test]
fn it_asks_for_its_password_and_keeps_to_its_memory() {
    let redis = Redis::with().password("letmein").max_memory("2mb").start();
    assert_eq!(redis.url(), format!("redis://:letmein@127.0.0.1:{}", redis.port()));
    assert!(
        answer::ask(&Door::Port(redis.port()), None, ["PING"]).is_err_and(|said| said.starts_with("NOAUTH"))
    );
    assert_eq!(redis.run(["CONFIG", "GET", "maxmemory"]).list()[1].text(), (2 << 20).to_string());
}

#[test]
fn nothing_is_left_of_it() {
    let redis = Redis::start();
    let (pid, folder) =
        redis.lock().as_ref().map(|process| (process.pid(), process.folder().to_owned())).expect("it runs");
    assert!(kill(pid, None).is_ok() && folder.exists());
    redis.pause();
    drop(redis);
    assert!(kill(pid, None).is_err() && !folder.exists());
}

#[test]
fn an_error_is_a_panic_with_its_text() {
    let redis = Redis::start();
    let answered = panic::catch_unwind(panic::AssertUnwindSafe(|| redis.run(["NONSENSE"])));
    let panic = answered.expect_err("an error is no answer");
    assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("ERR unknown command")));
}

#[test]
fn with_tls_it_answers_nobody_else_but_tests() {
    let pair = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, key) = (pair.cert.pem(), pair.signing_key.serialize_pem());
    let redis = Redis::with().password("letmein").tls(&certificate, &key).start();
    assert_eq!(redis.url(), format!("rediss://:letmein@127.0.0.1:{}", redis.port()));
    assert!(answer::ask(&Door::Port(redis.port()), None, ["PING"]).is_err());
    assert_eq!(redis.run(["PING"]).text(), "PONG");
}
