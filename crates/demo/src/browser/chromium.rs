//! One visit of headless Chromium, with a profile of its own that is gone after.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::house::StartError;

/// It starts slowly on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1000,420",
];

/// A visit.
pub struct Visit<'a> {
    pub program: &'a Path,
    pub url: &'a str,
    /// Where a picture of the page goes.
    pub picture: Option<&'a Path>,
}

struct Running {
    process: Child,
    profile: PathBuf,
}

impl Visit<'_> {
    /// Loads the page and returns when the browser has ended.
    pub async fn run(self) -> Result<(), StartError> {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        let profile = std::env::temp_dir().join(format!("bff-browser-{}-{port}", std::process::id()));
        fs::create_dir_all(&profile).map_err(StartError::system("no folder for the browser"))?;
        // The browser has a folder of its own.
        let picture = self.picture.unwrap_or(Path::new("page.png"));
        let picture =
            if self.picture.is_some() { std::path::absolute(picture) } else { Ok(profile.join(picture)) };
        let picture = picture.map_err(StartError::system("no path for the picture"))?;
        if let Some(folder) = picture.parent() {
            fs::create_dir_all(folder).map_err(StartError::system("no folder for the picture"))?;
        }
        let process = Command::new(self.program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(StartError::system("chromium (Debian's package chromium) can't be started"))?;
        let mut running = Running { process, profile };
        let began = Instant::now();
        loop {
            let ended = running.process.try_wait().map_err(StartError::system("the browser is lost"))?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
