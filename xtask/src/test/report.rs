//! What was done, how long it took, and what came of it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::failure::Result;

/// The steps so far.
#[derive(Default)]
pub(super) struct Report {
    steps: Vec<Step>,
}

struct Step {
    name: &'static str,
    took: Duration,
    tally: Tally,
    failure: Option<String>,
}

impl Report {
    /// Does a step, saying so before and after. Returns whether it went well; what depends on it is then left out.
    ///
    /// A step that breaks off counts as one failed test, whatever else it counted.
    pub(super) fn step(&mut self, name: &'static str, body: impl FnOnce() -> Result<Tally>) -> bool {
        println!("\n=== {}. {name}", self.steps.len() + 1);
        let begun = Instant::now();
        let (tally, failure) = match body() {
            Ok(tally) if tally.failed > 0 => (tally, Some(format!("{} failed", tally.failed))),
            Ok(tally) => (tally, None),
            Err(failure) => (Tally { passed: 0, failed: 1 }, Some(failure.to_string())),
        };
        let took = begun.elapsed();
        match &failure {
            None => println!("=== {name}: fine ({})", shown(took)),
            Some(failure) => println!("=== {name}: FAILED ({}): {failure}", shown(took)),
        }
        let fine = failure.is_none();
        self.steps.push(Step { name, took, tally, failure });
        fine
    }

    /// Prints the table of steps and the last line, `N passed, N failed`.
    pub(super) fn conclude(&self) -> ExitCode {
        println!("\n{:<24} {:>8} {:>8} {:>8}", "step", "took", "passed", "failed");
        for step in &self.steps {
            let Tally { passed, failed } = step.tally;
            println!("{:<24} {:>8} {passed:>8} {failed:>8}", step.name, shown(step.took));
        }
        for step in self.steps.iter().filter(|step| step.failure.is_some()) {
            println!("\n{} FAILED: {}", step.name, step.failure.as_deref().unwrap_or_default());
        }
        let Tally { passed, failed } = self.total();
        println!("\n{passed} passed, {failed} failed");
        if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn total(&self) -> Tally {
        let mut total = Tally::default();
        for step in &self.steps {
            total.add(step.tally);
        }
        total
    }
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 60 {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1}s", took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn a_step_that_breaks_off_counts_as_one_failure() {
        let mut report = Report::default();
        assert!(report.step("counts", || Ok(Tally { passed: 3, failed: 0 })));
        assert!(!report.step("breaks off", || Err(Failure::new("no such file"))));
        assert_eq!(report.total(), Tally { passed: 3, failed: 1 });
        assert_eq!(report.conclude(), ExitCode::FAILURE);
    }

    #[test]
    fn a_run_that_tested_nothing_is_no_success() {
        assert_eq!(Report::default().conclude(), ExitCode::FAILURE);
    }

    #[test]
    fn durations_are_shown_for_people() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2s");
        assert_eq!(shown(Duration::from_secs(125)), "2m05s");
    }
}
