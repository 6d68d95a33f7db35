//! Which quotas a request is charged to: those of who asks, and those of the route.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::Arc,
};

use http::HeaderValue;

use super::{
    charge::{Charge, Charges},
    fields,
    key::Who,
    quota::{Quota, names},
};
use crate::{
    auth::Identity,
    config::{QuotaConfig, RateLimitsConfig, Share, WithoutRedis},
};

/// All quotas of a BFF.
#[derive(Debug)]
pub(crate) struct Rules {
    caller: List,
    address: List,
    plans: HashMap<String, List>,
    routes: BTreeMap<String, Arc<RouteRules>>,
}

/// Quotas that go together, and how clients are told of them.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) quotas: Vec<Quota>,
    /// Of `RateLimit-Policy`. None of an empty list.
    pub(crate) policy: Option<HeaderValue>,
}

/// What a route says.
#[derive(Debug)]
pub(crate) struct RouteRules {
    pub(crate) cost: u32,
    own: List,
    per: Share,
    closed: bool,
}

/// Who a request is counted as.
#[derive(Clone, Copy)]
pub(crate) enum Asks<'a> {
    Caller(&'a Identity),
    /// Nobody in particular, from there.
    Address(Option<IpAddr>),
    /// Whoever shows a credential that is none. A guess costs something on every route.
    Guess(Option<IpAddr>),
}

/// The quotas that one request is charged to: those of who asks, then the route's own.
pub(crate) struct Applied<'a> {
    pub(crate) of_caller: &'a List,
    pub(crate) of_route: Option<&'a List>,
    pub(crate) charges: Charges<'a>,
}

impl Rules {
    pub(crate) fn new(config: &RateLimitsConfig) -> Self {
        let mut number = 0;
        let mut list = |name: &str, quotas: &[QuotaConfig]| {
            let quotas = names(name, quotas).map(|(name, quota)| {
                number += 1;
                Quota::new(number, &name, quota)
            });
            List::new(quotas.collect())
        };
        let routes = |(name, route): (&String, &crate::config::RouteLimitsConfig), own: List| {
            let closed = config.shared && route.without_redis == WithoutRedis::Refuse;
            (name.clone(), Arc::new(RouteRules { cost: route.cost, own, per: route.per, closed }))
        };
        Self {
            caller: list("caller", &config.caller),
            address: list("address", &config.address),
            plans: config.plans.iter().map(|(name, plan)| (name.clone(), list(name, plan))).collect(),
            routes: config.routes.iter().map(|route| routes(route, list(route.0, &route.1.quotas))).collect(),
        }
    }

    /// What the configuration says of a route, by its method and path.
    pub(crate) fn route(&self, name: &str) -> Option<Arc<RouteRules>> {
        self.routes.get(name).cloned()
    }

    /// What a request is charged, by who asks: a caller, or an address.
    pub(crate) fn apply<'a>(&'a self, route: Option<&'a RouteRules>, asks: Asks<'_>) -> Applied<'a> {
        let (of_caller, who) = match asks {
            Asks::Caller(caller) => (self.of(caller), caller.who()),
            Asks::Address(address) | Asks::Guess(address) => {
                (&self.address, address.map_or(Who::UNKNOWN, Who::address))
            }
        };
        let (cost, closed) = route.map_or((1, false), |route| (route.cost, route.closed));
        let cost = if matches!(asks, Asks::Guess(_)) { cost.max(1) } else { cost };
        let mut charges = Charges::none();
        if cost > 0 {
            for quota in &of_caller.quotas {
                charges.push(Charge { quota, who, cost, closed });
            }
            if let Some(route) = route {
                let who = if route.per == Share::Everyone { Who::EVERYONE } else { who };
                for quota in &route.own.quotas {
                    charges.push(Charge { quota, who, cost, closed });
                }
            }
        }
        Applied { of_caller, of_route: route.map(|route| &route.own), charges }
    }

    /// Everything that a caller may use up, on whichever route: for looking at it. May be more than one request is charged.
    pub(crate) fn all_of<'a>(&'a self, caller: &Identity) -> Vec<Charge<'a>> {
        let who = caller.who();
        let own = self.routes.values().filter(|route| route.per == Share::Caller).map(|route| &route.own);
        let quotas = [self.of(caller)].into_iter().chain(own).flat_map(|list| &list.quotas);
        quotas.map(|quota| Charge { quota, who, cost: 0, closed: false }).collect()
    }

    /// All quotas, in the order of the configuration.
    pub(crate) fn quotas(&self) -> Vec<&Quota> {
        let routes = self.routes.values().map(|route| &route.own);
        let lists = [&self.caller, &self.address].into_iter().chain(self.plans.values()).chain(routes);
        let mut quotas: Vec<_> = lists.flat_map(|list| &list.quotas).collect();
        quotas.sort_by_key(|quota| quota.number);
        quotas
    }

    /// The highest number of a quota.
    pub(crate) fn last_quota(&self) -> u16 {
        self.quotas().last().map_or(0, |quota| quota.number)
    }

    fn of(&self, caller: &Identity) -> &List {
        caller.plan().and_then(|plan| self.plans.get(plan)).unwrap_or(&self.caller)
    }
}

impl List {
    fn new(quotas: Vec<Quota>) -> Self {
        let policy = fields::policy(&quotas);
        Self { quotas, policy }
    }
}

#[cfg(test)]
mod tests;
