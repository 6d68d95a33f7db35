#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bff_core::fuzz::api_key(bytes));
