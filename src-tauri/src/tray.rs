//! The icon in the tray, for as long as the app is open.

use tauri::AppHandle;
use tauri::tray::TrayIconBuilder;

use crate::menu;

/// Puts the icon there. A desktop without a tray shows none, and nothing else changes.
pub(crate) fn put(app: &AppHandle) -> tauri::Result<()> {
    let tray = TrayIconBuilder::with_id("switchyard").tooltip("Switchyard").menu(&menu::of_tray(app)?);
    let tray = match app.default_window_icon() {
        Some(icon) => tray.icon(icon.clone()),
        None => tray,
    };
    tray.build(app).map(drop)
}
