//! The shared level against a real Redis: two instances are two of [`Instance`].

mod away;
mod ends;
mod entries;
mod lost;
mod sharing;
mod sheets;

use std::{sync::Arc, time::Duration};

use bff_redis_server::Redis as Server;
use bytes::Bytes;
use http::HeaderValue;
use tokio::time::{Instant, sleep};

use super::{Looked, SharedCache, SharedLevel, Sheet, Versions};
use crate::{
    config::{CacheConfig, RedisConfig},
    link::{Redis, testing::Log},
};

/// Long enough for a machine that does other things too. Nothing waits for it unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// One process with one worker.
struct Instance {
    level: Arc<SharedLevel>,
    cache: SharedCache,
}

impl Instance {
    /// With so much time for an operation that a slow machine makes no miss.
    fn new(url: &str) -> Self {
        Self::with_timeout(url, Duration::from_secs(1))
    }

    fn with_timeout(url: &str, timeout: Duration) -> Self {
        let config = RedisConfig { url: Some(url.into()), timeout, ..RedisConfig::default() };
        let redis = Redis::new(&config).expect("the address is one");
        let level = SharedLevel::new(redis, &CacheConfig::default());
        let cache = SharedCache::open(&level);
        Self { level, cache }
    }

    async fn get(&self, key: &str, tags: &[&str]) -> Looked {
        self.cache.get(key.as_bytes(), &bytes(tags)).await
    }

    async fn finds(&self, key: &str, tags: &[&str]) -> Option<Sheet> {
        self.get(key, tags).await.found
    }

    fn put(&self, key: &str, versions: Versions, sheet: Sheet) {
        self.cache.put(key.as_bytes(), versions, sheet);
    }

    /// Puts it after a look-up, and returns when it can be found.
    async fn keep(&self, key: &str, tags: &[&str], sheet: &Sheet) {
        let put = async || {
            let looked = self.get(key, tags).await;
            let found = looked.found.is_some();
            if !found {
                self.put(key, looked.versions, sheet.clone());
            }
            found
        };
        until(put).await;
    }

    async fn invalidate(&self, tags: &[&str]) {
        self.cache.invalidate(&bytes(tags)).await;
    }

    /// Returns when all that was put before has been written, or was refused.
    async fn written(&self) {
        self.keep("the last one", &["last"], &sheet("last")).await;
    }
}

fn bytes<'a>(tags: &[&'a str]) -> Vec<&'a [u8]> {
    tags.iter().map(|tag| tag.as_bytes()).collect()
}

/// Returns when it is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "it does not come to be so");
        sleep(Duration::from_millis(5)).await;
    }
}

/// A reply that is good for a minute, with nothing special to it.
fn sheet(body: &str) -> Sheet {
    Sheet {
        body: Bytes::copy_from_slice(body.as_bytes()),
        json: true,
        etag: None,
        last_modified: None,
        age: Duration::ZERO,
        fresh_for: Duration::from_secs(30),
        while_revalidate: Duration::from_secs(10),
        if_error: Duration::from_secs(30),
        negative: false,
    }
}
