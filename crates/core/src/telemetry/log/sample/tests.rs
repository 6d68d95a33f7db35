use super::*;

/// Lines of one second in which so many requests went well, at even distances: how many, and for how many they stand.
fn second(sampler: &mut Sampler, began: Instant, requests: u32, per_second: u32) -> (u64, u64) {
    let step = SECOND / requests.max(1);
    let lines = (0..requests).filter_map(|number| sampler.success(began + step * number, per_second));
    lines.fold((0, 0), |(lines, sum), stands_for| (lines + 1, sum + stands_for))
}

#[test]
fn below_the_limit_every_line_is_written_and_stands_for_itself() {
    let (mut sampler, mut now) = (Sampler::default(), Instant::now());
    for _ in 0..5 {
        assert_eq!(second(&mut sampler, now, 100, 100), (100, 100));
        now += SECOND;
    }
}

#[test]
fn above_it_lines_are_few_and_stand_for_all() {
    fastrand::seed(7);
    let (mut sampler, mut now) = (Sampler::default(), Instant::now());
    let (mut lines, mut sum) = (0, 0);
    let (first, of_first) = second(&mut sampler, now, 20_000, 100);
    // The limit is met again with each doubling.
    assert!((700..=900).contains(&first), "{first} lines in a second that nobody expected");
    assert!((12_000..=28_000).contains(&of_first), "{of_first}");
    for _ in 0..50 {
        now += SECOND;
        let (more, stand_for) = second(&mut sampler, now, 20_000, 100);
        assert!(more <= 300, "{more} lines in one second");
        (lines, sum) = (lines + more, sum + stand_for);
    }
    assert!((4_000..=7_500).contains(&lines), "{lines} lines in 50 seconds");
    // 1,000,000 requests; the deviation of such a sum is some 14,000.
    assert!((940_000..=1_060_000).contains(&sum), "they stand for {sum}");
}

#[test]
fn after_a_rest_every_line_is_written_again() {
    let (mut sampler, began) = (Sampler::default(), Instant::now());
    second(&mut sampler, began, 20_000, 100);
    assert!(sampler.one_in > 1);
    assert_eq!(second(&mut sampler, began + 3 * SECOND, 100, 100), (100, 100));
}

#[test]
fn none_may_be_wanted() {
    let mut sampler = Sampler::default();
    assert_eq!(second(&mut sampler, Instant::now(), 1_000, 0), (0, 0));
}

#[test]
fn problems_have_a_limit_of_their_own_and_say_what_is_missing() {
    let (mut sampler, began) = (Sampler::default(), Instant::now());
    second(&mut sampler, began, 500, 1);
    let written = (0..30).filter_map(|_| sampler.problem(began, 10)).collect::<Vec<_>>();
    assert_eq!(written, [0; 10], "however many went well");
    assert_eq!(sampler.problem(began + SECOND, 10), Some(20), "what was left out is told once");
    assert_eq!(sampler.problem(began + SECOND, 10), Some(0));
}

/// The chance of a request is known before the request: so a sum over any part of the lines is right on average too.
#[test]
fn a_part_of_the_lines_stands_for_its_part_of_the_requests() {
    fastrand::seed(11);
    let (mut sampler, mut now) = (Sampler::default(), Instant::now());
    let (mut of_rare, mut rare) = (0, 0_u64);
    for number in 0..400_000_u32 {
        now += SECOND / 20_000;
        let written = sampler.success(now, 200).unwrap_or_default();
        if number % 10 == 3 {
            (rare, of_rare) = (rare + 1, of_rare + written);
        }
    }
    assert!((rare * 80 / 100..=rare * 120 / 100).contains(&of_rare), "{of_rare} of {rare}");
}
