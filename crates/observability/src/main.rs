//! `just observability`: writes `deploy/observability/`.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bff_observability::{Bffs, File, files};
use clap::Parser;

/// Writes dashboards, rules, alerts, runbooks and tables
#[derive(Parser)]
#[command(name = "bff-observability")]
struct Options {
    /// Where to. What is there and is not written any more is removed
    #[arg(long, default_value = "deploy/observability")]
    out: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    let files = files(&runtime.block_on(Bffs::ask())?);
    write(&options.out, &files).map_err(|error| format!("{}: {error}", options.out.display()))?;
    let _ = writeln!(io::stdout(), "{} files in {}", files.len(), options.out.display());
    Ok(())
}

fn write(out: &Path, files: &[File]) -> io::Result<()> {
    let mut folders = BTreeSet::new();
    for file in files {
        let path = out.join(&file.path);
        let folder = path.parent().unwrap_or(out).to_owned();
        fs::create_dir_all(&folder)?;
        folders.insert(folder);
        fs::write(path, &file.text)?;
    }
    // A page of an alert that is gone would look as if there were one.
    for entry in folders.iter().map(fs::read_dir).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        let path = entry?.path();
        if path.is_file() && !files.iter().any(|file| out.join(&file.path) == path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
