//! A workspace's files on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::workspace as domain;
use utoipa::{IntoParams, ToSchema};

use super::mirror;

mirror! {
    /// What a directory entry is.
    FileKind = domain::FileKind { File, Dir, Symlink }
}

/// An entry of a folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileEntry {
    name: String,
    /// Relative to the workspace's folder.
    path: String,
    kind: FileKind,
    size: u64,
}

impl From<domain::FileEntry> for FileEntry {
    fn from(entry: domain::FileEntry) -> Self {
        Self { name: entry.name, path: entry.path, kind: entry.kind.into(), size: entry.size }
    }
}

/// A file's text.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileContent {
    path: String,
    #[schema(required = true)]
    text: Option<String>,
    binary: bool,
    size: u64,
    truncated: bool,
}

impl FileContent {
    pub(crate) fn new(path: String, content: domain::FileContent) -> Self {
        let binary = content.text.is_none();
        Self { path, text: content.text, binary, size: content.size, truncated: content.truncated }
    }
}

/// A path in the workspace; its root when left out.
#[derive(Deserialize, IntoParams)]
pub(crate) struct PathQuery {
    #[serde(default)]
    pub(crate) path: String,
}
