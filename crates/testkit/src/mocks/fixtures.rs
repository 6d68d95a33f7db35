//! The folder `fixtures/`: `<service>/<operation>.<case>.json`, the one source for mocks, tests, examples and docs.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bff_services::rpc::{invoices_v1::Invoice, orders_v1::Order};
use serde_json::Value;

use super::{SERVICES, contract};

/// Everything the mocks know, read once.
#[derive(Debug)]
pub struct Fixtures {
    files: BTreeMap<String, Value>,
    recent: BTreeMap<String, Vec<Order>>,
    by_account: BTreeMap<String, Vec<Order>>,
    of_order: BTreeMap<String, Invoice>,
    invoices: BTreeMap<String, Vec<Invoice>>,
}

/// Why the fixtures can't be used. Each names the folder or file.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// A folder or file can't be read.
    #[error("can't read fixtures at {}: {source} (BFF_FIXTURES names another folder)", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file's name is not `<operation>.<case>.json`.
    #[error("fixture {} is not named <operation>.<case>.json", .0.display())]
    Name(PathBuf),
    /// A file is not JSON, or not what its operation answers.
    #[error("fixture {name}.json: {source}")]
    Invalid {
        /// Such as `orders/recent.alice`.
        name: String,
        /// Where and why.
        source: serde_json::Error,
    },
}

impl Fixtures {
    /// The fixtures of this process: read at the first call, from `BFF_FIXTURES` or from this workspace's folder.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], which names the folder or file.
    pub fn shared() -> Result<Arc<Self>, FixtureError> {
        static ONCE: OnceLock<Arc<Fixtures>> = OnceLock::new();
        if let Some(fixtures) = ONCE.get() {
            return Ok(Arc::clone(fixtures));
        }
        let here = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"));
        let root = env::var_os("BFF_FIXTURES").map_or_else(here, PathBuf::from);
        let fixtures = Arc::new(Self::read(&root)?);
        Ok(Arc::clone(ONCE.get_or_init(|| fixtures)))
    }

    /// Reads a folder of fixtures.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], which names the folder or file.
    pub fn read(root: &Path) -> Result<Self, FixtureError> {
        let mut files = BTreeMap::new();
        for service in SERVICES {
            read_service(root, service, &mut files)?;
        }
        let recent: BTreeMap<_, Vec<Order>> = cases(&files, "orders/recent.", contract::orders)?;
        let invoices: BTreeMap<_, Vec<Invoice>> = cases(&files, "invoices/list.", contract::invoices)?;
        let of_order = cases(&files, "invoices/of-order.", contract::invoice)?;
        let by_account = by_account(&recent, invoices.keys());
        Ok(Self { files, recent, by_account, of_order, invoices })
    }

    /// The content of a file, such as `users/get.alice`.
    pub fn json(&self, name: &str) -> Option<&Value> {
        self.files.get(name)
    }

    /// The names of all files, such as `users/get.alice`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A user's orders, newest first. `None` if there is no such user.
    pub fn orders_of_user(&self, user: &str) -> Option<&[Order]> {
        self.recent.get(user).map(Vec::as_slice)
    }

    /// A partner account's orders, newest first. `None` if there is no such account.
    pub fn orders_of_account(&self, account: &str) -> Option<&[Order]> {
        self.by_account.get(account).map(Vec::as_slice)
    }

    /// An order by its id.
    pub fn order(&self, id: &str) -> Option<&Order> {
        self.orders().find(|order| order.id == id)
    }

    /// All orders of all users.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.recent.values().flatten()
    }

    /// The invoice of an order.
    pub fn invoice_of_order(&self, order: &str) -> Option<&Invoice> {
        let listed = || self.invoices.values().flatten().find(|invoice| invoice.order_id == order);
        self.of_order.get(order).or_else(listed)
    }

    /// A partner account's invoices, newest first. `None` if there is no such account.
    pub fn invoices_of_account(&self, account: &str) -> Option<&[Invoice]> {
        self.invoices.get(account).map(Vec::as_slice)
    }
}

fn read_service(root: &Path, service: &str, files: &mut BTreeMap<String, Value>) -> Result<(), FixtureError> {
    let folder = root.join(service);
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| FixtureError::Read { path, source }
    };
    for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
        let path = entry.map_err(unreadable(&folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(stem) = name.strip_suffix(".json").filter(|stem| stem.contains('.')) else {
            return Err(FixtureError::Name(path));
        };
        let name = format!("{service}/{stem}");
        let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
        let value = serde_json::from_str(&text)
            .map_err(|source| FixtureError::Invalid { name: name.clone(), source })?;
        files.insert(name, value);
    }
    Ok(())
}

/// The files whose name starts with `prefix`, by the rest of it.
fn cases<T>(
    files: &BTreeMap<String, Value>,
    prefix: &str,
    parse: fn(&Value) -> serde_json::Result<T>,
) -> Result<BTreeMap<String, T>, FixtureError> {
    let matching = files.iter().filter_map(|(name, value)| Some((name, name.strip_prefix(prefix)?, value)));
    matching
        .map(|(name, case, value)| match parse(value) {
            Ok(parsed) => Ok((case.to_owned(), parsed)),
            Err(source) => Err(FixtureError::Invalid { name: name.clone(), source }),
        })
        .collect()
}

/// An account is known if it has invoices to list or an order, so an account may exist without orders.
fn by_account<'a>(
    recent: &BTreeMap<String, Vec<Order>>,
    known: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, Vec<Order>> {
    let mut accounts: BTreeMap<_, Vec<Order>> = known.map(|account| (account.clone(), Vec::new())).collect();
    for order in recent.values().flatten() {
        accounts.entry(order.account.clone()).or_default().push(order.clone());
    }
    for orders in accounts.values_mut() {
        orders.sort_by(|a, b| (&b.placed_at, &b.id).cmp(&(&a.placed_at, &a.id)));
    }
    accounts
}
