//! Headers by the examples of the specification, and by what is not in it.

mod property;

use super::*;

/// What a connection that begins with these bytes comes to, and how many of them belong to the header.
fn read(bytes: &[u8]) -> (usize, Option<Result<Source, Malformed>>) {
    let mut header = Header::default();
    for (place, byte) in bytes.iter().enumerate() {
        if let Some(end) = header.push(*byte).transpose() {
            return (place + 1, Some(end));
        }
    }
    (bytes.len(), None)
}

fn stated(address: &str) -> Source {
    Source::Stated(address.parse().expect("an address"))
}

/// A header of version 2 with this block.
fn binary(version_command: u8, kind: u8, block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).expect("short");
    let fixed = [version_command, kind].into_iter().chain(length.to_be_bytes());
    v2::SIGNATURE.iter().copied().chain(fixed).chain(block.iter().copied()).collect()
}

const BLOCK4: [u8; 12] = [203, 0, 113, 7, 10, 0, 0, 1, 0x13, 0x88, 0x01, 0xbb];

fn block6() -> Vec<u8> {
    let mut block = [0; 36];
    block[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    block[15] = 7;
    block[31] = 1;
    block[32..].copy_from_slice(&[0x13, 0x88, 0x01, 0xbb]);
    block.to_vec()
}

#[test]
fn a_line_states_a_source() {
    for (line, source) in [
        ("PROXY TCP4 203.0.113.7 10.0.0.1 5000 443\r\n", stated("203.0.113.7:5000")),
        ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", stated("255.255.255.255:65535")),
        ("PROXY TCP4 203.0.113.7 10.0.0.1 0 0\r\n", stated("203.0.113.7:0")),
        ("PROXY TCP6 2001:db8::7 ::1 5000 443\r\n", stated("[2001:db8::7]:5000")),
        ("PROXY UNKNOWN\r\n", Source::Undisclosed),
        ("PROXY UNKNOWN 203.0.113.7 and whatever follows\r\n", Source::Undisclosed),
    ] {
        let request = format!("{line}GET / HTTP/1.1\r\n");
        assert_eq!(read(request.as_bytes()), (line.len(), Some(Ok(source))), "{line}");
    }
}

#[test]
fn a_line_that_is_not_by_the_specification_is_refused() {
    let too_long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(v1::LONGEST - 15));
    assert_eq!(too_long.len(), v1::LONGEST + 1);
    for line in [
        "GET / HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PROXY\r\n",
        "PROXY \r\n",
        "proxy TCP4 203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY tcp4 203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY UDP4 203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 5000\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 5000 443 \r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 5000 443 1\r\n",
        "PROXY  TCP4 203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY TCP4  203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY TCP4\t203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY TCP4 2001:db8::7 ::1 5000 443\r\n",
        "PROXY TCP6 203.0.113.7 10.0.0.1 5000 443\r\n",
        "PROXY TCP4 203.0.113.07 10.0.0.1 5000 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.256 5000 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 65536 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 +500 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 0500 443\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 5000 \r\n",
        "PROXY TCP6 fe80::1%1 ::1 5000 443\r\n",
        // Another end of a line would make the request a part of the header.
        "PROXY UNKNOWN\nGET / HTTP/1.1\r\n",
        "PROXY UNKNOWN \n",
        "PROXY UNKNOWN\rx\r\n",
        "PROXY UNKNOWN\r\r\n",
        &too_long,
    ] {
        assert_eq!(read(line.as_bytes()).1, Some(Err(Malformed)), "{line:?}");
    }
    assert_eq!(read(&too_long.as_bytes()[1..]).1, Some(Err(Malformed)));
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(v1::LONGEST - 16));
    assert_eq!(read(longest.as_bytes()), (v1::LONGEST, Some(Ok(Source::Undisclosed))));
    assert_eq!(read(b"PROXY UNKNOWN\xff \r\n").1, Some(Err(Malformed)));
}

#[test]
fn a_binary_header_states_a_source() {
    let long = |block: &[u8]| [block, &[0x04, 0, 200], &[b'x'; 200]].concat();
    for (header, source) in [
        (binary(0x21, 0x11, &BLOCK4), stated("203.0.113.7:5000")),
        (binary(0x21, 0x11, &long(&BLOCK4)), stated("203.0.113.7:5000")),
        (binary(0x21, 0x21, &block6()), stated("[2001:db8::7]:5000")),
        (binary(0x21, 0x21, &long(&block6())), stated("[2001:db8::7]:5000")),
        (binary(0x20, 0x00, &[]), Source::Proxy),
        (binary(0x20, 0x11, &BLOCK4), Source::Proxy),
        (binary(0x20, 0xff, &[1, 2, 3]), Source::Proxy),
        (binary(0x21, 0x00, &[]), Source::Undisclosed),
        (binary(0x21, 0x12, &BLOCK4), Source::Undisclosed),
        (binary(0x21, 0x22, &block6()), Source::Undisclosed),
        (binary(0x21, 0x31, &[b'/'; 216]), Source::Undisclosed),
        (binary(0x21, 0x11, &[203; v2::LONGEST - 16]), stated("203.203.203.203:52171")),
    ] {
        let request = [header.as_slice(), b"PROXY UNKNOWN\r\n"].concat();
        assert_eq!(read(&request), (header.len(), Some(Ok(source))), "{header:x?}");
    }
}

#[test]
fn a_binary_header_that_is_not_by_the_specification_is_refused() {
    for header in [
        binary(0x11, 0x11, &BLOCK4),
        binary(0x31, 0x11, &BLOCK4),
        binary(0x22, 0x11, &BLOCK4),
        binary(0x21, 0x10, &BLOCK4),
        binary(0x21, 0x13, &BLOCK4),
        binary(0x21, 0x41, &BLOCK4),
        binary(0x21, 0x11, &BLOCK4[..11]),
        binary(0x21, 0x21, &block6()[..35]),
        binary(0x21, 0x31, &[b'/'; 215]),
        binary(0x21, 0x11, &[0; v2::LONGEST - 15]),
        binary(0x20, 0x00, &[0; v2::LONGEST - 15]),
    ] {
        // As soon as its fixed part is known: nobody waits for the rest.
        assert_eq!(read(&header), (16, Some(Err(Malformed))), "{header:x?}");
    }
    assert_eq!(read(b"\r\n\r\n\0\r\nQUIT\r"), (12, Some(Err(Malformed))));
}

#[tokio::test(start_paused = true)]
async fn a_scanner_does_not_fill_the_log() {
    let mut config = Config::default();
    assert!(ProxyProtocol::new(&config).is_none());
    config.server.proxy_protocol = true;
    let header = ProxyProtocol::new(&config).expect("it is set");
    assert!(header.may_speak());
    for _ in 0..59 {
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!header.may_speak());
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(header.may_speak() && !header.may_speak());
}
