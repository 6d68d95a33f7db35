//! A collector behind TLS: its certificate must be one of the authorities that are configured.

use std::{net::SocketAddr, sync::Arc};

use bff_testkit::TextFile;
use bff_tests::until;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

use super::*;

/// Takes TLS from whoever comes, and passes what is in it on to the collector.
struct Terminator {
    url: String,
    authority: String,
    _passing: JoinSet<()>,
}

impl Terminator {
    async fn before(collector: SocketAddr) -> Self {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let key = own.signing_key.serialize_der().try_into().expect("a key");
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let mut config = builder.with_single_cert(vec![own.cert.der().clone()], key).expect("they fit");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let mut passing = JoinSet::new();
        passing.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                open.spawn(async move {
                    let Ok(mut tls) = acceptor.accept(stream).await else { return };
                    let mut plain = TcpStream::connect(collector).await.expect("the collector listens");
                    let _ = copy_bidirectional(&mut tls, &mut plain).await;
                });
            }
        });
        Self { url, authority: own.cert.pem(), _passing: passing }
    }
}

#[tokio::test]
async fn spans_go_to_a_collector_whose_authority_is_known_and_to_no_other() {
    let collector = Collector::start();
    let (known, unknown) =
        (Terminator::before(collector.address()).await, Terminator::before(collector.address()).await);
    let file = TextFile::new();
    file.write(&known.authority);
    for (terminator, believed) in [(&known, true), (&unknown, false)] {
        let builder = traced(&collector).set("traces.endpoint", &terminator.url);
        let bff = builder.set("traces.ca_file", file.path().display()).start().await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        let counts = || bff.running().spans().expect("spans go somewhere");
        until("they are there or given up", || counts().exported + counts().failed == 10).await;
        assert_eq!(counts().exported == 10, believed);
        let id = reply.header("x-request-id");
        let is_there = collector.spans().iter().any(|span| span.text("bff.request_id") == id);
        assert_eq!(is_there, believed);
    }
}
