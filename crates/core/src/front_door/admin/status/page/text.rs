//! How the page writes numbers and other people's words.

use std::fmt::{self, Display, Write as _};

/// Text as HTML shows it, in an element or in a quoted attribute.
pub(super) struct Escaped<T>(pub(super) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(out), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            match char {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                char => self.0.write_char(char)?,
            }
        }
        Ok(())
    }
}

/// Seconds as people say them: `850 ms`, `12 s`, `3 min`, `5 h`, `2 d`.
pub(super) struct Span(pub(super) f64);

impl Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 1.0 => write!(out, "{:.0} ms", seconds * 1e3),
            seconds if seconds < 120.0 => write!(out, "{:.0} s", seconds.floor()),
            seconds if seconds < 7200.0 => write!(out, "{:.0} min", (seconds / 60.0).floor()),
            seconds if seconds < 172_800.0 => write!(out, "{:.0} h", (seconds / 3600.0).floor()),
            seconds => write!(out, "{:.0} d", (seconds / 86_400.0).floor()),
        }
    }
}

/// A number, or a dash where there is none.
pub(super) struct Maybe<T>(pub(super) Option<T>, pub(super) &'static str);

impl<T: Display> Display for Maybe<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => write!(out, "{value:.1}{}", self.1),
            None => out.write_str("–"),
        }
    }
}

/// A size in the unit that it has one to four digits in.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..10_240 => format!("{count} B"),
        10_240..10_485_760 => format!("{} KiB", count >> 10),
        _ => format!("{} MiB", count >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let text = "<script>alert(\"a\" & 'b')</script>";
        let html = "&lt;script&gt;alert(&quot;a&quot; &amp; &#39;b&#39;)&lt;/script&gt;";
        assert_eq!(Escaped(text).to_string(), html);
    }

    #[test]
    fn times_and_sizes_are_short() {
        let spans = [0.0125, 0.999, 1.9, 119.0, 121.0, 7300.0, 200_000.0].map(|time| Span(time).to_string());
        assert_eq!(spans, ["12 ms", "999 ms", "1 s", "119 s", "2 min", "2 h", "2 d"]);
        assert_eq!([0, 12_000, 64 << 20].map(bytes), ["0 B", "11 KiB", "64 MiB"]);
    }
}
