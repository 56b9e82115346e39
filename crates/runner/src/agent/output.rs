//! Reading what a program prints, as text, in pieces.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// Bytes read at once.
const BLOCK: usize = 64 * 1024;

/// A program's output stream.
pub(crate) struct Output {
    pipe: Option<pipe::Receiver>,
    block: Vec<u8>,
    /// Bytes at the front of `block` that are the beginning of a character.
    rest: usize,
}

impl Output {
    /// Reads from a pipe.
    pub(crate) fn new(pipe: Option<pipe::Receiver>) -> Self {
        Self { pipe, block: vec![0; BLOCK], rest: 0 }
    }

    /// Whether all was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.pipe.is_none()
    }

    /// The next piece; what is no UTF-8 becomes replacement characters. Never ready once all was read. May be dropped
    /// while it waits without losing anything.
    pub(crate) async fn next(&mut self) -> io::Result<String> {
        let Some(pipe) = &mut self.pipe else { return std::future::pending().await };
        let read = pipe.read(&mut self.block[self.rest..]).await;
        if !matches!(read, Ok(1..)) {
            self.pipe = None;
        }
        let read = read?;
        let filled = self.rest + read;
        let whole = if read == 0 { filled } else { whole_characters(&self.block[..filled]) };
        let text = String::from_utf8_lossy(&self.block[..whole]).into_owned();
        self.block.copy_within(whole..filled, 0);
        self.rest = filled - whole;
        Ok(text)
    }
}

/// How many bytes are left when a character that is only begun at the end is set aside.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    for at in (tail..bytes.len()).rev() {
        let needed = match bytes[at] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            0x80..=0xBF => continue,
            _ => return bytes.len(),
        };
        return if bytes.len() - at < needed { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_only_begun_waits_for_its_rest() {
        let smile = "\u{1F600}".as_bytes();
        for cut in 1..4 {
            let bytes = [b"ab", &smile[..cut]].concat();
            assert_eq!(whole_characters(&bytes), 2, "{cut}");
        }
        assert_eq!(whole_characters("a\u{1F600}".as_bytes()), 5);
        assert_eq!(whole_characters(b"abc"), 3);
        assert_eq!(whole_characters(b"ab\xFF"), 3);
        assert_eq!(whole_characters(b"\x80\x80\x80\x80"), 4);
        assert_eq!(whole_characters(b""), 0);
    }
}
