//! Which events of the program are written: a filter that can be changed while it runs.
//!
//! Events go through a subscriber that a process has one of, so their filter is the process's too.

use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::{EnvFilter, Registry, reload};

/// What a filter looks like, for an operator who wrote another one.
pub(crate) const EXPECTED: &str = "a filter such as \"info\" or \"bff_core=debug,info\"";

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

static FILTER: OnceLock<Filter> = OnceLock::new();

/// The filter of this process.
pub(crate) struct Filter {
    handle: reload::Handle<EnvFilter, Registry>,
    configured: String,
    now: Mutex<String>,
}

/// A filter of events. A word that is no level is refused, though it could be the name of a module: with `debgu` every event of
/// every other module would be gone.
pub(crate) fn parse(text: &str) -> Result<EnvFilter, String> {
    for directive in text.split(',').map(str::trim) {
        let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(directive));
        if !directive.contains(['=', '[']) && !is_level {
            return Err(format!("{directive:?} is no level: error, warn, info, debug, trace or off"));
        }
    }
    EnvFilter::try_new(text).map_err(|error| error.to_string())
}

/// The layer that filters, and the filter that it starts with. The first one of a process is the one that can be changed.
pub(super) fn layer(configured: &str) -> Result<reload::Layer<EnvFilter, Registry>, String> {
    let (layer, handle) = reload::Layer::new(parse(configured)?);
    let (configured, now) = (configured.to_owned(), Mutex::new(configured.to_owned()));
    let _ = FILTER.set(Filter { handle, configured, now });
    Ok(layer)
}

impl Filter {
    /// The filter of this process, if its events are ours to filter.
    pub(crate) fn get() -> Option<&'static Self> {
        FILTER.get()
    }

    /// The one that it started with.
    pub(crate) fn configured(&self) -> &str {
        &self.configured
    }

    pub(crate) fn now(&self) -> String {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Filters by this from now on, or says what is wrong with it.
    pub(crate) fn set(&self, text: &str) -> Result<(), String> {
        let filter = parse(text)?;
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        self.handle.reload(filter).map_err(|error| error.to_string())?;
        text.clone_into(&mut now);
        Ok(())
    }

    /// Filters as the configuration says.
    pub(crate) fn reset(&self) {
        // It was good when it was configured.
        let _ = self.set(&self.configured);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_no_module() {
        for good in [
            "info",
            "OFF",
            "bff_core=debug,info",
            "bff_core::call=trace, warn",
            "warn,h2=off",
            "[call]=debug",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good).err());
        }
        for bad in ["", " ", "debgu", "info,", "bff_core", "bff_core=loud", "bff_core=debug,inf"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("debgu").is_err_and(|fault| fault.contains("\"debgu\" is no level")));
    }
}
