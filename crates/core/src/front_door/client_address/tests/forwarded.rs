//! `Forwarded`, by the examples of RFC 7239 and by what a client could put before them.

use super::*;

fn forwarded(lines: &[&str]) -> IpAddr {
    let lines: Vec<_> = lines.iter().map(|line| (FORWARDED, *line)).collect();
    found(ForwardedHeader::Forwarded, &lines)
}

#[test]
fn the_for_of_the_first_element_from_the_right_that_is_no_proxys_is_the_client() {
    for (lines, client) in [
        (&[][..], PEER),
        (&["for=192.0.2.43"], "192.0.2.43"),
        (&["For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
        (&["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
        (&["proto=http; by=203.0.113.43 ;FOR=192.0.2.60"], "192.0.2.60"),
        (&["for=192.0.2.43, for=198.51.100.17"], "198.51.100.17"),
        (&["for=192.0.2.43,for=10.1.1.1;by=10.0.0.1"], "192.0.2.43"),
        (&["for=192.0.2.43", "for=\"[fd00::7]\""], "192.0.2.43"),
        (&["for=\"192.0.2.43:47011\""], "192.0.2.43"),
        // Separators within quotes are none.
        (&["for=192.0.2.43;by=\"a,b;c\""], "192.0.2.43"),
        (&["for=192.0.2.43;host=\"a\\\", for=198.51.100.1;b=\\\\\", for=10.1.1.1"], "192.0.2.43"),
        // The left part is a client's, and its quotes are too.
        (&["for=\"198.51.100.1, for=192.0.2.43"], "192.0.2.43"),
        (&["for=198.51.100.1;x=\", for=192.0.2.43;by=\"10.0.0.1\""], "192.0.2.43"),
        (&["for=\"198.51.100.1", "for=\"192.0.2.43\", for=\"10.1.1.1\""], "192.0.2.43"),
    ] {
        assert_eq!(forwarded(lines), ip(client), "{lines:?}");
    }
}

#[test]
fn an_element_that_names_nobody_ends_the_walk() {
    for element in [
        "",
        "for=unknown",
        "for=_gazonk",
        "for=\"_gazonk\"",
        "for=\"unknown:80\"",
        "by=198.51.100.1",
        "198.51.100.1",
        "for",
        "for=",
        "for =198.51.100.1",
        "for= 198.51.100.1",
        "for=\"198.51.100.1",
        "for=198.51.100.1\"",
        "for=\"\"198.51.100.1\"\"",
        "for=\"198.51.100.\\1\"",
        "for=198.51.100.1;for=198.51.100.2",
        "for=198.51.100.1;FOR=198.51.100.1",
        "xfor=198.51.100.1",
    ] {
        let line = format!("for=203.0.113.7, {element}, for=10.1.1.1");
        assert_eq!(forwarded(&[&line]), ip("10.1.1.1"), "{element}");
        assert_eq!(forwarded(&["for=203.0.113.7", element]), ip(PEER), "{element}");
    }
}
