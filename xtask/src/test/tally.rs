//! Counting what passed and what failed, from what test programs print.

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Tally {
    /// One check that held.
    pub(super) const HELD: Self = Self { passed: 1, failed: 0 };

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Reads the summary line of a Rust test binary:
/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s`.
pub(super) fn of_libtest(line: &str) -> Option<Tally> {
    let (_, counts) =
        plain(line).split_once("test result: ").map(|(before, after)| (before.len(), after.to_owned()))?;
    Some(Tally { passed: number_before(&counts, " passed")?, failed: number_before(&counts, " failed")? })
}

/// Reads a plain `12 passed, 0 failed`, with which the browser tests end.
pub(super) fn of_plain_summary(line: &str) -> Option<Tally> {
    let line = plain(line);
    let (passed, rest) = line.trim().split_once(" passed, ")?;
    Some(Tally { passed: passed.parse().ok()?, failed: rest.strip_suffix(" failed")?.parse().ok()? })
}

/// Reads Vitest's JSON report.
pub(super) fn of_vitest(report: &[u8]) -> Option<Tally> {
    let report: serde_json::Value = serde_json::from_slice(report).ok()?;
    let failed = report["numFailedTests"].as_u64()?;
    // A file that does not even load has no failed test of its own.
    let broken = if report["success"] == true { 0 } else { 1 };
    Some(Tally { passed: report["numPassedTests"].as_u64()?, failed: failed.max(broken) })
}

fn number_before(text: &str, label: &str) -> Option<u64> {
    let before = &text[..text.find(label)?];
    before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The line without colours.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_test_binary_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s";
        assert_eq!(of_libtest(line), Some(Tally { passed: 12, failed: 3 }));
    }

    #[test]
    fn colours_do_not_matter() {
        let line = "test result: \u{1b}[32mok\u{1b}[0m. 2 passed; 0 failed; 0 ignored";
        assert_eq!(of_libtest(line), Some(Tally { passed: 2, failed: 0 }));
    }

    #[test]
    fn a_test_that_prints_is_not_taken_for_a_summary() {
        assert_eq!(of_libtest("12 passed; 3 failed"), None);
        assert_eq!(of_plain_summary("all 3 passed, nothing failed"), None);
    }

    #[test]
    fn a_plain_summary_is_counted() {
        assert_eq!(of_plain_summary("  7 passed, 1 failed"), Some(Tally { passed: 7, failed: 1 }));
    }

    #[test]
    fn a_vitest_report_is_counted() {
        let report = br#"{"numPassedTests": 31, "numFailedTests": 2, "success": false}"#;
        assert_eq!(of_vitest(report), Some(Tally { passed: 31, failed: 2 }));
    }

    #[test]
    fn a_vitest_file_that_does_not_load_is_a_failure() {
        let report = br#"{"numPassedTests": 31, "numFailedTests": 0, "success": false}"#;
        assert_eq!(of_vitest(report), Some(Tally { passed: 31, failed: 1 }));
    }
}
