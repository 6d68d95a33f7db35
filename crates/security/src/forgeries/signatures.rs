//! Good tokens under signatures that are not theirs, or not in the form that RFC 7518 and RFC 8037 want.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Forgeries, signer::message};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The order of the group of P-256 (SEC 2, section 2.4.2).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The order of the group of Ed25519, little-endian (RFC 8032, section 5.1).
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn add(forgeries: &mut Forgeries<'_>) {
    let (signer, forger) = (forgeries.signer, forgeries.forger);
    let (header, payload) = (signer.header(""), forgeries.payload.clone());
    let message = message(&header, payload.text());
    // One signature for all that is made of it: ECDSA's differ each time.
    let text = signer.signature(&message);
    let good = format!("{message}.{text}");
    let real = URL_SAFE_NO_PAD.decode(&text).expect("base64url");
    let half = real.len() / 2;
    let other = signer.signature(&self::message(&header, payload.with("sub", "\"bob\"").text()));
    let of_payload = message.split('.').nth(1).map(|part| signer.signature(part)).unwrap_or_default();
    let texts = [
        ("a stranger's", forger.signature(&message)),
        ("of another token of the issuer", other),
        ("of the payload alone", of_payload),
        ("with bits that count for nothing", with_unused_bit(&text)),
        ("with an end that is no base64", format!("{}!", &text[..text.len() - 1])),
        ("less one character", text[..text.len() - 1].to_owned()),
        ("and one character more", format!("{text}A")),
    ];
    let mut spoilt: Vec<(String, String)> = texts.map(|(name, text)| (name.to_owned(), text)).to_vec();
    let mut bytes = vec![
        ("less its last byte".to_owned(), real[..real.len() - 1].to_vec()),
        ("less its first byte".to_owned(), real[1..].to_vec()),
        ("its first half".to_owned(), real[..half].to_vec()),
        ("its halves, exchanged".to_owned(), [&real[half..], &real[..half]].concat()),
        ("and a zero behind".to_owned(), [&real[..], &[0]].concat()),
        ("and a zero before".to_owned(), [&[0], &real[..]].concat()),
        ("twice".to_owned(), real.repeat(2)),
        ("backwards".to_owned(), real.iter().rev().copied().collect()),
        ("all zero".to_owned(), vec![0; real.len()]),
        ("all ones".to_owned(), vec![0xff; real.len()]),
        ("zero and the second half".to_owned(), [&vec![0; half], &real[half..]].concat()),
        ("the first half and zero".to_owned(), [&real[..half], &vec![0; half]].concat()),
        ("one byte".to_owned(), vec![0]),
    ];
    for place in [0, 1, half - 1, half, real.len() - 1] {
        for bit in [0x01, 0x80] {
            let mut flipped = real.clone();
            flipped[place] ^= bit;
            bytes.push((format!("with bit {bit} of byte {place} flipped"), flipped));
        }
    }
    match signer.alg {
        "ES256" => {
            bytes.push(("in DER".to_owned(), der(&real[..half], &real[half..])));
            bytes.push(("the order, twice".to_owned(), P256_ORDER.repeat(2)));
            bytes.push(("the order and the second half".to_owned(), [&P256_ORDER, &real[half..]].concat()));
        }
        "EdDSA" => {
            bytes.push((
                "with the order added to S".to_owned(),
                [&real[..half], &raised(&real[half..])].concat(),
            ));
        }
        _ => {}
    }
    spoilt.extend(bytes.into_iter().map(|(name, bytes)| (name, URL_SAFE_NO_PAD.encode(bytes))));
    for (name, signature) in spoilt {
        forgeries.add_beside(format!("signature {name}"), format!("{message}.{signature}"), good.clone());
    }
}

/// The same bytes to a decoder that is not strict (RFC 4648, section 3.5).
fn with_unused_bit(text: &str) -> String {
    let (start, last) = text.split_at(text.len() - 1);
    let place = ALPHABET.iter().position(|byte| last.as_bytes() == [*byte]).unwrap_or(0);
    format!("{start}{}", char::from(ALPHABET[place ^ 1]))
}

/// `ECDSA-Sig-Value` (RFC 3279, section 2.2.3), which is no signature of a JWS.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
        let sign: &[u8] = if number[start] & 0x80 == 0 { &[] } else { &[0] };
        let bytes = [sign, &number[start..]].concat();
        [&[2, u8::try_from(bytes.len()).unwrap_or(0)], &bytes[..]].concat()
    };
    let both = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap_or(0)], &both[..]].concat()
}

/// S and the order, which names the same point (RFC 8032, section 8.4).
fn raised(s: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let sum = s.iter().zip(ED25519_ORDER).map(|(ours, order)| {
        let sum = u16::from(*ours) + u16::from(order) + carry;
        carry = sum >> 8;
        sum.to_le_bytes()[0]
    });
    sum.collect()
}
