//! How large the window shows the page, from one start to the next.

use std::path::PathBuf;
use std::sync::Mutex;

use tauri::{AppHandle, Manager};

use crate::window;

/// The least and the most, as factors.
const BOUNDS: (f64, f64) = (0.5, 3.0);
/// What one press changes.
const STEP: f64 = 0.1;

/// The zoom, and the file that remembers it.
pub(crate) struct Zoom {
    factor: Mutex<f64>,
    file: PathBuf,
}

/// A change that the menu offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    In,
    Out,
    Reset,
}

impl Zoom {
    /// The zoom that was chosen last. What cannot be read is as if nothing had been chosen.
    pub(crate) fn remembered(file: PathBuf) -> Self {
        let factor = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        Self { factor: Mutex::new(factor.map_or(1.0, bounded)), file }
    }

    /// The factor now.
    pub(crate) fn factor(&self) -> f64 {
        self.factor.lock().map_or(1.0, |factor| *factor)
    }

    fn change(&self, change: Change) -> f64 {
        let Ok(mut factor) = self.factor.lock() else { return 1.0 };
        *factor = match change {
            Change::In => bounded(*factor + STEP),
            Change::Out => bounded(*factor - STEP),
            Change::Reset => 1.0,
        };
        // Not worth more than a line in the log: the page is shown as it was asked for.
        if let Err(error) = std::fs::write(&self.file, format!("{:.1}\n", *factor)) {
            tracing::warn!(%error, "the zoom will not be remembered");
        }
        *factor
    }
}

fn bounded(factor: f64) -> f64 {
    if factor.is_finite() { factor.clamp(BOUNDS.0, BOUNDS.1) } else { 1.0 }
}

/// Changes the zoom of the window, now and for the next start.
pub(crate) fn change(app: &AppHandle, change: Change) -> tauri::Result<()> {
    let factor = app.state::<Zoom>().change(change);
    app.get_webview_window(window::LABEL).map_or(Ok(()), |window| window.set_zoom(factor))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "factors are set, not computed, where they are compared")]
mod tests {
    use super::*;

    #[test]
    fn the_zoom_is_the_same_after_a_restart_and_stays_within_its_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zoom");
        let zoom = Zoom::remembered(file.clone());
        assert_eq!(zoom.factor(), 1.0);
        zoom.change(Change::In);
        zoom.change(Change::In);
        assert_eq!(Zoom::remembered(file.clone()).factor(), 1.2);
        for _ in 0..40 {
            zoom.change(Change::Out);
        }
        assert_eq!(Zoom::remembered(file.clone()).factor(), 0.5);
        zoom.change(Change::Reset);
        assert_eq!(Zoom::remembered(file).factor(), 1.0);
    }

    #[test]
    fn a_file_that_makes_no_sense_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zoom");
        for (text, factor) in [("", 1.0), ("large", 1.0), ("NaN", 1.0), ("900", 3.0), ("-1", 0.5)] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(Zoom::remembered(file.clone()).factor(), factor, "{text}");
        }
    }
}
