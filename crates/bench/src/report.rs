//! What was measured, and the document that it becomes.

use std::fmt;
use std::time::Duration;

use crate::machine::Machine;
use crate::statistics::{ms, ratio};
use crate::table;

/// One measured figure with what it is held against.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// Our result.
    pub(crate) ours: String,
    /// The peer's result in the same run; a dash where there is none.
    pub(crate) peer: String,
    /// Ours as a multiple of the peer's; a dash where there is none.
    pub(crate) ratio: String,
    /// What it should be.
    pub(crate) target: String,
    /// Whether it is.
    pub(crate) met: bool,
}

impl Figure {
    /// A duration that should not be longer than `most`.
    pub(crate) fn at_most(name: impl Into<String>, ours: Duration, most: Duration) -> Self {
        Self::alone(name, ms(ours), format!("≤ {}", whole_ms(most)), ours <= most)
    }

    /// A duration that should be at most `most` times the peer's.
    pub(crate) fn times(name: impl Into<String>, ours: Duration, peer: Duration, most: f64) -> Self {
        let times = ratio(ours, peer);
        Self {
            name: name.into(),
            ours: ms(ours),
            peer: ms(peer),
            ratio: format!("{times:.2}×"),
            target: format!("≤ {most}×"),
            met: times <= most,
        }
    }

    /// A duration that should be at most `most` longer than the peer's.
    pub(crate) fn more(name: impl Into<String>, ours: Duration, peer: Duration, most: Duration) -> Self {
        let more = ours.saturating_sub(peer);
        Self {
            name: name.into(),
            ours: ms(ours),
            peer: ms(peer),
            ratio: format!("+{}", ms(more)),
            target: format!("≤ +{} ms", most.as_secs_f64() * 1000.0),
            met: more <= most,
        }
    }

    /// Bytes in a second, which should be at least `least` of the peer's.
    pub(crate) fn rate(name: impl Into<String>, ours: f64, peer: f64, least: f64) -> Self {
        let share = ours / peer.max(f64::MIN_POSITIVE);
        let megabytes = |rate: f64| format!("{:.0} MB/s", rate / 1e6);
        Self {
            name: name.into(),
            ours: megabytes(ours),
            peer: megabytes(peer),
            ratio: format!("{share:.2}×"),
            target: format!("≥ {least}×"),
            met: share >= least,
        }
    }

    /// The same, with what the peer needed beside it.
    pub(crate) fn beside(self, peer: Duration) -> Self {
        Self { peer: ms(peer), ..self }
    }

    /// Something without a peer.
    pub(crate) fn alone(
        name: impl Into<String>,
        ours: impl Into<String>,
        target: impl Into<String>,
        met: bool,
    ) -> Self {
        Self {
            name: name.into(),
            ours: ours.into(),
            peer: "–".to_owned(),
            ratio: "–".to_owned(),
            target: target.into(),
            met,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.met { "met" } else { "MISSED" };
        write!(
            f,
            "{}: {} (peer {}, {}; {} {verdict})",
            self.name, self.ours, self.peer, self.ratio, self.target
        )
    }
}

/// The document for `docs/benchmarks.md`.
pub(crate) fn render(machine: &Machine, figures: &[Figure]) -> String {
    let rows = figures.iter().map(|figure| {
        let met = if figure.met { "yes" } else { "**no**" };
        let Figure { name, ours, peer, ratio, target, .. } = figure.clone();
        [name, ours, peer, ratio, target, met.to_owned()]
    });
    let rows: Vec<_> = rows.collect();
    let table = table::render(["figure", "ours", "peer", "ratio", "target", "met"], &rows);
    let Machine { processor, cores, memory_gib, kernel, date } = machine;
    format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench` on {date}: {processor}, {cores} cores, {memory_gib} GiB memory, Linux {kernel}.\n\
         Product and peer take turns in one run; load generator, server and runner share the machine.\n\n\
         {table}\n\
         Peers: a bare axum handler that answers the same bytes from memory (lists), a bare rusqlite insert with\n\
         `synchronous=FULL`, alone and behind a bare axum handler (creating), `git worktree add` and `git diff`\n\
         (workspaces, diffs), the same latency without the flood (flood), an empty page scrolled in the same way in the same\n\
         browser (scrolling; the browser paints without a graphics card, on the same cores), the same program on a bare\n\
         pseudo-terminal that is read without anything between (terminals; the shells in them count as nobody's memory),\n\
         the same at the server where it happens (two servers), the same answer over loopback HTTP in the same web engine\n\
         (desktop, which is measured when it is named).\n"
    )
}

fn whole_ms(took: Duration) -> String {
    if took.as_secs() >= 1 { format!("{} s", took.as_secs()) } else { format!("{} ms", took.as_millis()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_held_against_its_target() {
        let millis = Duration::from_millis;
        assert!(Figure::times("diff", millis(14), millis(10), 1.5).met);
        assert!(!Figure::times("diff", millis(16), millis(10), 1.5).met);
        assert_eq!(Figure::times("diff", millis(16), millis(10), 1.5).ratio, "1.60×");
    }

    #[test]
    fn a_difference_and_a_rate_are_held_against_theirs() {
        let micros = Duration::from_micros;
        let echo = Figure::more("echo", micros(600), micros(150), micros(500));
        assert_eq!((echo.ratio.as_str(), echo.target.as_str(), echo.met), ("+0.45 ms", "≤ +0.5 ms", true));
        assert!(!Figure::more("echo", micros(700), micros(150), micros(500)).met);
        let bulk = Figure::rate("bulk", 59e6, 100e6, 0.6);
        assert_eq!((bulk.ours.as_str(), bulk.ratio.as_str(), bulk.met), ("59 MB/s", "0.59×", false));
    }

    #[test]
    fn the_document_names_the_machine_and_marks_what_was_missed() {
        let machine = Machine {
            processor: "Example 9000".to_owned(),
            cores: 2,
            memory_gib: 8,
            kernel: "6.1".to_owned(),
            date: "2026-11-22".to_owned(),
        };
        let figures = [Figure::at_most("start", Duration::from_millis(200), Duration::from_millis(150))];
        let text = render(&machine, &figures);
        assert!(text.contains("on 2026-11-22: Example 9000, 2 cores, 8 GiB memory, Linux 6.1."), "{text}");
        assert!(text.contains("| start  | 200 ms | –    | –     | ≤ 150 ms | **no** |"), "{text}");
    }
}
