//! A BFF as a program of its own, and every byte that it writes.

use std::{
    io::Read,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::child::VARIABLE;

/// Far more than a start takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A BFF that runs, until it is told to leave.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Starts it with these variables, and waits until it answers.
    pub(crate) fn start(program: &Path, environment: &[(String, String)]) -> Result<Self> {
        let (address, admin) = (free_address()?, free_address()?);
        let mut command = command(program, environment);
        command.env("BFF_SERVER__LISTEN", address.to_string()).env("BFF_ADMIN__LISTEN", admin.to_string());
        command.env("BFF_SERVER__WORKERS", "1").env("BFF_DRAIN__NOTICE", "0s");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let output = Arc::default();
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        let readers = pipes.into_iter().flatten().map(|pipe| read(pipe, &output)).collect();
        let mut started = Self { child, address, admin, output, readers };
        let began = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            ensure!(
                began.elapsed() < PATIENCE && started.child.try_wait()?.is_none(),
                "{}",
                started.last_words()
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(started)
    }

    /// Tells it to leave, and returns all that it has written.
    pub(crate) fn leave(mut self) -> Result<Vec<u8>> {
        kill(Pid::from_raw(i32::try_from(self.child.id())?), Signal::SIGTERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "it left with {status}: {}", self.last_words());
        self.readers.drain(..).for_each(|reader| _ = reader.join());
        Ok(self.output().clone())
    }

    fn output(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last_words(&self) -> String {
        let output = self.output();
        String::from_utf8_lossy(&output[output.len().saturating_sub(2000)..]).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has left already, or its run has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it says of a configuration, and whether it took it.
pub(crate) fn check(
    program: &Path,
    environment: &[(String, String)],
    file: &Path,
) -> Result<(Vec<u8>, bool)> {
    let mut said = Vec::new();
    let mut taken = false;
    for arguments in [&["--check-config"][..], &[]] {
        let output = command(program, environment).arg("--config").arg(file).args(arguments).output();
        let output = output.context("the BFF can be started")?;
        said.extend([output.stdout, output.stderr].concat());
        taken |= output.status.success();
    }
    Ok((said, taken))
}

fn command(program: &Path, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .env(VARIABLE, "1")
        .env("BFF_LOG__LEVEL", "trace")
        .env("RUST_BACKTRACE", "full");
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

fn read(mut pipe: Box<dyn Read + Send>, output: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            output.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
        }
    })
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
