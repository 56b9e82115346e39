//! Order of cards: a fractional index, so that a move writes one row.
//!
//! A position is a string over `0-9A-Za-z` compared byte by byte, read as a fraction in base 62. Between any
//! two positions lies another. The last digit is never `0`, so that a smaller position always exists.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn value(digit: u8) -> usize {
    DIGITS.iter().position(|d| *d == digit).unwrap_or(0)
}

/// Digits of a position made at an open end: the head counts up or down, so appending never grows it.
const HEAD: usize = 6;
const BASE: u64 = DIGITS.len() as u64;
const HEADS: u64 = BASE.pow(HEAD as u32);

/// A position strictly between `before` and `after`; `None` is the open end on that side.
///
/// Returns `None` when the two are not in ascending order.
#[must_use]
pub fn between(before: Option<&str>, after: Option<&str>) -> Option<String> {
    match (before, after) {
        (None, None) => encode_head(HEADS / 2 + 1),
        (Some(before), None) => encode_head(step(head(before), 1)).or_else(|| halve(before, None)),
        (None, Some(after)) => encode_head(step(head(after), -1)).or_else(|| halve("", Some(after))),
        (Some(before), Some(after)) if before < after => halve(before, Some(after)),
        _ => None,
    }
}

/// The first [`HEAD`] digits as a number.
fn head(position: &str) -> u64 {
    let digits = position.bytes().chain(std::iter::repeat(b'0')).take(HEAD);
    digits.fold(0, |head, digit| head * BASE + value(digit) as u64)
}

/// The next head in `direction` whose last digit is not `0`.
fn step(head: u64, direction: i64) -> u64 {
    let next = head.saturating_add_signed(direction);
    if next.is_multiple_of(BASE) { next.saturating_add_signed(direction) } else { next }
}

/// The digits of a head; `None` when it has run out of the range that leaves room on both sides.
fn encode_head(mut head: u64) -> Option<String> {
    if head == 0 || head >= HEADS {
        return None;
    }
    let mut digits = [b'0'; HEAD];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(head % BASE) as usize];
        head /= BASE;
    }
    Some(String::from_utf8_lossy(&digits).into_owned())
}

fn halve(before: &str, after: Option<&str>) -> Option<String> {
    let low = before.as_bytes();
    let mut high = after.map(str::as_bytes);
    let mut out = Vec::with_capacity(low.len() + 1);
    for place in 0.. {
        let floor = low.get(place).map_or(0, |d| value(*d));
        let ceiling = match high {
            Some(digits) => digits.get(place).map_or(0, |d| value(*d)),
            None => DIGITS.len(),
        };
        let room = ceiling.saturating_sub(floor);
        if room > 1 {
            out.push(DIGITS[floor + room / 2]);
            return Some(String::from_utf8_lossy(&out).into_owned());
        }
        out.push(DIGITS[floor]);
        if room == 1 {
            high = None;
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::between;

    #[test]
    fn appending_and_prepending_ten_thousand_times_keeps_order_and_length() {
        let mut last = between(None, None).unwrap();
        for _ in 0..10_000 {
            let next = between(Some(&last), None).unwrap();
            assert!(next > last && !next.ends_with('0') && next.len() == 6, "{next} after {last}");
            last = next;
        }
        let mut first = last;
        for _ in 0..10_000 {
            let next = between(None, Some(&first)).unwrap();
            assert!(next < first && !next.ends_with('0'), "{next} before {first}");
            first = next;
        }
    }

    #[test]
    fn there_is_always_room_between_two_neighbours() {
        let (mut low, mut high) = ("1".to_owned(), "2".to_owned());
        for turn in 0..500 {
            let middle = between(Some(&low), Some(&high)).unwrap();
            assert!(low < middle && middle < high, "{low} < {middle} < {high}");
            if turn % 2 == 0 { low = middle } else { high = middle }
        }
    }

    #[test]
    fn two_positions_out_of_order_have_nothing_between_them() {
        assert_eq!(between(Some("b"), Some("a")), None);
        assert_eq!(between(Some("a"), Some("a")), None);
    }
}
