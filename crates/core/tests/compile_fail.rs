//! What the compiler says of a mistake is part of the product: each file in `compile_fail/` is one mistake, and the
//! `.stderr` beside it is what its author reads.
//!
//! `TRYBUILD=overwrite cargo test -p bff-core --test compile_fail` rewrites them. Read the difference as the one who made
//! the mistake: does it say what to write instead?

#[test]
fn a_mistake_does_not_compile_and_the_message_says_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
    cases.pass("tests/compile_pass/*.rs");
}
