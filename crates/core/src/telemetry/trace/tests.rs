//! What comes in, what goes on.

use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn propagation(propagation: &[Propagator]) -> Propagation {
    Propagation::new(&TracesConfig { propagation: propagation.to_vec(), ..TracesConfig::default() })
}

fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).expect("a value");
    headers.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
}

/// What is sent on of a request with these headers, by name.
fn sent(formats: &[Propagator], came: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let mut out = HeaderMap::new();
    propagation(formats).arrive(&headers(came), false).write(0x00f0_67aa_0ba9_02b8, &mut out);
    let text = |value: &HeaderValue| value.to_str().expect("hex is text").to_owned();
    out.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn is_continued(formats: &[Propagator], came: &[(&'static str, &str)]) -> bool {
    let trace = propagation(formats).arrive(&headers(came), false);
    trace.id() == TRACE && trace.parent() != 0
}

#[test]
fn a_trace_is_continued_with_a_new_span() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let sent = sent(&[Propagator::TraceContext], &[("traceparent", &parent)]);
    assert_eq!(sent, [("traceparent".to_owned(), format!("00-{TRACE}-00f067aa0ba902b8-01"))]);
}

#[test]
fn a_malformed_parent_begins_a_new_trace() {
    let zero = format!("00-{}-{SPAN}-01", "0".repeat(32));
    let no_span = format!("00-{TRACE}-{}-01", "0".repeat(16));
    let upper = format!("00-{}-{SPAN}-01", TRACE.to_uppercase());
    let longer = format!("00-{TRACE}-{SPAN}-01-x");
    let forbidden = format!("ff-{TRACE}-{SPAN}-01");
    for value in [&zero, &no_span, &upper, &longer, &forbidden, "", "00-é"] {
        assert_eq!(w3c::parse(value.as_bytes()), None, "{value}");
    }
    let later = format!("cc-{TRACE}-{SPAN}-01-what-comes");
    assert!(w3c::parse(later.as_bytes()).is_some());
}

#[test]
fn b3_comes_in_one_header_or_in_several() {
    use Propagator::{B3, B3Multi};
    let short = format!("{}-{SPAN}", &TRACE[16..]);
    for (b3, sampled) in [
        (format!("{TRACE}-{SPAN}-1"), Some(true)),
        (format!("{TRACE}-{SPAN}-d-{SPAN}"), Some(true)),
        (format!("{TRACE}-{SPAN}-0"), Some(false)),
        (format!("{TRACE}-{SPAN}"), None),
        (short, None),
    ] {
        let trace = propagation(&[B3]).arrive(&headers(&[("b3", &b3)]), false);
        assert_eq!(trace.sampled, sampled, "{b3}");
        assert!(TRACE.ends_with(trace.id().trim_start_matches('0')), "{b3}");
        assert_eq!(format!("{:016x}", trace.parent()), SPAN, "{b3}");
    }
    let alone = propagation(&[B3]).arrive(&headers(&[("b3", "0")]), false);
    assert_eq!((alone.sampled, alone.parent()), (Some(false), 0));
    for (name, value, sampled) in [
        ("x-b3-sampled", "1", Some(true)),
        ("x-b3-sampled", "false", Some(false)),
        ("x-b3-flags", "1", Some(true)),
        ("x-b3-flags", "0", None),
    ] {
        let came = headers(&[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), (name, value)]);
        let trace = propagation(&[B3Multi]).arrive(&came, false);
        assert_eq!((trace.id().as_str(), trace.sampled), (TRACE, sampled), "{name}: {value}");
    }
}

#[test]
fn malformed_b3_begins_a_new_trace() {
    use Propagator::{B3, B3Multi};
    for b3 in
        ["", "2", "-", &format!("{TRACE}-"), &format!("{TRACE}-{SPAN}-x"), &format!("{TRACE}-{SPAN}-1-x")]
    {
        assert!(!is_continued(&[B3], &[("b3", b3)]), "{b3}");
    }
    assert!(!is_continued(&[B3], &[("b3", &format!("{TRACE}-{SPAN}-1-{SPAN}-1"))]));
    assert!(is_continued(&[B3], &[("b3", &format!("{TRACE}-{SPAN}-1-{SPAN}"))]));
    let (trace, span) = (("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN));
    assert!(is_continued(&[B3Multi], &[trace, span]));
    for came in [&[trace][..], &[span], &[trace, trace, span], &[trace, span, ("x-b3-sampled", "d")]] {
        // A map of headers that is collected keeps one of two.
        let mut map = HeaderMap::new();
        for (name, value) in came {
            map.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        assert_ne!(propagation(&[B3Multi]).arrive(&map, false).id(), TRACE, "{came:?}");
    }
}

#[test]
fn the_first_format_that_is_there_counts_and_one_that_is_not_configured_does_not() {
    use Propagator::{B3, B3Multi, TraceContext};
    let (b3, parent) = (format!("{TRACE}-{SPAN}-1"), format!("00-{}-{SPAN}-01", "1".repeat(32)));
    let both = [("traceparent", parent.as_str()), ("b3", b3.as_str())];
    assert!(is_continued(&[B3], &both) && is_continued(&[TraceContext, B3], &both[1..]));
    assert!(!is_continued(&[B3, TraceContext], &both) && !is_continued(&[TraceContext], &both[1..]));
    assert!(
        !is_continued(&[TraceContext, B3], &[("traceparent", "x"), both[1]]),
        "malformed begins a new one"
    );
    let sent = sent(&[B3Multi, B3, TraceContext], &both[1..]);
    let span = "00f067aa0ba902b8";
    let expected = [
        ("traceparent", format!("00-{TRACE}-{span}-01")),
        ("b3", format!("{TRACE}-{span}-1")),
        ("x-b3-traceid", TRACE.to_owned()),
        ("x-b3-spanid", span.to_owned()),
        ("x-b3-sampled", "1".to_owned()),
    ];
    assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value)));
    // Where nobody has decided, the service may.
    let undecided = self::sent(&[B3], &[("b3", &format!("{TRACE}-{SPAN}"))]);
    assert_eq!(undecided, [("b3".to_owned(), format!("{TRACE}-{span}"))]);
}

proptest! {
    /// Every form is read back as it was written, and says no more than it was told.
    #[test]
    fn what_is_written_is_read(trace_id in 1_u128.., span in 1_u64.., sampled in proptest::option::of(any::<bool>())) {
        let mut written = HeaderMap::new();
        let formats = Formats { w3c: true, b3: true, b3_multi: true };
        TraceContext { trace_id, parent: 0, span: 1, sampled, formats }.write(span, &mut written);
        let ids = Some((trace_id, span));
        prop_assert_eq!(w3c::read(&written), Some(Incoming { ids, sampled: Some(sampled == Some(true)) }));
        prop_assert_eq!(b3::read_single(&written), Some(Incoming { ids, sampled }));
        prop_assert_eq!(b3::read_multi(&written), Some(Incoming { ids, sampled }));
    }

    /// Whatever comes under these names, the ids that go on are none of zeros.
    #[test]
    fn no_header_breaks_it(values in prop::collection::vec(("[0-9a-fd-]{0,70}|\\PC{0,8}", 0_usize..5), 0..8)) {
        let names = ["traceparent", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"];
        let mut came = HeaderMap::new();
        for (value, name) in &values {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                came.append(names[*name], value);
            }
        }
        let [b3, multi] = [Propagator::B3, Propagator::B3Multi];
        for formats in [&[Propagator::TraceContext, b3, multi][..], &[b3], &[multi]] {
            let trace = propagation(formats).arrive(&came, true);
            prop_assert!(trace.number() != 0 && trace.span() != 0);
        }
    }
}
