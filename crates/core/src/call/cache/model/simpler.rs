//! Makes a history that breaks a law as simple as it can be while it still does.

use super::tape::Step;

/// Leaves out steps, and then makes choices smaller, as long as what is left still `breaks` the law.
pub(super) fn simplified(steps: &[Step], breaks: impl Fn(&[Step]) -> bool) -> Vec<Step> {
    let mut simple = steps.to_vec();
    if !breaks(&simple) {
        return simple;
    }
    loop {
        let before = simple.clone();
        leave_out(&mut simple, &breaks);
        make_smaller(&mut simple, &breaks);
        if simple == before {
            return simple;
        }
    }
}

/// The first step is the cast.
fn leave_out(simple: &mut Vec<Step>, breaks: &impl Fn(&[Step]) -> bool) {
    for length in [16, 8, 4, 2, 1] {
        let mut place = simple.len();
        while place > 1 {
            place = place.saturating_sub(length).max(1);
            let mut shorter = simple.clone();
            shorter.drain(place..(place + length).min(simple.len()));
            if breaks(&shorter) {
                *simple = shorter;
            }
        }
    }
}

fn make_smaller(simple: &mut [Step], breaks: &impl Fn(&[Step]) -> bool) {
    for step in 0..simple.len() {
        for place in 0..simple[step].len() {
            let is = simple[step][place];
            // What comes next has no smaller and larger.
            let is_deed = step > 0 && place == 0;
            for choice in if is_deed { 0..0 } else { 0..is } {
                simple[step][place] = choice;
                if breaks(simple) {
                    break;
                }
                simple[step][place] = is;
            }
        }
    }
}
