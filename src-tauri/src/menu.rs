//! The menu bar. What it offers of the page's are the page's own actions, by their ids.

use std::sync::Mutex;

use tauri::menu::{CheckMenuItem, CheckMenuItemBuilder, Menu, MenuBuilder, MenuEvent, MenuItemBuilder};
use tauri::menu::{Submenu, SubmenuBuilder};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_autostart::ManagerExt;

use crate::notices::{Notice, Notices};
use crate::zoom::{self, Change};
use crate::{quit, window};

const START_AT_LOGIN: &str = "start_at_login";
const QUIT: &str = "quit";
const SHOW: &str = "show";
const RELOAD: &str = "reload";
const FULL_SCREEN: &str = "full_screen";
const ZOOM_IN: &str = "zoom_in";
const ZOOM_OUT: &str = "zoom_out";
const ZOOM_RESET: &str = "zoom_reset";

/// The page's actions that stand in a menu, with the words for them there.
const ACTIONS: [(&str, &str); 9] = [
    ("project.create", "New Project…"),
    ("go.board", "Board"),
    ("go.approvals", "Approvals"),
    ("go.agents", "Agents"),
    ("go.settings", "Settings"),
    ("palette.open", "Command Palette"),
    ("sidebar.toggle", "Show or Hide the Sidebar"),
    ("theme.toggle", "Light or Dark"),
    ("shortcuts.show", "Keyboard Shortcuts"),
];

/// What the menu must remember.
#[derive(Default)]
pub(crate) struct MenuState {
    start_at_login: Mutex<Option<CheckMenuItem<Wry>>>,
}

/// The menu bar.
pub(crate) fn bar(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let start_at_login = CheckMenuItemBuilder::with_id(START_AT_LOGIN, "Start at Login")
        .checked(app.autolaunch().is_enabled().unwrap_or(false))
        .build(app)?;
    let quit = MenuItemBuilder::with_id(QUIT, "Quit").accelerator("CmdOrCtrl+Q").build(app)?;
    let file = SubmenuBuilder::new(app, "File")
        .text("project.create", title("project.create"))
        .separator()
        .item(&start_at_login)
        .separator()
        .item(&quit)
        .build()?;
    if let Ok(mut place) = app.state::<MenuState>().start_at_login.lock() {
        *place = Some(start_at_login);
    }
    let bar = MenuBuilder::new(app).item(&file);
    // Elsewhere the web view brings these itself; on macOS no shortcut works that is in no menu.
    #[cfg(target_os = "macos")]
    let bar =
        bar.item(&SubmenuBuilder::new(app, "Edit").undo().redo().cut().copy().paste().select_all().build()?);
    let pages = ["go.board", "go.approvals", "go.agents", "go.settings"];
    let help = SubmenuBuilder::new(app, "Help").text("shortcuts.show", title("shortcuts.show")).build()?;
    bar.item(&of_actions(app, "Go", &pages)?).item(&view(app)?).item(&help).build()
}

fn view(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    let item = |id, text, keys| MenuItemBuilder::with_id(id, text).accelerator(keys).build(app);
    SubmenuBuilder::new(app, "View")
        .text("palette.open", title("palette.open"))
        .text("sidebar.toggle", title("sidebar.toggle"))
        .text("theme.toggle", title("theme.toggle"))
        .separator()
        // The key that has the plus on most keyboards: a name that Tauri does not know would be no shortcut at all.
        .item(&item(ZOOM_IN, "Zoom In", "CmdOrCtrl+=")?)
        .item(&item(ZOOM_OUT, "Zoom Out", "CmdOrCtrl+-")?)
        .item(&item(ZOOM_RESET, "Actual Size", "CmdOrCtrl+0")?)
        .item(&item(FULL_SCREEN, "Full Screen", "F11")?)
        .separator()
        .text(RELOAD, "Reload")
        .build()
}

/// What the tray offers.
pub(crate) fn of_tray(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    MenuBuilder::new(app)
        .text(SHOW, "Open Switchyard")
        .text("go.approvals", title("go.approvals"))
        .separator()
        .text(QUIT, "Quit")
        .build()
}

/// Does what was chosen.
pub(crate) fn chosen(app: &AppHandle, event: &MenuEvent) {
    let done = match event.id().as_ref() {
        QUIT => {
            quit::request(app);
            Ok(())
        }
        SHOW => {
            window::show(app, None);
            Ok(())
        }
        START_AT_LOGIN => toggle_start_at_login(app),
        RELOAD => with_window(app, |window| window.reload()),
        FULL_SCREEN => with_window(app, |window| window.set_fullscreen(!window.is_fullscreen()?)),
        ZOOM_IN => zoom::change(app, Change::In),
        ZOOM_OUT => zoom::change(app, Change::Out),
        ZOOM_RESET => zoom::change(app, Change::Reset),
        id => {
            if let Some((id, _)) = ACTIONS.iter().find(|(known, _)| *known == id) {
                window::show(app, None);
                app.state::<Notices>().tell(Notice::Action { id });
            }
            Ok(())
        }
    };
    if let Err(error) = done {
        tracing::warn!(%error, chosen = event.id().as_ref(), "a menu's choice was not done");
    }
}

fn of_actions(app: &AppHandle, name: &str, ids: &[&'static str]) -> tauri::Result<Submenu<Wry>> {
    ids.iter().fold(SubmenuBuilder::new(app, name), |menu, id| menu.text(*id, title(id))).build()
}

fn title(id: &str) -> &'static str {
    ACTIONS.iter().find(|(known, _)| *known == id).map_or("", |(_, title)| title)
}

fn toggle_start_at_login(app: &AppHandle) -> tauri::Result<()> {
    let autostart = app.autolaunch();
    let wanted = !autostart.is_enabled().unwrap_or(false);
    let done = if wanted { autostart.enable() } else { autostart.disable() };
    if let Err(error) = done {
        tracing::warn!(%error, "starting at login could not be changed");
    }
    // The mark tells how it is, not how it was meant to be.
    let place = app.state::<MenuState>();
    let Ok(place) = place.start_at_login.lock() else { return Ok(()) };
    match place.as_ref() {
        Some(item) => item.set_checked(autostart.is_enabled().unwrap_or(false)),
        None => Ok(()),
    }
}

fn with_window(
    app: &AppHandle,
    act: impl FnOnce(&tauri::WebviewWindow) -> tauri::Result<()>,
) -> tauri::Result<()> {
    app.get_webview_window(window::LABEL).map_or(Ok(()), |window| act(&window))
}
