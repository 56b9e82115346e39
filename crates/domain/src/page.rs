//! Bounded lists.

/// How much of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items; between 1 and [`PageRequest::MAX`].
    pub limit: u32,
    /// Where to go on: the `next_cursor` of the page before, opaque to clients.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The largest page.
    pub const MAX: u32 = 1000;
    /// The size of a page when none is asked for.
    pub const DEFAULT: u32 = 200;

    /// A request with its limit brought into bounds.
    #[must_use]
    pub fn new(limit: Option<u32>, cursor: Option<String>) -> Self {
        Self { limit: limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX), cursor }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page with its items mapped.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}
