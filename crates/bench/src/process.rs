//! Child processes: started with nothing but their own environment, waited for, and ended by their id.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long a program may take until it is ready.
const STARTING: Duration = Duration::from_secs(10);

/// How much of a program's stderr is kept.
const TAIL: usize = 4096;

/// A binary of this workspace and how to run it.
pub struct Program {
    /// The package that has it.
    pub package: &'static str,
    /// Its name.
    pub binary: &'static str,
    /// The file itself, where it was not built beside the runner.
    pub file: Option<PathBuf>,
    /// The profile of Cargo.toml that it is built with, where that is not the runner's own.
    pub profile: Option<&'static str>,
    /// Its command line.
    pub arguments: Vec<String>,
    /// All that it gets: the runner's own environment stays with the runner, proxies and log levels included.
    pub env: Vec<(String, String)>,
    /// How to see that it is ready.
    pub ready: Probe,
}

/// How to see that a program is ready.
pub enum Probe {
    /// It accepts connections.
    Connects(SocketAddr),
    /// It answers a GET with 200.
    Answers(SocketAddr, &'static str),
}

impl Probe {
    async fn passes(&self) -> bool {
        match self {
            Self::Connects(address) => TcpStream::connect(address).await.is_ok(),
            Self::Answers(address, path) => get(*address, path).await.is_ok(),
        }
    }
}

/// The body of a short reply to a GET.
#[expect(clippy::disallowed_methods, reason = "a load generator serves no requests")]
pub async fn get(address: SocketAddr, path: &str) -> Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut reply = vec![0; 4096];
        let read = stream.read(&mut reply).await?;
        let reply = String::from_utf8_lossy(&reply[..read]);
        ensure!(reply.starts_with("HTTP/1.1 200"), "{path} answered {reply}");
        Ok(reply.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned())
    };
    timeout(Duration::from_secs(1), exchange).await.with_context(|| format!("{path} did not answer"))?
}

/// A program that runs until this is dropped.
pub struct Running {
    child: Child,
    tail: Tail,
}

impl Running {
    /// Starts it and waits until it is ready.
    pub async fn start(program: &Program) -> Result<Self> {
        let beside = std::env::current_exe()?.with_file_name(program.binary);
        let target = beside.parent().and_then(Path::parent);
        let binary = match (&program.file, program.profile, target) {
            (Some(file), _, _) => file.clone(),
            (None, Some(profile), Some(target)) => target.join(profile).join(program.binary),
            _ => beside,
        };
        let mut child = Command::new(&binary)
            .args(&program.arguments)
            .env_clear()
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let tail = Tail::of(child.stderr.take().context("stderr is piped")?);
        let mut running = Self { child, tail };
        let deadline = Instant::now() + STARTING;
        while !program.ready.passes().await {
            let problem = match running.child.try_wait()? {
                Some(status) => format!("ended ({status}) before it was ready"),
                None if Instant::now() > deadline => format!("was not ready after {STARTING:?}"),
                None => {
                    sleep(Duration::from_millis(20)).await;
                    continue;
                }
            };
            sleep(Duration::from_millis(50)).await; // its last words may still be on their way
            bail!("{} {problem}; its stderr ends with\n{}", program.binary, running.tail.text().trim_end());
        }
        Ok(running)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to stderr last.
    pub fn last_words(&self) -> String {
        self.tail.text()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It holds nothing that is worth a drain, and it may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The end of what a child writes: read to the last, so that it never blocks on a full pipe.
struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let tail = Self(Arc::clone(&kept));
        std::thread::spawn(move || {
            let mut bytes = [0; TAIL];
            while let Ok(read @ 1..) = source.read(&mut bytes) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&bytes[..read]);
                let excess = kept.len().saturating_sub(TAIL);
                kept.drain(..excess);
            }
        });
        tail
    }

    fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Builds a program when cargo started us: `cargo run` builds only the runner.
pub fn build(program: &Program) -> Result<()> {
    if program.file.is_some() || std::env::var_os("CARGO_MANIFEST_DIR").is_none() {
        return Ok(());
    }
    let cargo = std::env::var_os("CARGO");
    let mut command = Command::new(cargo.as_deref().unwrap_or(OsStr::new("cargo")));
    command.args(["build", "--quiet", "--package", program.package, "--bin", program.binary]);
    match program.profile {
        Some(profile) => _ = command.args(["--profile", profile]),
        None if !cfg!(debug_assertions) => _ = command.arg("--release"),
        None => {}
    }
    ensure!(command.status()?.success(), "{} does not build", program.binary);
    Ok(())
}
