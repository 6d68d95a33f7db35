//! What the kernel says of the process: proc(5). Where there is no `/proc`, nothing is said.

use std::fs;

use super::{
    catalogue::{CPU, FILES, MEMORY, STARTED},
    page::Page,
};

/// Ticks a second in `/proc`, on all that Linux runs on today.
const TICKS: f64 = 100.0;

pub(crate) fn write(page: &mut Page) {
    let stat = fs::read_to_string("/proc/self/stat").ok();
    let of_process = stat.as_deref().and_then(Ticks::read);
    if let Some(ticks) = &of_process {
        page.add_real(&CPU, &[], ticks.busy / TICKS);
    }
    let booted = fs::read_to_string("/proc/stat").ok().and_then(|text| number(&text, "btime"));
    if let Some((ticks, booted)) = of_process.zip(booted) {
        page.add_real(&STARTED, &[], booted + ticks.started / TICKS);
    }
    let status = fs::read_to_string("/proc/self/status").ok();
    if let Some(kilobytes) = status.and_then(|text| number(&text, "VmRSS:")) {
        page.add_real(&MEMORY, &[], kilobytes * 1024.0);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        // One of them is that of the list itself.
        page.add(&FILES, &[], files.count().saturating_sub(1) as u64);
    }
}

/// Of `/proc/self/stat`.
#[derive(Debug, PartialEq)]
struct Ticks {
    busy: f64,
    /// Since the machine started.
    started: f64,
}

impl Ticks {
    /// The name of the program may have brackets and spaces, so fields are counted from its last bracket: `utime` and `stime` are
    /// the fields 14 and 15, `starttime` is 22.
    fn read(stat: &str) -> Option<Self> {
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
        Some(Self { busy: field(14)? + field(15)?, started: field(22)? })
    }
}

/// The number of a line such as `VmRSS:  1234 kB`.
fn number(text: &str, name: &str) -> Option<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_from_the_last_bracket() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 12345 1000 200";
        assert_eq!(Ticks::read(stat), Some(Ticks { busy: 300.0, started: 12345.0 }));
        assert_eq!(Ticks::read("7 (a) S 1"), None);
    }

    #[test]
    fn numbers_are_found_by_name() {
        let text = "VmSize:\t  10 kB\nVmRSS:\t  1234 kB\nbtime 99\n";
        assert_eq!((number(text, "VmRSS:"), number(text, "btime")), (Some(1234.0), Some(99.0)));
        assert_eq!(number(text, "VmSwap:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_all_four() {
        let mut page = Page::default();
        write(&mut page);
        let text = page.into_text();
        for metric in [CPU, STARTED, MEMORY, FILES] {
            let name = metric.prometheus_name();
            let line = text.lines().find(|line| line.starts_with(&name)).expect("a sample");
            let value: f64 = line.rsplit(' ').next().expect("a value").parse().expect("a number");
            assert!(value >= if metric == CPU { 0.0 } else { 1.0 }, "{line}");
        }
    }
}
