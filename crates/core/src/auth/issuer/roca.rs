//! RSA keys of chips whose random primes were not random: their factors can be found in practice.
//!
//! "The Return of Coppersmith's Attack" (Nemec, Sys, Svenda, Klinec, Matyas, 2017), CVE-2017-15361. Such a prime is a power
//! of 65537 modulo the product of the first primes, and so is the modulus; of other keys practically none is.

/// The odd primes up to 167, which are factors of that product for keys of all sizes from 512 bits on.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

const GENERATOR: u32 = 65537;

/// Whether the modulus, its most significant byte first, has the print of such a key.
pub(super) fn is_weak(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| {
        let rest = modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        is_power(rest, *prime)
    })
}

/// Whether some power of the generator leaves this rest.
fn is_power(rest: u32, prime: u32) -> bool {
    let mut power = 1;
    loop {
        if power == rest {
            return true;
        }
        power = power * GENERATOR % prime;
        if power == 1 {
            return false;
        }
    }
}
