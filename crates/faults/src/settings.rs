//! How a BFF of a run is set: by environment variables, as an operator would set it.

use bff_bench::settings::NEVER_REFUSED;

/// For runs in which services fail: their load is far over what one caller may ask by default.
pub fn never_refused() -> (&'static str, String) {
    (NEVER_REFUSED.0, NEVER_REFUSED.1.to_owned())
}

/// Configuration keys with their values, beside those that every run has.
#[derive(Clone, Default)]
pub struct Settings(Vec<(&'static str, String)>);

impl Settings {
    /// The environment of a BFF that is started with these keys above its own.
    pub fn above(&self, own: impl IntoIterator<Item = (&'static str, String)>) -> Vec<(String, String)> {
        own.into_iter().chain(self.0.iter().cloned()).map(|(key, value)| (variable(key), value)).collect()
    }

    /// The same with these keys too.
    #[must_use]
    pub fn with<V: Into<String>>(mut self, keys: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        self.0.extend(keys.into_iter().map(|(key, value)| (key, value.into())));
        self
    }

    /// As they are printed.
    pub fn text(&self) -> String {
        let keys: Vec<_> = self.0.iter().map(|(key, value)| format!("{key}={value}")).collect();
        if keys.is_empty() { "defaults".to_owned() } else { keys.join(" ") }
    }
}

/// `BFF_SERVICES__C__URL` for `services.c.url`.
fn variable(key: &str) -> String {
    format!("BFF_{}", key.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_the_variable_that_sets_it() {
        assert_eq!(variable("services.c.breaker.open_for"), "BFF_SERVICES__C__BREAKER__OPEN_FOR");
    }

    #[test]
    fn settings_are_printed_as_keys() {
        assert_eq!(Settings::default().text(), "defaults");
        let settings = Settings::default().with([("server.workers", "2")]).with([("screen.deadline", "10m")]);
        assert_eq!(settings.text(), "server.workers=2 screen.deadline=10m");
    }
}
