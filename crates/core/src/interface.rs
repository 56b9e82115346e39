//! The built UI, inside of the programs in release builds and read from `ui/dist` in others.

use rust_embed::Embed;
use switchyard_api::{Asset, Assets};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// The UI's files.
#[derive(Clone, Copy, Debug)]
pub struct Interface;

impl Assets for Interface {
    fn get(&self, path: &str) -> Option<Asset> {
        let file = Dist::get(path)?;
        let etag = file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Asset { bytes: file.data, etag })
    }
}
