//! The provider as a process of a test's own, which ends with it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc-provider");

pub(super) struct Provider {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Its issuers, by algorithm.
    pub(super) issuers: BTreeMap<String, String>,
}

impl Provider {
    pub(super) fn start() -> Self {
        let mut child = Command::new("node")
            .arg("server.js")
            .current_dir(FOLDER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It warns of what a provider for tests need not have.
            .stderr(Stdio::null())
            .spawn()
            .expect("Node.js, which `just _oidc` looks for");
        let commands = child.stdin.take().expect("it is piped");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut provider = Self { child, commands, answers, issuers: BTreeMap::new() };
        let issuers = provider.answer();
        provider.issuers = serde_json::from_str(&issuers).expect("its issuers");
        provider
    }

    /// Tells it to `rotate` or `withdraw`, and waits until it has.
    pub(super) fn tell(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("it reads");
        assert_eq!(self.answer(), "done\n");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it writes text");
        assert!(!line.is_empty(), "the provider ended; `just _oidc` installs what it needs");
        line
    }

    /// An access token for the web BFF (RFC 6749, section 4.4; RFC 8707). A BFF has been started by then, and with it TLS.
    pub(super) async fn token(&self, algorithm: &str) -> String {
        let url = format!("{}/token", self.issuers[algorithm]);
        let form = "grant_type=client_credentials&resource=urn:bff:web&scope=orders:read";
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.post(url).basic_auth("alice", Some("a-secret-that-everybody-knows"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        #[expect(clippy::disallowed_methods, reason = "a test is a client of the provider")]
        let reply = request.send().await.expect("it answers");
        let text = reply.text().await.expect("its answer is whole");
        let reply: Value = serde_json::from_str(&text).expect("JSON");
        reply["access_token"].as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
