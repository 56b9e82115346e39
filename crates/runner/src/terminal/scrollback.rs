//! The last output of a terminal, by its offset from the terminal's start.

use std::collections::VecDeque;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Lines.
    lines: usize,
    /// Bytes that are kept however many lines they are, so that a viewer a little behind misses nothing.
    least: usize,
    /// Bytes.
    most: usize,
}

const MIB: usize = 1024 * 1024;

/// Bytes for which a line has room where many lines are kept; a full line of a common width has fewer.
const LINE: usize = 160;

impl Limits {
    /// So many lines in 4 MiB; more than some 26,000 lines have more, up to 16 MiB.
    pub(super) fn keeping(lines: u32) -> Self {
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        Self { lines, least: MIB, most: lines.saturating_mul(LINE).clamp(4 * MIB, 16 * MIB) }
    }
}

/// How far beyond the place where it must be cut the end of a line is looked for.
const LOOK_AHEAD: usize = 4096;

/// Output as it was written, without its oldest part.
#[derive(Debug)]
pub(super) struct Scrollback {
    limits: Limits,
    bytes: VecDeque<u8>,
    /// Offset of the first byte that is kept.
    start: u64,
    lines: usize,
}

/// Bytes that are passed over at once while lines are counted.
const STRIDE: usize = 1024;

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

impl Scrollback {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, bytes: VecDeque::new(), start: 0, lines: 0 }
    }

    /// Offset of the oldest byte that is kept.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Offset behind the newest byte.
    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Appends output, and drops the oldest.
    pub(super) fn push(&mut self, output: &[u8]) {
        // Room is made first, so that the memory never grows beyond the bound.
        let over = (self.bytes.len() + output.len()).saturating_sub(self.limits.most);
        if over > 0 {
            self.drop_first(self.cut_behind(over));
        }
        let needed = self.bytes.len() + output.len();
        if needed > self.bytes.capacity() {
            let wanted = needed.next_power_of_two().min(self.limits.most).max(needed);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        self.bytes.extend(output);
        self.lines += newlines(output);
        let surplus = self.lines.saturating_sub(self.limits.lines);
        if surplus > 0 && self.bytes.len() > self.limits.least {
            self.drop_first(self.end_of_line(surplus, self.bytes.len() - self.limits.least));
        }
    }

    /// At most `most` bytes from `from` on, which is not before the start.
    pub(super) fn copy(&self, from: u64, most: usize) -> Vec<u8> {
        let first = usize::try_from(from.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let first = first.min(self.bytes.len());
        let last = first.saturating_add(most).min(self.bytes.len());
        let (front, back) = self.bytes.as_slices();
        let part = |slice: &[u8], offset: usize| -> (usize, usize) {
            let clamp = |at: usize| at.saturating_sub(offset).min(slice.len());
            (clamp(first), clamp(last))
        };
        let mut copied = Vec::with_capacity(last - first);
        let (a, b) = part(front, 0);
        copied.extend_from_slice(&front[a..b]);
        let (a, b) = part(back, front.len());
        copied.extend_from_slice(&back[a..b]);
        copied
    }

    /// How many bytes the first lines are, at most so many lines and bytes.
    fn end_of_line(&self, lines: usize, most: usize) -> usize {
        let (mut left, mut passed, mut end) = (lines, 0, 0);
        // By whole strides as long as their lines all belong to it: each byte of a flood comes through here.
        for stride in self.first(most).into_iter().flat_map(|part| part.chunks(STRIDE)) {
            let within = newlines(stride);
            let ends = stride.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
            let last = if within < left {
                stride.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1)
            } else {
                ends.take(left).last()
            };
            end = last.map_or(end, |last| passed + last);
            if within >= left {
                break;
            }
            (left, passed) = (left - within, passed + stride.len());
        }
        end
    }

    /// The first bytes, in the two parts in which they lie.
    fn first(&self, count: usize) -> [&[u8]; 2] {
        let (front, back) = self.bytes.as_slices();
        let in_front = count.min(front.len());
        [&front[..in_front], &back[..(count - in_front).min(back.len())]]
    }

    /// A place to cut at or shortly behind the first `least` bytes: behind a line, or between two characters.
    fn cut_behind(&self, least: usize) -> usize {
        let least = least.min(self.bytes.len());
        let ahead = self.bytes.iter().skip(least).take(LOOK_AHEAD);
        if let Some(at) = ahead.clone().position(|byte| *byte == b'\n') {
            return least + at + 1;
        }
        // A character goes on for three bytes at most.
        let inside = ahead.take(3).take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
        least + inside
    }

    fn drop_first(&mut self, count: usize) {
        self.lines -= self.first(count).into_iter().map(newlines).sum::<usize>();
        self.bytes.drain(..count);
        self.start += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrollback(lines: usize, least: usize, most: usize) -> Scrollback {
        Scrollback::new(Limits { lines, least, most })
    }

    fn text(kept: &Scrollback) -> String {
        String::from_utf8(kept.copy(kept.start(), usize::MAX)).unwrap()
    }

    #[test]
    fn the_last_lines_are_kept_whole() {
        let mut kept = scrollback(3, 0, 1000);
        for number in 0..10 {
            kept.push(format!("line {number}\n").as_bytes());
        }
        assert_eq!(text(&kept), "line 7\nline 8\nline 9\n");
        assert_eq!((kept.start(), kept.end()), (49, 70));
    }

    #[test]
    fn however_lines_and_pieces_fall_exactly_the_last_lines_are_kept() {
        let mut kept = scrollback(50, 0, 1 << 20);
        let line = |number: usize| format!("{}\n", "x".repeat(number * 37 % 301));
        let all: String = (0..1000).map(line).collect();
        let mut pushed = 0;
        for piece in all.as_bytes().chunks(5 * STRIDE + 7) {
            kept.push(piece);
            pushed += piece.len();
            let before = &all[..pushed];
            let begins = before.rmatch_indices('\n').nth(50).map_or(0, |(at, _)| at + 1);
            assert_eq!(text(&kept), before[begins..]);
        }
    }

    #[test]
    fn many_short_lines_are_kept_up_to_the_least_bytes() {
        let mut kept = scrollback(3, 40, 1000);
        for _ in 0..100 {
            kept.push(b"y\n");
        }
        assert_eq!((kept.end() - kept.start(), kept.end()), (40, 200));
    }

    #[test]
    fn a_line_without_an_end_is_cut_between_two_characters() {
        let mut kept = scrollback(3, 0, 100);
        for _ in 0..200 {
            kept.push("ü€".as_bytes());
        }
        assert!(text(&kept).len() <= 100);
        assert_eq!(kept.end(), 1000);
    }

    #[test]
    fn a_terminal_never_takes_more_than_16_mib() {
        let most = |lines| Limits::keeping(lines).most;
        assert_eq!([most(1_000), most(10_000), most(100_000)], [4 * MIB, 4 * MIB, 16_000_000]);
        assert_eq!(most(u32::MAX), 16 * MIB);
    }

    #[test]
    fn memory_does_not_grow_beyond_the_bound() {
        let mut kept = scrollback(1_000_000, 0, 1 << 16);
        for _ in 0..1000 {
            kept.push(&[b'x'; 1000]);
        }
        assert!(kept.bytes.capacity() <= 1 << 16, "{}", kept.bytes.capacity());
    }

    #[test]
    fn any_part_that_is_kept_can_be_copied() {
        let mut kept = scrollback(1000, 0, 64);
        let all: Vec<u8> = (0..200).map(|number| b'a' + number % 26).collect();
        for piece in all.chunks(7) {
            kept.push(piece);
            for from in kept.start()..=kept.end() {
                let most = 9.min((kept.end() - from) as usize);
                assert_eq!(kept.copy(from, 9), all[from as usize..from as usize + most]);
            }
        }
    }
}
