//! A real Prometheus of the drill's own: on a free port of the loopback, its data in a folder that goes with it.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bff_observability::{Bffs, Scale, rules, scrape};
use reqwest::Client;

use crate::{
    house::{Addresses, StartError, Which},
    smoke::client,
};

/// How often Prometheus looks in a drill: four samples in the shortest window.
const EVERY: Duration = Duration::from_millis(400);

const PATIENCE: Duration = Duration::from_secs(20);

/// A Prometheus that runs. Dropping it ends it.
pub struct Prometheus {
    process: Child,
    folder: PathBuf,
    url: String,
    client: Client,
}

impl Prometheus {
    /// Starts one with the rules, scaled, and waits until it is ready.
    pub async fn start(addresses: &Addresses, bffs: &Bffs, scale: Scale) -> Result<Self, StartError> {
        let folder = std::env::temp_dir().join(format!("bff-drill-{}", std::process::id()));
        let mut config = scrape::Config::of(bffs);
        config.every = EVERY;
        for (target, which) in config.targets.iter_mut().zip(Which::ALL) {
            addresses.admin_url(which).trim_start_matches("http://").clone_into(&mut target.admin);
        }
        let write = || -> io::Result<u16> {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("prometheus.yml"), config.text())?;
            fs::write(folder.join(config.rules), rules::all(bffs, scale).text())?;
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            Ok(listener.local_addr()?.port())
        };
        let port = write().map_err(StartError::system("no folder or port for Prometheus"))?;
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--log.level=error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(StartError::system("prometheus (Debian's package prometheus) can't be started"))?;
        let url = format!("http://127.0.0.1:{port}");
        let prometheus = Self { process, folder, url, client: client() };
        let began = Instant::now();
        while prometheus.get("/-/ready").await.is_err() {
            if began.elapsed() > PATIENCE {
                return Err(StartError::Drill("Prometheus is not ready; it says why above".to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(prometheus)
    }

    /// Asks it.
    pub async fn get(&self, path: &str) -> Result<serde_json::Value, String> {
        #[expect(clippy::disallowed_methods, reason = "the drill is a client of Prometheus")]
        let reply = self.client.get(format!("{}{path}", self.url)).send().await;
        let reply = reply.and_then(reqwest::Response::error_for_status).map_err(|error| error.to_string())?;
        let body = reply.bytes().await.map_err(|error| error.to_string())?;
        // `/-/ready` answers text.
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
