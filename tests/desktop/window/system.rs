//! What the window hands to the desktop around it: addresses, the start at login, the dialog for folders.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::app::{Home, program, wait_until};
use crate::driver::Driver;
use crate::main_path::bakery;
use crate::terminal::go;

const PATIENCE: Duration = Duration::from_secs(40);
/// The title of the dialog for folders.
const DIALOG: &str = "Choose a git repository";

#[tokio::test]
async fn an_address_of_the_web_is_opened_by_the_system_and_never_in_the_window() {
    let home = Home::new();
    let opened = home.note_what_is_opened();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let repository = home.repository("bakery");
    let task = bakery(&window, &repository.display().to_string()).await;
    let id = task.rsplit_once('/').unwrap().1;
    let description =
        "See [the oven](https://example.org/oven?heat=220&fan=1) and [this](file:///etc/passwd).";
    let told = window
        .script_later(&format!(
            "const task = await (await fetch('/api/tasks/{id}')).json(); \
             const r = await fetch('/api/tasks/{id}', {{ method: 'PATCH', headers: {{ 'content-type': 'application/json', \
               'if-match': `\"${{task.version}}\"` }}, body: JSON.stringify({{ description: '{description}' }}) }}); return r.status;"
        ))
        .await;
    assert_eq!(told, 200);
    go(&window, &task).await;
    window.press("the oven").await;
    wait_until("the system was asked", PATIENCE, || !opened().is_empty());
    assert_eq!(opened(), ["https://example.org/oven?heat=220&fan=1"]);

    // However a page would go there. A window that nobody asked for with a press is not opened at all.
    press_that(&window, "open('https://example.org/opened', '_blank', 'noopener')").await;
    wait_until("it is opened", PATIENCE, || opened().len() == 2);
    assert_eq!(opened()[1], "https://example.org/opened");
    for (script, address) in [
        ("location.href = 'https://example.org/gone'", "https://example.org/gone"),
        ("location.assign('vscode://file/home/ada/a.rs:3')", "vscode://file/home/ada/a.rs:3"),
    ] {
        window.script(script).await;
        wait_until(address, PATIENCE, || opened().last().is_some_and(|last| last == address));
    }
    for refused in ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ms-msdt:x"] {
        press_that(&window, &format!("open('{refused}', '_blank', 'noopener')")).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(opened().len(), 4, "{:?}", opened());
    assert_eq!(window.path().await, task);
    window.close().await;
}

/// Presses a button that does something.
async fn press_that(window: &Driver, script: &str) {
    window
        .script(&format!(
            "document.getElementById('pressed')?.remove(); const button = document.createElement('button'); \
             button.id = 'pressed'; button.textContent = 'Press'; button.style = 'position: fixed; top: 0; z-index: 99'; \
             button.onclick = () => {{ {script} }}; document.body.append(button);"
        ))
        .await;
    window.press("Press").await;
}

#[tokio::test]
async fn starting_at_login_is_switched_on_and_off_in_the_menu() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let entry = home.path().join(".config/autostart");
    let entries =
        || -> Vec<_> { entry.read_dir().into_iter().flatten().flatten().map(|it| it.path()).collect() };
    assert!(entries().is_empty());
    // The first menu's second entry.
    let switch: &[&str] = &["F10", "Down", "Down", "Return"];
    home.press_keys(switch);
    wait_until("there is an entry", PATIENCE, || entries().len() == 1);
    let text = std::fs::read_to_string(&entries()[0]).unwrap();
    let starts = format!("Exec={}", program().display());
    assert!(text.lines().any(|line| line.trim_end() == starts), "{text}");
    assert!(text.contains("Type=Application"), "{text}");
    home.press_keys(switch);
    wait_until("the entry is gone", PATIENCE, || entries().is_empty());
    window.close().await;
}

#[tokio::test]
async fn the_systems_dialog_picks_a_folder_or_none() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let window = Driver::start(&home).await;
    window.press("Create your first project").await;
    let choose = async || {
        window.find("//button[contains(., 'Choose…')]").await.click().await.unwrap();
        wait_until("the dialog is open", PATIENCE, || home.has_window(DIALOG));
    };
    let chosen = "return [...document.querySelectorAll('[role=dialog] input')].map((field) => field.value).join(' ').trim()";
    choose().await;
    wait_until("it is closed", PATIENCE, || {
        home.type_into_dialog("key --delay 200 Escape");
        !home.has_window(DIALOG)
    });
    assert_eq!(window.script(chosen).await, "");
    let path = repository.display().to_string();
    let begun = std::time::Instant::now();
    // The toolkit may drop keys while it reads the folder; who sees that chooses again.
    while !window.script(chosen).await.as_str().unwrap().contains(&path) {
        assert!(begun.elapsed() < 3 * PATIENCE, "{}", window.script(chosen).await);
        choose().await;
        // A path that begins with a slash opens the dialog's own field for it.
        home.type_into_dialog(&format!("type --delay 20 '{path}'"));
        // The first press may go to the list of completions, and all of them to a path that lost a letter.
        let typed = std::time::Instant::now();
        while home.has_window(DIALOG) && typed.elapsed() < PATIENCE / 4 {
            home.type_into_dialog("key --delay 200 Return");
        }
        wait_until("it is closed", PATIENCE, || {
            let open = home.has_window(DIALOG);
            if open {
                home.type_into_dialog("key --delay 200 Escape");
            }
            !open
        });
        // The page hears of the choice a moment after the dialog is gone.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    window.picture("folder-picked").await.unwrap();
    window.close().await;
}

impl Home {
    /// Puts an opener of addresses first in the path; what is returned reads what it was given.
    fn note_what_is_opened(&self) -> impl Fn() -> Vec<String> {
        let (folder, log) = (self.path().join("bin"), self.path().join("opened"));
        std::fs::create_dir(&folder).unwrap();
        let opener = folder.join("xdg-open");
        std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\n", log.display()))
            .unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        move || std::fs::read_to_string(&log).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn has_window(&self, name: &str) -> bool {
        let search = format!("xdotool search --onlyvisible --name '{name}'");
        let found = self.command("sh").args(["-c", &search]).output().unwrap();
        !found.stdout.is_empty()
    }

    fn type_into_dialog(&self, keys: &str) {
        let script = format!(
            "w=$(xdotool search --onlyvisible --name '{DIALOG}' | tail -1) && xdotool windowfocus --sync $w {keys}"
        );
        // One that closes meanwhile takes no more.
        let _ = self.command("sh").args(["-c", &script]).status().unwrap();
    }
}
