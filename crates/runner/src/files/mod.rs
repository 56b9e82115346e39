//! Files: reached only relative to an open folder, so that no name and no link leads out of it.

pub mod beneath;
pub mod browse;
pub mod copy;
pub mod discover;
pub mod pattern;
pub mod watch;
