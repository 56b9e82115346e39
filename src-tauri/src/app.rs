//! Putting the app together and running it.

use std::process::ExitCode;
use std::sync::Arc;

use switchyard_core::{Core, DataFolder, Door, Error, Interface, Result, Settings};
use tauri::{AppHandle, Builder, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::instance::First;
use crate::link::Link;
use crate::menu::MenuState;
use crate::notices::{self, Notices};
use crate::quit::Ending;
use crate::running::Starting;
use crate::stream::Streams;
use crate::zoom::Zoom;
use crate::{menu, notification, picker, quit, scheme, stream, tray, window};

/// Opens the window and stays until the app ends.
pub(crate) fn run(
    settings: Settings,
    folder: DataFolder,
    first: First,
    link: Option<Link>,
) -> Result<ExitCode> {
    // Before there is a window: who is told to end while it comes up ends cleanly too.
    let told = tauri::async_runtime::block_on(async { Told::listen() })?;
    let starting = Starting::default();
    let on_exit = settings.on_exit;
    let storage = window::storage(&folder);
    let zoom = Zoom::remembered(folder.zoom());
    // While the web view comes up, which takes longer.
    let core = tauri::async_runtime::spawn({
        let starting = starting.clone();
        async move {
            let core = Core::start(&settings, &folder, Door::Window, Arc::new(Interface)).await?;
            starting.is_up(core);
            Ok::<(), Error>(())
        }
    });
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    let app = Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_autostart::Builder::new().build())
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(remembered).build())
        .manage(starting)
        .manage(Ending::new(on_exit))
        .manage(Notices::default())
        .manage(Streams::default())
        .manage(MenuState::default())
        .manage(zoom)
        .register_asynchronous_uri_scheme_protocol(scheme::SCHEME, scheme::answer)
        .invoke_handler(tauri::generate_handler![
            stream::stream_open,
            stream::stream_send,
            stream::stream_acknowledge,
            stream::stream_close,
            notices::shell_listen,
            picker::pick_folder,
            notification::notify,
            quit::quit,
        ])
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .setup(move |app| {
            let app = app.handle();
            // Here, since it asks a plugin how things are.
            app.set_menu(menu::bar(app)?)?;
            window::open(app, storage)?;
            tray::put(app)?;
            if link.is_some() {
                window::show(app, link.as_ref());
            }
            tauri::async_runtime::spawn(tell_of_failed_start(app.clone(), core));
            tauri::async_runtime::spawn(hear_further_starts(app.clone(), first));
            tauri::async_runtime::spawn(end_when_told(app.clone(), told));
            Ok(())
        })
        .build(context())
        .map_err(Error::internal)?;
    let code = app.run_return(on_event);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the macro's own call, for a page that is not among the files built in"
)]
fn context() -> tauri::Context<tauri::Wry> {
    tauri::generate_context!()
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            quit::request(app);
        }
        // Ours to end in our own way, unless that has been done.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            quit::request(app);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for link in urls.iter().filter_map(|url| Link::parse(url.as_str())) {
                window::show(app, Some(&link));
            }
        }
        _ => {}
    }
}

/// A core that cannot start leaves nothing to show but why.
async fn tell_of_failed_start(
    app: AppHandle,
    core: tauri::async_runtime::JoinHandle<std::result::Result<(), Error>>,
) {
    let message = match core.await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => {
            tracing::error!(?error, "Switchyard cannot start");
            error.message.to_string()
        }
        Err(error) => {
            tracing::error!(%error, "Switchyard cannot start");
            "Switchyard cannot start; its log says why.".to_owned()
        }
    };
    window::hide(&app);
    let closing = app.clone();
    let dialog =
        app.dialog().message(message).title("Switchyard cannot start").kind(MessageDialogKind::Error);
    dialog.show(move |_| closing.exit(1));
}

async fn hear_further_starts(app: AppHandle, first: First) {
    first.hear(|link| window::show(&app, link.as_ref())).await;
}

/// The system ends the session, or somebody at a terminal the program.
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    fn listen() -> Result<Self> {
        let hear = |kind| signal(kind).map_err(Error::internal);
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }
}

async fn end_when_told(app: AppHandle, mut told: Told) {
    tokio::select! {
        _ = told.terminate.recv() => {}
        _ = told.interrupt.recv() => {}
    }
    quit::end_unasked(&app).await;
}
