//! What a Redis is told and shown, and whom it is believed to be. How a link goes on without it, the tests of its users say.

use std::time::Duration;

use bff_redis_server::Redis as Server;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::*;
use crate::config::RedisConfig;

fn config(url: &str) -> RedisConfig {
    RedisConfig { url: Some(url.into()), timeout: Duration::from_millis(20), ..RedisConfig::default() }
}

/// An authority that no system knows.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key pair");
    CertifiedIssuer::self_signed(params, key).expect("an authority")
}

/// A Redis with a password, and a certificate of this authority for this name.
fn server(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> Server {
    let key = KeyPair::generate().expect("a key pair");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    Server::with().password("rightpassword").tls(&certificate.pem(), &key.serialize_pem()).start()
}

async fn connect(url: &str, ca: Option<&CertifiedIssuer<'static, KeyPair>>) -> Result<(), String> {
    let ca = ca.map(|authority| authority.pem().into_bytes());
    let redis = Redis::new(&RedisConfig { ca, ..config(url) }).expect("an address");
    redis.connect().await.map(drop)
}

#[tokio::test]
async fn its_certificate_is_believed_if_a_stated_authority_signed_it() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (ours, other) = (authority(), authority());
    let server = server(&ours, "127.0.0.1");
    let url = server.url();
    assert!(url.starts_with("rediss://"));
    assert_eq!(connect(&url, Some(&ours)).await, Ok(()));
    // The system does not know the authority, and the other one did not sign it.
    for ca in [None, Some(&other)] {
        let fault = connect(&url, ca).await.expect_err("it is not believed");
        assert!(fault.contains("certificate") && !fault.contains("rightpassword"), "{fault}");
    }
    let wrong = url.replace("rightpassword", "wrongpassword");
    let fault = connect(&wrong, Some(&ours)).await.expect_err("it is the wrong one");
    assert_eq!(fault, "it refuses the user or the password");
    // Whoever does not speak TLS is not let in.
    let plain = url.replace("rediss://", "redis://");
    assert!(connect(&plain, None).await.is_err());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let ours = authority();
    let server = server(&ours, "redis.internal");
    let fault = connect(&server.url(), Some(&ours)).await.expect_err("it is another's");
    assert!(fault.contains("certificate"), "{fault}");
}

/// One that does not know a command quotes it, and the password with it.
#[test]
fn what_redis_says_itself_is_not_logged() {
    let kind = redis::ErrorKind::Server(redis::ServerErrorKind::ResponseError);
    let quoted = "unknown command 'AUTH', with args beginning with: 'secretword'".to_owned();
    for (error, said) in [
        ((kind, "it said", quoted.clone()).into(), "it answers ERR"),
        ((redis::ErrorKind::Extension, "secretword", quoted).into(), "it answers with an error"),
    ] {
        assert_eq!(describe(&error), said);
    }
}

#[test]
fn an_address_that_is_none_shows_nothing() {
    let config = config("redis://:secretword@host/db");
    let error = Redis::new(&config).expect_err("it is none");
    assert_eq!(error, "redis.url: invalid client config");
    assert!(!format!("{config:?}").contains("secretword"));
}

#[test]
fn what_is_sent_does_not_wait_for_more() {
    let redis = Redis::new(&config("redis://host")).expect("it is one");
    assert!(redis.client().get_connection_info().tcp_settings().nodelay());
}
