//! The icon in the tray, as a desktop shows it: found over the message bus, its menu read and chosen from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use zbus::message::Header;
use zbus::{Connection, OwnedVariant, connection, interface};

use crate::app::{Home, wait_until};
use crate::driver::Driver;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_icon_in_the_tray_leads_to_the_window_to_approvals_and_to_the_end() {
    let tray = Tray::start().await;
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let icon = tray.icon().await;
    let names: Vec<String> = icon.menu().await.into_values().collect();
    for name in ["Open Switchyard", "Approvals", "Quit"] {
        assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
    }

    home.look_elsewhere();
    icon.choose("Approvals").await;
    window.find("//h1[normalize-space(.)='Approvals']").await;
    let begun = Instant::now();
    while window.script("return document.hasFocus()").await != true {
        assert!(begun.elapsed() < PATIENCE, "the window is raised");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    icon.choose("Quit").await;
    wait_until("the app ended", PATIENCE, || home.app().is_none());
}

/// The part of a desktop that icons announce themselves to.
struct Tray {
    connection: Connection,
    announced: Arc<Mutex<Vec<(String, String)>>>,
}

struct Watcher(Arc<Mutex<Vec<(String, String)>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// The name of its service, or the path at which its sender has it.
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let icon = if service.starts_with('/') {
            (sender, service)
        } else {
            (service, "/StatusNotifierItem".to_owned())
        };
        self.0.lock().unwrap().push(icon);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl Tray {
    async fn start() -> Self {
        let announced = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher(Arc::clone(&announced));
        let builder = connection::Builder::session().serve_at(WATCHER_PATH, watcher).name(WATCHER);
        Self {
            connection: builder.build().await.expect("there is a session bus, and no tray on it"),
            announced,
        }
    }

    async fn icon(&self) -> Icon {
        let begun = Instant::now();
        let (service, path) = loop {
            let first = self.announced.lock().unwrap().first().cloned();
            if let Some(icon) = first {
                break icon;
            }
            assert!(begun.elapsed() < PATIENCE, "no icon announced itself");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let item = zbus::Proxy::new(&self.connection, service.clone(), path, "org.kde.StatusNotifierItem");
        let menu: zbus::OwnedObjectPath = item.await.unwrap().get_property("Menu").await.unwrap();
        Icon { connection: self.connection.clone(), service, menu: menu.to_string() }
    }
}

struct Icon {
    connection: Connection,
    service: String,
    menu: String,
}

impl Icon {
    /// The menu's entries by their numbers.
    async fn menu(&self) -> HashMap<i32, String> {
        // They are numbered as they were made; there are far fewer.
        let everything: Vec<i32> = (1..100).collect();
        let answer = self
            .connection
            .call_method(
                Some(self.service.as_str()),
                self.menu.as_str(),
                Some(MENU),
                "GetGroupProperties",
                &(everything, vec!["label"]),
            )
            .await
            .unwrap();
        let entries: Vec<(i32, HashMap<String, OwnedVariant>)> = answer.body().deserialize().unwrap();
        let label = |mut of: HashMap<String, OwnedVariant>| String::try_from(of.remove("label")?).ok();
        entries.into_iter().filter_map(|(id, of)| Some((id, label(of)?))).collect()
    }

    /// A person chooses an entry.
    async fn choose(&self, name: &str) {
        let menu = self.menu().await;
        let (id, _) = menu.iter().find(|(_, label)| *label == name).expect("the menu has it");
        let nothing = zbus::Variant::from(0);
        self.connection
            .call_method(
                Some(self.service.as_str()),
                self.menu.as_str(),
                Some(MENU),
                "Event",
                &(*id, "clicked", nothing, 0_u32),
            )
            .await
            .unwrap();
    }
}
