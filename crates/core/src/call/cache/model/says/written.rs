//! What a reply says of keeping it, as headers and as one reads it.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
    time::SystemTime,
};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{super::super::Head, Control, Says, Vary};

impl Says {
    /// The same as headers. Nothing where it says nothing.
    pub(in super::super) fn head(&self, etag: Option<usize>) -> Option<Arc<Head>> {
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: &str| {
            headers.append(name, HeaderValue::from_str(value).expect("plain text"));
        };
        let control = self.control.to_string();
        if !control.is_empty() {
            set(header::CACHE_CONTROL, control.trim_end_matches(", "));
        }
        match self.vary {
            Vary::No => {}
            Vary::Caller => set(header::VARY, "X-User-Id"),
            Vary::Everything => set(header::VARY, "*"),
        }
        if self.cookie {
            set(header::SET_COOKIE, "a=b");
        }
        if self.age > 0 {
            set(header::AGE, &self.age.to_string());
        }
        if let Some(etag) = etag {
            set(header::ETAG, &format!("\"{etag}\""));
        }
        Head::of(&headers, || SystemTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Control {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, is_said) in [
            ("no-store", self.no_store),
            ("no-cache", self.no_cache),
            ("must-revalidate", self.must_revalidate),
            ("private", self.private),
        ] {
            if is_said {
                write!(out, "{name}, ")?;
            }
        }
        for (name, time) in [
            ("max-age", self.max_age),
            ("s-maxage", self.s_maxage),
            ("stale-while-revalidate", self.while_revalidate),
            ("stale-if-error", self.if_error),
        ] {
            if let Some(time) = time {
                write!(out, "{name}={time}, ")?;
            }
        }
        Ok(())
    }
}

/// As one reads it in a story.
impl fmt::Display for Says {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.control.to_string();
        match self.vary {
            Vary::No => {}
            Vary::Caller => text.push_str("Vary: X-User-Id, "),
            Vary::Everything => text.push_str("Vary: *, "),
        }
        if self.cookie {
            text.push_str("Set-Cookie, ");
        }
        if self.age > 0 {
            write!(text, "Age: {}, ", self.age)?;
        }
        let text = text.trim_end_matches(", ");
        out.write_str(if text.is_empty() { "nothing of keeping" } else { text })
    }
}
