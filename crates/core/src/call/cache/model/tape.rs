//! [`Tape`]: all choices of a history, in their order. The same tape is the same history, and a shorter one is a simpler one.

/// The choices of one step: what comes next, and what belongs to it.
pub(super) type Step = Vec<u16>;

/// All choices of a history: drawn from a seed and written down, or read from what was written.
///
/// By steps, so that a step can be left out and those after it still mean what they meant.
pub(super) struct Tape {
    steps: Vec<Step>,
    /// What is read of the step at hand.
    next: usize,
    /// The step at hand, where they are read.
    at: usize,
    chance: Option<fastrand::Rng>,
}

impl Tape {
    /// The choices that follow from a seed.
    pub(super) fn seeded(seed: u64) -> Self {
        let chance = Some(fastrand::Rng::with_seed(seed));
        Self { steps: vec![Step::new()], next: 0, at: 0, chance }
    }

    /// These choices again, and the first one of each that is missing.
    pub(super) fn of(steps: Vec<Step>) -> Self {
        Self { steps, next: 0, at: 0, chance: None }
    }

    /// What was chosen.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Begins a step. False where all that was written down has been read.
    pub(super) fn step(&mut self) -> bool {
        self.next = 0;
        self.at += 1;
        if self.chance.is_some() {
            self.steps.push(Step::new());
        }
        self.at < self.steps.len()
    }

    /// One of so many. The first one is the simplest, wherever that is up to us.
    pub(super) fn below(&mut self, count: usize) -> usize {
        if let Some(chance) = &mut self.chance {
            let choice = chance.usize(..count);
            self.steps[self.at].push(u16::try_from(choice).expect("no choice is as large as that"));
            return choice;
        }
        let choice = self.steps.get(self.at).and_then(|step| step.get(self.next)).copied();
        self.next += 1;
        usize::from(choice.unwrap_or_default()).min(count - 1)
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

/// As it is printed: `4,0,2;24,1;6`.
pub(super) fn printed(steps: &[Step]) -> String {
    let step = |step: &Step| step.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    steps.iter().map(step).collect::<Vec<_>>().join(";")
}

/// What was printed.
pub(super) fn read(text: &str) -> Vec<Step> {
    let choice = |choice: &str| choice.parse().expect("a choice");
    text.split(';')
        .map(|step| step.split(',').filter(|text| !text.is_empty()).map(choice).collect())
        .collect()
}
