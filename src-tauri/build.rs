//! Generates what Tauri needs at compile time: the context, and one permission per command of ours.

use tauri_build::{AppManifest, Attributes};

/// The commands that the page may call. Each becomes a permission `allow-…`, which `capabilities/` grants to the one
/// window there is; a command that is not granted there is refused.
const COMMANDS: &[&str] = &[
    "stream_open",
    "stream_send",
    "stream_acknowledge",
    "stream_close",
    "shell_listen",
    "pick_folder",
    "notify",
    "quit",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))?;
    Ok(())
}
