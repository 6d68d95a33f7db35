//! Where a key goes: from the client to us, and no further.

use bff_testkit::{KeysFile, keys::partner};

use super::{ORDERS, SUMMARY, start};

/// What a client could send beside its key to have it passed on.
const PASS_ON: [(&str, &str); 2] = [("connection", "x-api-key"), ("accept", "application/json")];

#[tokio::test]
async fn a_key_is_in_no_call_no_line_and_no_answer() {
    let file = KeysFile::new();
    let good = file.add(partner("acme-books", "acme"));
    let mut bad = good.clone();
    bad.replace_range(20..21, if &good[20..21] == "a" { "b" } else { "a" });
    let bff = start(&file).await;
    for (key, path, status) in [
        (&good, SUMMARY, 200),
        (&good, ORDERS, 200),
        (&good, "/partner/v1/orders?limit=0", 400),
        (&good, "/partner/v1/orders/ord-0000", 404),
        (&good, "/nowhere", 404),
        (&bad, SUMMARY, 401),
    ] {
        let session =
            PASS_ON.iter().fold(bff.with_key(key), |session, (name, value)| session.header(name, value));
        let reply = session.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", String::from_utf8_lossy(&reply.body));
        let answered = format!("{:?} {}", reply.headers, String::from_utf8_lossy(&reply.body));
        let lines = format!("{:?}", bff.log_lines(1).await);
        assert!(lines.contains("request_id"), "the control: there is a line");
        for said in [answered, lines] {
            // Half of it would be too much already.
            assert!(!said.contains(&key[9..27]) && !said.contains(&key[27..]), "{path}: {said}");
        }
    }
    let seen = bff.services.all_seen();
    assert!(seen.len() >= 4, "HTTP and gRPC services were called");
    for seen in seen {
        for (name, value) in &seen.headers {
            assert!(!name.contains("api") && !value.contains(&good[9..27]), "{} got {name}", seen.service);
        }
    }
}
