//! What git tells of its progress, line by line.

use switchyard_domain::repo::{ClonePhase, CloneProgress};

/// How far a fetch has come.
#[derive(Clone, Debug)]
pub struct Progress {
    now: CloneProgress,
    line: Vec<u8>,
}

/// Bytes of a line that are looked at.
const LONGEST_LINE: usize = 512;

impl Default for Progress {
    fn default() -> Self {
        let now = CloneProgress { phase: ClonePhase::Connecting, percent: None, objects: 0, bytes: 0 };
        Self { now, line: Vec::new() }
    }
}

impl Progress {
    /// As it stands.
    #[must_use]
    pub fn now(&self) -> CloneProgress {
        self.now
    }

    /// Takes in a piece of git's standard error.
    pub fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => {
                    let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                    self.read(&line);
                }
                _ if self.line.len() < LONGEST_LINE => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn read(&mut self, line: &str) {
        use ClonePhase::{Preparing, Receiving, Resolving};
        // A remote's own words tell of its own part alone.
        let (phase, rest) = match line.strip_prefix("remote: ") {
            Some(said)
                if ["Enumerating ", "Counting ", "Compressing "].iter().any(|it| said.starts_with(it)) =>
            {
                (Preparing, said)
            }
            Some(_) => return,
            None => match (line.strip_prefix("Receiving objects:"), line.strip_prefix("Resolving deltas:")) {
                (Some(rest), _) => (Receiving, rest),
                (_, Some(rest)) => (Resolving, rest),
                _ => return,
            },
        };
        // Counting begins anew; a phase that was passed does not come again.
        if phase as u8 >= self.now.phase as u8 {
            self.now.phase = phase;
            self.now.percent = percent(rest);
        }
        if phase == Receiving {
            self.now.objects = objects(rest).unwrap_or(self.now.objects);
            self.now.bytes = bytes(rest).unwrap_or(self.now.bytes);
        }
    }
}

/// Of ` 12% (123/1024), 1.20 MiB | 2.00 MiB/s`, 12.
fn percent(text: &str) -> Option<u8> {
    let (before, _) = text.split_once('%')?;
    let number: u8 = before.rsplit(' ').next()?.parse().ok()?;
    (number <= 100).then_some(number)
}

/// Of the same, 123.
fn objects(text: &str) -> Option<u64> {
    text.split_once('(')?.1.split_once('/')?.0.parse().ok()
}

/// Of the same, 1.20 MiB.
fn bytes(text: &str) -> Option<u64> {
    let amount = text.split_once("), ")?.1.split([',', '|']).next()?.trim();
    let (number, unit) = amount.split_once(' ')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let part: u64 = format!("{part:0<2}").get(..2)?.parse().ok()?;
    let hundredths = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part)?;
    let factor: u64 = match unit {
        "bytes" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    Some(hundredths.checked_mul(factor)? / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_own_lines_are_read_however_they_are_cut() {
        let mut progress = Progress::default();
        progress.hear(b"remote: Enumerating objects: 1024, done.\nremote: Counting objects:  50% (1/2)\r");
        assert_eq!((progress.now().phase, progress.now().percent), (ClonePhase::Preparing, Some(50)));
        progress.hear(b"Receiving objects:  12% (123/1024), 1.20 Mi");
        assert_eq!(progress.now().phase, ClonePhase::Preparing);
        progress.hear(b"B | 2.00 MiB/s\r");
        let now =
            CloneProgress { phase: ClonePhase::Receiving, percent: Some(12), objects: 123, bytes: 1_258_291 };
        assert_eq!(progress.now(), now);
        progress.hear(b"Resolving deltas: 100% (7/7), done.\n");
        assert_eq!((progress.now().phase, progress.now().bytes), (ClonePhase::Resolving, 1_258_291));
    }

    #[test]
    fn a_remote_does_not_make_up_what_was_received() {
        let mut progress = Progress::default();
        progress.hear(b"remote: Receiving objects: 99% (1/1), 9.00 GiB | x\r");
        progress.hear(&[b'x'; 4096]);
        progress.hear(b"\nReceiving objects: 999% (x/y), 99999999999999999999.0 GiB\r");
        let now = progress.now();
        assert_eq!((now.phase, now.percent, now.objects, now.bytes), (ClonePhase::Receiving, None, 0, 0));
    }
}
