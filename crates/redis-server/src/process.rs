//! The process: started on a port that nobody has, ended by its id.

use std::{
    collections::hash_map::RandomState,
    env, fs,
    fs::File,
    hash::BuildHasher as _,
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, waitpid},
    },
    unistd::Pid,
};

use super::answer::{self, Door};

/// A server that has not answered by then does not start.
const PATIENCE: Duration = Duration::from_secs(10);

const MISSING: &str = "redis-server is missing: tests start one of their own.\n  \
    Debian: sudo apt-get install --yes redis-server\n  macOS:  brew install redis";

/// What a server is started with.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) password: Option<String>,
    pub(crate) arguments: Vec<String>,
    pub(crate) tls: Option<Tls>,
}

/// What a server shows of itself, as PEM.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Tls {
    /// The arguments for it, with its files in this folder. What is not TLS is then for tests alone, on a socket there.
    fn arguments(&self, folder: &Path, port: u16) -> io::Result<Vec<String>> {
        let file = |name: &str| folder.join(name).display().to_string();
        fs::write(file("certificate"), &self.certificate)?;
        fs::write(file("key"), &self.key)?;
        let arguments = [
            ["--port", "0"].map(str::to_owned),
            ["--tls-port".to_owned(), port.to_string()],
            ["--tls-auth-clients", "no"].map(str::to_owned),
            ["--tls-cert-file".to_owned(), file("certificate")],
            ["--tls-key-file".to_owned(), file("key")],
            ["--unixsocket".to_owned(), file("socket")],
        ];
        Ok(arguments.into_iter().flatten().collect())
    }
}

/// A server that has answered. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it would write, had it anything to write, and where it says why it does not start.
    folder: PathBuf,
    door: Door,
}

impl Process {
    /// On a port that is free. Two tests may choose the same one at the same moment, so another one is tried then.
    pub(crate) fn start_anywhere(options: &Options) -> (Self, u16) {
        let mut fault = String::new();
        for _ in 0..20 {
            let port = free_port();
            match Self::start(options, port) {
                Ok(process) => return (process, port),
                Err(said) => fault = said,
            }
        }
        panic!("{fault}");
    }

    /// On this port. Fails with what it said.
    pub(crate) fn start(options: &Options, port: u16) -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("bff-redis-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let log = folder.join("log");
        let output = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let (listen, door) = match &options.tls {
            None => (vec!["--port".to_owned(), port.to_string()], Door::Port(port)),
            Some(tls) => {
                let listen = tls.arguments(&folder, port).map_err(|error| error.to_string())?;
                (listen, Door::Socket(folder.join("socket")))
            }
        };
        let mut command = Command::new("redis-server");
        command
            .args(listen)
            .args(["--bind", "127.0.0.1", "--daemonize", "no"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(&folder)
            .args(&options.arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => panic!("{MISSING}"),
            _ => panic!("redis-server does not start: {error}"),
        });
        let mut process = Self { child, folder, door };
        let began = Instant::now();
        while !process.answers(options.password.as_deref()) {
            let ended = process.child.try_wait().is_ok_and(|status| status.is_some());
            if ended || began.elapsed() > PATIENCE {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("redis-server does not start on port {port}:\n{said}"));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(process)
    }

    /// Where tests ask it.
    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// Whether what answers is this process, and not one that had the port before.
    fn answers(&self, password: Option<&str>) -> bool {
        let line = format!("process_id:{}", self.child.id());
        let asked = answer::ask(&self.door, password, ["PING"])
            .and_then(|_| answer::ask(&self.door, password, ["INFO", "server"]));
        asked.is_ok_and(|info| info.text().lines().any(|told| told == line))
    }

    /// Returns when it stands still: a signal alone may take a moment.
    pub(crate) fn pause(&self) {
        self.signal(Signal::SIGSTOP);
        waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).expect("it is our child");
    }

    pub(crate) fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("it runs");
    }

    #[cfg(test)]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("ids of processes are small"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL ends what stands still too.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Below the ports that the system gives to connections, so that none of them takes it while a server is stopped.
fn free_port() -> u16 {
    let random = || RandomState::new().hash_one(0);
    let ports = std::iter::repeat_with(|| 20_000 + u16::try_from(random() % 12_000).unwrap_or_default());
    ports
        .take(1000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("one of thousands of ports is free")
}
