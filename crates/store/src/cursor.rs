//! Cursors: the sort key of a page's last item, opaque to clients.

use switchyard_domain::{Error, Page, PageRequest, Result};

/// Stands between the parts; no part that is sorted by can hold it.
const SEPARATOR: char = '\u{1F}';

/// A cursor behind the item whose sort key has these parts.
fn encode(parts: &[String]) -> String {
    let joined = parts.join(&SEPARATOR.to_string());
    joined.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The `N` parts of the cursor that a page was asked for by, if it was.
///
/// # Errors
/// `Invalid` when it is none that this list gave.
pub(crate) fn decode<const N: usize>(page: &PageRequest) -> Result<Option<[String; N]>> {
    let Some(cursor) = &page.cursor else { return Ok(None) };
    parts(cursor).and_then(|parts| parts.try_into().ok()).map(Some).ok_or_else(invalid)
}

/// The error for a cursor that this list did not give.
pub(crate) fn invalid() -> Error {
    Error::invalid("cursor", "Take the cursor from the page before, or leave it out to begin anew.")
}

fn parts(cursor: &str) -> Option<Vec<String>> {
    if !cursor.is_ascii() || !cursor.len().is_multiple_of(2) {
        return None;
    }
    let digits = (0..cursor.len()).step_by(2).map(|at| u8::from_str_radix(&cursor[at..at + 2], 16).ok());
    let joined = String::from_utf8(digits.collect::<Option<Vec<u8>>>()?).ok()?;
    Some(joined.split(SEPARATOR).map(str::to_owned).collect())
}

/// A page of `items`, of which one more than the limit was read to know whether there is more.
pub(crate) fn page<T>(mut items: Vec<T>, page: &PageRequest, key: impl Fn(&T) -> Vec<String>) -> Page<T> {
    let limit = page.limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = if more { items.last().map(|item| encode(&key(item))) } else { None };
    Page { items, next_cursor }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{decode, encode};
    use switchyard_domain::PageRequest;

    fn asked(cursor: &str) -> PageRequest {
        PageRequest::new(None, Some(cursor.to_owned()))
    }

    #[test]
    fn a_cursor_gives_back_its_parts() {
        let parts = ["Ünïcode".to_owned(), String::new(), "3".to_owned()];
        assert_eq!(decode::<3>(&asked(&encode(&parts))).unwrap(), Some(parts));
    }

    #[test]
    fn a_cursor_of_another_list_or_of_nobody_is_refused() {
        let two = encode(&["a".to_owned(), "b".to_owned()]);
        for cursor in [two.as_str(), "zz", "f", "é", "ff", ""] {
            assert_eq!(decode::<3>(&asked(cursor)).unwrap_err().field, Some("cursor"), "{cursor}");
        }
    }
}
