//! Scrolling long lists in a real browser. `ui/bench` does the measuring; here its lines become figures.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Bench;
use crate::failure::{Failure, Result, told};
use crate::report::Figure;

/// Of a frame at 60 a second, in milliseconds.
const FRAME: f64 = 16.7;
/// So many frames of each that an empty page gets should be there.
const KEPT_FRAMES: f64 = 0.95;
const SCRIPT: &str = "ui/bench/scroll.mjs";

#[allow(clippy::disallowed_methods, reason = "starts the program that drives the browser")]
pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    if !Path::new(SCRIPT).is_file() {
        return Err(Failure::new(format!(
            "{SCRIPT} is not here: start the measuring in the project's folder"
        )));
    }
    let mut node = Command::new("node");
    node.arg(SCRIPT).env("SWITCHYARD_PROGRAMS", &bench.programs).stderr(Stdio::inherit());
    if bench.quick {
        node.arg("--quick");
    }
    let ran = told("start node", node.output())?;
    if !ran.status.success() {
        return Err(Failure::new(format!("{SCRIPT} did not go well ({})", ran.status)));
    }
    let said = String::from_utf8_lossy(&ran.stdout);
    let motions = said.lines().map(|line| {
        let motion: Value = told("understand the browser's figures", serde_json::from_str(line))?;
        figures(&motion).ok_or_else(|| Failure::new(format!("{SCRIPT} told something else: {line}")))
    });
    Ok(motions.collect::<Result<Vec<_>>>()?.concat())
}

/// Of one way of scrolling one list.
fn figures(motion: &Value) -> Option<Vec<Figure>> {
    let name = motion["name"].as_str()?;
    let (frames, empty) = (motion["frames"].as_f64()?, motion["empty_frames"].as_f64()?);
    let work = motion["work_ms"].as_f64()?;
    let kept = frames / empty.max(1.0);
    Some(vec![
        Figure::alone(
            format!("{name}: script, style and layout of a frame, p99"),
            format!("{work:.1} ms"),
            format!("≤ {FRAME} ms"),
            work <= FRAME,
        ),
        Figure {
            name: format!("{name}: frames, beside an empty page"),
            ours: frames.to_string(),
            peer: empty.to_string(),
            ratio: format!("{kept:.2}×"),
            target: format!("≥ {KEPT_FRAMES}×"),
            met: kept >= KEPT_FRAMES,
        },
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_motion_becomes_what_a_frame_costs_and_how_many_frames_were_kept() {
        let motion = json!({"name": "board, wheel", "frames": 90, "empty_frames": 180, "work_ms": 9.25});
        let [cost, kept] = &figures(&motion).unwrap()[..] else { panic!("two figures") };
        assert_eq!((cost.ours.as_str(), cost.met), ("9.2 ms", true));
        assert_eq!((kept.peer.as_str(), kept.ratio.as_str(), kept.met), ("180", "0.50×", false));
    }

    #[test]
    fn a_motion_without_its_figures_is_none() {
        assert!(figures(&json!({"name": "board, wheel", "frames": 90})).is_none());
    }
}
