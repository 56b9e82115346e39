//! Notifications on the desktop: when one is shown, what it says, and where a click on it leads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, OwnedVariant, connection, interface};

use crate::app::Home;
use crate::driver::Driver;
use crate::main_path::start_session;
use crate::terminal::go;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_ended_turn_is_told_to_who_looks_elsewhere_and_a_click_leads_to_it() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let window = Driver::start(&home).await;
    switch_on(&window).await;
    let workspace = in_bakery(&home, &window, &json!({ "id": "command", "command": "sleep 2" }), "x").await;
    home.look_elsewhere();
    let shown = desktop.next().await;
    assert_eq!((shown.app.as_str(), shown.body.as_str()), ("Switchyard", "An agent finished its turn"));

    assert_ne!(window.path().await, workspace);
    desktop.click(shown.id).await;
    let begun = std::time::Instant::now();
    // A card says how its session stands, too.
    while window.path().await != workspace {
        assert!(begun.elapsed() < PATIENCE, "the click leads to the workspace");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.shown("Completed").await;
    while window.script("return document.hasFocus()").await != true {
        assert!(begun.elapsed() < PATIENCE, "the window is raised");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.close().await;
}

#[tokio::test]
async fn a_request_for_permission_is_told_and_a_click_leads_to_its_buttons() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let window = Driver::start(&home).await;
    switch_on(&window).await;
    let agent = json!({ "id": "acp", "command": [crate::app::scripted_agent()] });
    home.look_elsewhere();
    let workspace = in_bakery(&home, &window, &agent, "[[ask Remove <b>all</b>]]").await;
    let shown = desktop.next().await;
    // Some desktops read markup in what they show.
    assert_eq!(shown.body, "An agent asks: Remove &lt;b&gt;all&lt;/b&gt;");
    desktop.click(shown.id).await;
    window.find("//button[contains(., 'Allow')]").await;
    assert_eq!(window.path().await, workspace);
    window.picture("notification-clicked").await.unwrap();
    window.close().await;
}

#[tokio::test]
async fn who_looks_at_the_window_or_wants_none_gets_no_notification() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let window = Driver::start(&home).await;
    let quick = json!({ "id": "command", "command": "sleep 1" });
    // None were wanted so far.
    let workspace = in_bakery(&home, &window, &quick, "x").await;
    home.look_elsewhere();
    go(&window, &workspace).await;
    window.shown("Completed").await;
    switch_on(&window).await;
    home.look_here();
    let task = workspace.rsplit_once("/workspaces/").unwrap().0;
    let second = start_session(&window, task, &quick, "x").await;
    go(&window, &second).await;
    window.shown("Completed").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(desktop.shown.lock().unwrap().is_empty());
    window.close().await;
}

/// Switches notifications on, as a person does.
async fn switch_on(window: &Driver) {
    window.find("//button[contains(., 'Create your first project')] | //h1").await;
    go(window, "/settings").await;
    window.press("Show a desktop notification").await;
    window.press("Save").await;
    let saved =
        "const { notifications } = await (await fetch('/api/config')).json(); return notifications.desktop";
    let begun = std::time::Instant::now();
    while window.script_later(saved).await != true {
        assert!(begun.elapsed() < PATIENCE, "saved");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    go(window, "/").await;
}

/// A task's workspace with an agent in a new project.
async fn in_bakery(home: &Home, window: &Driver, agent: &serde_json::Value, prompt: &str) -> String {
    let repository = home.repository("bakery");
    let task = crate::main_path::bakery(window, &repository.display().to_string()).await;
    start_session(window, &task, agent, prompt).await
}

/// The part of a desktop that shows notifications.
struct Desktop {
    connection: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
}

/// A notification as an app asked for it.
#[derive(Clone, Debug)]
struct Shown {
    id: u32,
    app: String,
    body: String,
}

struct Service(Arc<Mutex<Vec<Shown>>>, u32);

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ["tests", "tests", "1", "1.2"].map(str::to_owned).into()
    }

    #[allow(clippy::too_many_arguments, reason = "the desktops' own interface")]
    fn notify(
        &mut self,
        app_name: String,
        _replaces: u32,
        _icon: String,
        _summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
    ) -> u32 {
        assert_eq!(actions.first().map(String::as_str), Some("default"), "a click on it does something");
        self.1 += 1;
        self.0.lock().unwrap().push(Shown { id: self.1, app: app_name, body });
        self.1
    }

    fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;
}

impl Desktop {
    async fn start() -> Self {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let service = Service(Arc::clone(&shown), 0);
        let connection = connection::Builder::session().serve_at(PATH, service).name(SERVICE).build().await;
        Self { connection: connection.expect("there is a session bus, and no desktop on it"), shown }
    }

    /// The next notification.
    async fn next(&self) -> Shown {
        let begun = std::time::Instant::now();
        loop {
            let first = self.shown.lock().unwrap().pop();
            if let Some(shown) = first {
                return shown;
            }
            assert!(begun.elapsed() < PATIENCE, "no notification was shown");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A person clicks on it.
    async fn click(&self, id: u32) {
        // As fast as a person: who showed it listens a moment after it was shown.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let service = self.connection.object_server().interface::<_, Service>(PATH).await.unwrap();
        Service::action_invoked(service.signal_emitter(), id, "default").await.unwrap();
    }
}
