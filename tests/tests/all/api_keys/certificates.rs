//! A certificate is what the listener has verified. What a header tells of one is nothing.

use bff_testkit::TestBff;
use bff_tests::assert_problem;

use super::SUMMARY;

const SUBJECT: &str = "spiffe://acme.example/books";

#[tokio::test]
async fn no_header_is_a_certificate() {
    let bff = TestBff::with(bff_partner::bff())
        .set("auth.certificates.acme-books.subject", SUBJECT)
        .set("auth.certificates.acme-books.account", "acme")
        .set("auth.certificates.acme-books.scopes", "[\"reports:read\"]")
        .start()
        .await;
    for (name, value) in [
        ("X-Client-Cert", SUBJECT.to_owned()),
        ("X-Client-Cert", "-----BEGIN CERTIFICATE----- MIIB".to_owned()),
        ("X-Forwarded-Client-Cert", format!("Hash=00;URI={SUBJECT}")),
        ("X-SSL-Client-S-DN", "CN=acme-books".to_owned()),
        ("X-SSL-Client-Verify", "SUCCESS".to_owned()),
        ("X-Amzn-Mtls-Clientcert-Subject", SUBJECT.to_owned()),
        ("Client-Cert", ":MIIB:".to_owned()),
        ("Client-Cert-Chain", ":MIIB:".to_owned()),
    ] {
        let reply = bff.anonymous().header(name, value).get(SUMMARY).await;
        assert_problem(&reply, 401, "missing_token");
    }
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(bff.as_partner("alice", "acme").get(SUMMARY).await.status, 200, "the control");
}
