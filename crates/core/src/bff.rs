//! [`Bff`]: routes and a configuration, made into a server that runs until it has drained.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use crate::{
    auth::{Authenticator, FileKeys, KeyStore, Revocations, Verifier},
    call::{Declaration, Kept, Resolver, ServiceSet, SharedLevel, SharedResolver, SharedService},
    config::{self, Config, ConfigErrors, Declared, KeyStorage, Sources},
    front_door::{
        Shared,
        cors::Cors,
        server::{self, Running},
    },
    link::Redis,
    plan::Planner,
    rate_limit::RateLimits,
    routes::{RouteInfo, Routes},
    sender::Credential,
    telemetry::{
        Telemetry, log::AccessLog, metrics::Metrics, sink::Sink, trace::Propagation, traces::Traces,
    },
};

/// One BFF: a name, the configuration that it brings, the services that it calls and its routes.
///
/// ```no_run
/// use bff_core::prelude::*;
///
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// fn main() -> std::process::ExitCode {
///     Bff::new("hello", "config.toml", "auth.public_only = true")
///         .routes(Routes::new().get("/hello", hello, public()))
///         .main()
/// }
/// ```
#[derive(Clone)]
pub struct Bff {
    name: &'static str,
    config_name: &'static str,
    config: &'static str,
    services: Vec<Declaration>,
    routes: Routes,
    resolver: SharedResolver,
    planner: Option<Planner>,
    key_store: Option<Arc<dyn KeyStore>>,
}

/// Why a BFF did not start.
#[derive(Debug)]
pub struct StartError(pub(crate) String);

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<ConfigErrors> for StartError {
    fn from(errors: ConfigErrors) -> Self {
        Self(errors.to_string())
    }
}

impl Bff {
    /// A BFF with the text of its own `config.toml`, and that file's name for error messages.
    pub fn new(name: &'static str, config_name: &'static str, config: &'static str) -> Self {
        let resolver = SharedResolver::default();
        Self {
            name,
            config_name,
            config,
            services: Vec::new(),
            routes: Routes::new(),
            resolver,
            planner: None,
            key_store: None,
        }
    }

    /// Declares the service clients that the handlers use, so that a missing address is found at start-up:
    /// `.services::<(Users, Orders)>()`.
    #[must_use]
    pub fn services<S: ServiceSet>(mut self) -> Self {
        self.services.extend(S::declare());
        self
    }

    /// Adds routes.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Finds services by this resolver and not by the system's.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = SharedResolver(Arc::new(resolver));
        self
    }

    /// Finds API keys in this store and not in the file of `auth.api_keys.file`. Keys are accepted where the configuration has
    /// `[auth.api_keys]`.
    #[must_use]
    pub fn key_store(mut self, store: impl KeyStore) -> Self {
        self.key_store = Some(Arc::new(store));
        self
    }

    /// Notes which calls each screen makes. For `just plan`: it holds what it noted until it is taken.
    #[must_use]
    pub fn planner(mut self, planner: &Planner) -> Self {
        self.planner = Some(planner.clone());
        self
    }

    /// Its name, such as `bff-web`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its routes.
    pub fn all_routes(&self) -> impl Iterator<Item = &RouteInfo> {
        self.routes.iter()
    }

    /// Whether it declares a client of this service.
    pub fn uses(&self, service: &str) -> bool {
        self.services.iter().any(|declared| declared.name == service)
    }

    /// Its own configuration, before files and environment.
    pub fn builtin_config(&self) -> Sources {
        Sources::builtin(self.config_name, self.config)
    }

    /// The configuration of these sources, or all that is wrong with it.
    pub fn check(&self, sources: &Sources) -> Result<Config, StartError> {
        let storage = if self.key_store.is_some() { KeyStorage::Program } else { KeyStorage::File };
        let routes: Vec<_> = self.routes.iter().map(RouteInfo::name).collect();
        let declared = Declared { services: &self.services, routes: &routes, storage };
        let config = config::load_for(sources, &declared)?;
        self.check_routes()?;
        Ok(config)
    }

    /// The same method and path twice would be a panic inside the router.
    fn check_routes(&self) -> Result<(), StartError> {
        let (mut seen, mut shapes) = (BTreeSet::new(), BTreeMap::new());
        let mut faults = Vec::new();
        for route in self.routes.iter() {
            let name = route.name();
            let fault = route
                .check_path()
                .and_then(|()| route.check_owners())
                .and_then(|()| route.check_objectives());
            if let Err(fault) = fault {
                faults.push(format!("the route {name} {fault}"));
                continue;
            }
            let shape: Vec<_> =
                route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
            let shape = shape.join("/");
            let other = *shapes.entry(shape).or_insert(route.path);
            if other != route.path {
                faults
                    .push(format!("the route {name} stands beside {other}: use one name for the parameter"));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("the route {name} is there twice"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(StartError(faults.join("\n"))) }
    }

    /// Starts it on threads of its own. `log` takes the line of each request; `None` for no lines.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the configuration, all at once; an address that can't be listened on.
    pub fn start(self, sources: &Sources, log: Option<Sink>) -> Result<Running, StartError> {
        let config = self.check(sources)?;
        self.start_with(config, log)
    }

    pub(crate) fn start_with(self, config: Config, log: Option<Sink>) -> Result<Running, StartError> {
        // Fails only if a provider is installed already, which is then the one to use.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let counts_together = config.rate_limits.enabled && config.rate_limits.shared;
        let needs_redis = config.cache.shared || config.auth.revoked.redis || counts_together;
        let redis = needs_redis.then(|| Redis::new(&config.redis)).transpose();
        let redis = redis.map_err(StartError)?;
        let verifier = Verifier::with_resolver(&config.auth, &self.resolver).map_err(|errors| {
            StartError(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        })?;
        let store = self.open_keys(&config)?;
        let revoked = Revocations::open(&config.auth.revoked, redis.clone())?;
        let authenticator = Authenticator::new(&config.auth, verifier, store, revoked);
        let limits = RateLimits::new(self.name, &config.rate_limits, redis.as_ref());
        let level = redis.filter(|_| config.cache.shared).map(|redis| SharedLevel::new(redis, &config.cache));
        let kept = Arc::new(Kept::new(&config.cache, level));
        let metrics: Option<Arc<Metrics>> = config.metrics.enabled.then(Arc::default);
        let services = self.services.iter().map(|declared| {
            let Config { sender, auth, services, .. } = &config;
            let config = services.get(declared.name).cloned().unwrap_or_default();
            let credential =
                Credential::new(config.sender, sender, self.name, declared.name, auth.token_cache)
                    .map_err(StartError)?;
            SharedService::new(declared, config, self.resolver.clone(), &kept, credential)
                .map(|service| Arc::new(service.measured_by(metrics.as_ref())))
                .map_err(StartError)
        });
        let services = services.collect::<Result<_, _>>()?;
        let log = AccessLog::new(self.name, log, &config.log);
        let cors = Cors::new(&config.cors, config.server_timing.enabled, self.routes.iter());
        let (propagation, traces) = (Propagation::new(&config.traces), Traces::new(self.name, &config));
        let (telemetry, planner) = (Telemetry { log, propagation, traces, metrics }, self.planner);
        let shared = Shared { name: self.name, config, authenticator, limits, telemetry, planner, cors };
        server::start(shared, services, self.routes)
            .map_err(|error| StartError(format!("{} can't start: {error}", self.name)))
    }

    fn open_keys(&self, config: &Config) -> Result<Option<Arc<dyn KeyStore>>, StartError> {
        let Some(keys) = &config.auth.api_keys else { return Ok(None) };
        match (&self.key_store, &keys.file) {
            (Some(store), _) => Ok(Some(Arc::clone(store))),
            (None, Some(file)) => {
                let plans = config.rate_limits.known_plans();
                Ok(Some(Arc::new(FileKeys::open(file.clone(), keys.reload_every, plans)?)))
            }
            // The check of the configuration has refused this.
            (None, None) => Ok(None),
        }
    }
}
