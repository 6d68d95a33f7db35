//! A small body that expands a thousandfold, which is as far as gzip goes.

use std::sync::LazyLock;

use flate2::{Compress, Compression, Crc, FlushCompress};

const CHUNK: usize = 1024 * 1024;
const CHUNKS: usize = 100;

/// Gzip of `[`, 100 MiB of spaces, `]`: valid JSON, so that nothing but a limit of size stops it.
///
/// A chunk that ends with a full flush refers to nothing before it, so one compressed chunk is repeated instead of
/// compressing a hundred of them in every test run.
pub(super) static GZIP_BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let spaces = vec![b' '; CHUNK];
    let packed_spaces = deflated(&spaces);
    let mut crc_of_spaces = Crc::new();
    crc_of_spaces.update(&spaces);

    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut crc = Crc::new();
    crc.update(b"[");
    bomb.extend(deflated(b"["));
    for _ in 0..CHUNKS {
        crc.combine(&crc_of_spaces);
        bomb.extend(&packed_spaces);
    }
    crc.update(b"]");
    bomb.extend(deflated(b"]"));
    bomb.extend([0x03, 0x00]); // the last block, with nothing in it
    bomb.extend(crc.sum().to_le_bytes());
    bomb.extend(crc.amount().to_le_bytes());
    bomb
});

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(plain.len() + 64);
    Compress::new(Compression::best(), false)
        .compress_vec(plain, &mut packed, FlushCompress::Full)
        .expect("deflate takes every input");
    packed
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_hundred_kilobytes_become_a_hundred_megabytes_of_valid_gzip() {
        assert!(GZIP_BOMB.len() < 128 * 1024, "{}", GZIP_BOMB.len());
        let mut plain = flate2::read::GzDecoder::new(GZIP_BOMB.as_slice());
        let (mut buffer, mut length, mut first, mut last) = (vec![0; CHUNK], 0, None, None);
        loop {
            // An error here would be a wrong checksum or length.
            let read = plain.read(&mut buffer).unwrap();
            let Some(end) = buffer[..read].last() else { break };
            first = first.or(Some(buffer[0]));
            (length, last) = (length + read, Some(*end));
        }
        assert_eq!((length, first, last), (CHUNKS * CHUNK + 2, Some(b'['), Some(b']')));
    }
}
