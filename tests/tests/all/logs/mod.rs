//! The line of a request: by its catalogue, sampled under load, and without a word about anybody.

mod discreet;
mod lines;
mod sampling;
