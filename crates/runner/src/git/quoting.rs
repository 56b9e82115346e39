//! Paths as git quotes them where a line holds one.

/// The bytes that `text` stands for: itself, or the inside of double quotes with C escapes undone.
#[must_use]
pub fn unquoted(text: &[u8]) -> Vec<u8> {
    let Some(inside) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else {
        return text.to_vec();
    };
    let mut plain = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let Some((&escape, after)) = rest.split_first() else { break };
        rest = after;
        plain.push(match escape {
            b'a' => 0x07,
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'r' => b'\r',
            b'0'..=b'3' if rest.len() >= 2 => {
                let octal = (escape - b'0') << 6 | (rest[0] & 7) << 3 | rest[1] & 7;
                rest = &rest[2..];
                octal
            }
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn quotes_and_escapes_are_undone() {
        assert_eq!(unquoted(b"plain name"), b"plain name");
        assert_eq!(
            unquoted(br#""tab\there\nnew \"q\" \\ \303\244""#),
            "tab\there\nnew \"q\" \\ ä".as_bytes()
        );
    }
}
