//! Where a key set is, and how its bytes are got: from a URL, from a file, or by discovery.
//!
//! Nothing of an answer is believed but its bytes: no redirect is followed, its type is not looked at, and it is read up
//! to 256 KiB. `followed` bounds the time.

use std::{
    fs::File,
    future::Future,
    io::Read as _,
    path::{Path, PathBuf},
    pin::Pin,
};

use bytes::Bytes;
use url::{Position, Url};

use super::{
    Problem, address,
    key_set::{MAX_SET_BYTES, document},
};
use crate::{
    call::{DocumentClient, SharedResolver},
    config::IssuerConfig,
};

/// The bytes of a key set on their way, or why there are none: a sentence for the log.
pub(super) type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Bytes, String>> + Send + 'a>>;

/// Gets a key set.
pub(super) trait Source: Send + Sync + 'static {
    /// Gets it now. It may take any time, and is dropped when it takes too long.
    fn fetch(&self) -> Fetching<'_>;

    /// The set, where it takes no time.
    fn at_hand(&self) -> Option<Result<Bytes, String>> {
        None
    }
}

/// A source, and the key of the configuration that names it.
type Configured = (&'static str, Box<dyn Source>);

/// The source that is set and its key, if it is not a key of the configuration.
pub(super) fn of(config: &IssuerConfig, resolver: &SharedResolver) -> Result<Option<Configured>, Problem> {
    let wrong = |key| move || (key, format!("is wrong; expected {}", address::EXPECTED));
    let source: (_, Box<dyn Source>) = if let Some(text) = &config.jwks_url {
        let url = address::parse(text).ok_or_else(wrong("jwks_url"))?;
        let client = client(&url, resolver).map_err(|fault| ("jwks_url", fault))?;
        ("jwks_url", Box::new(JwksUrl { url, client }))
    } else if config.discovery {
        let url = address::of_description(&config.issuer).ok_or_else(wrong("issuer"))?;
        let client = client(&url, resolver).map_err(|fault| ("discovery", fault))?;
        ("discovery", Box::new(Discovery { issuer: config.issuer.clone(), url, client }))
    } else if let Some(path) = &config.jwks_file {
        ("jwks_file", Box::new(JwksFile(path.clone())))
    } else {
        return Ok(None);
    };
    Ok(Some(source))
}

fn client(url: &Url, resolver: &SharedResolver) -> Result<DocumentClient, String> {
    DocumentClient::new(url.scheme() == "https", resolver.clone())
}

/// A set at an address that the operator knows.
struct JwksUrl {
    url: Url,
    client: DocumentClient,
}

impl Source for JwksUrl {
    fn fetch(&self) -> Fetching<'_> {
        Box::pin(get(&self.client, &self.url))
    }
}

/// A set at the address that the issuer's description names.
struct Discovery {
    issuer: String,
    url: Url,
    client: DocumentClient,
}

impl Source for Discovery {
    fn fetch(&self) -> Fetching<'_> {
        Box::pin(async {
            let described = get(&self.client, &self.url).await?;
            let jwks_uri = jwks_uri(&described, &self.issuer).map_err(|fault| told(&self.url, fault))?;
            get(&self.client, &jwks_uri).await
        })
    }
}

/// Where the set is. OpenID Connect Discovery 1.0, section 4.3, and RFC 8414, section 3.3: the description's `issuer` is ours to
/// the byte, or it is another's.
pub(super) fn jwks_uri(described: &[u8], issuer: &str) -> Result<Url, &'static str> {
    let described = document(described).ok_or("the description is not JSON of unique names")?;
    if described.require::<String>("issuer").as_deref() != Ok(issuer) {
        return Err("the issuer of the description is not that of the configuration");
    }
    let text: String = described.require("jwks_uri").map_err(|_| "the description has no jwks_uri")?;
    // An issuer that is reached over TLS does not lead us off it.
    let is_safe = |url: &Url| url.scheme() == "https" || issuer.starts_with("http:");
    address::parse(&text).filter(is_safe).ok_or("the jwks_uri of the description is not https")
}

async fn get(client: &DocumentClient, url: &Url) -> Result<Bytes, String> {
    client.get(url, MAX_SET_BYTES).await.map_err(|fault| told(url, &fault))
}

/// For the log: without the query, which may hold what only the issuer should know.
fn told(url: &Url, fault: &str) -> String {
    format!("{}: {fault}", &url[..Position::AfterPath])
}

/// A set in a file, which is read again and again, since whoever mounts it may change it.
struct JwksFile(PathBuf);

impl Source for JwksFile {
    fn fetch(&self) -> Fetching<'_> {
        let path = self.0.clone();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
            read.unwrap_or_else(|error| Err(error.to_string()))
        })
    }

    fn at_hand(&self) -> Option<Result<Bytes, String>> {
        Some(read_file(&self.0))
    }
}

fn read_file(path: &Path) -> Result<Bytes, String> {
    let mut bytes = Vec::new();
    // One byte more than may be there, which is then too large.
    let limit = MAX_SET_BYTES as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map(|_| Bytes::from(bytes)).map_err(|error| format!("{}: {error}", path.display()))
}
