//! WebKit's WebDriver, and the page as a person reads it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::app::{Home, program};

/// How long the page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// A window that is driven.
pub(crate) struct Driver {
    pub(crate) client: Client,
    process: Child,
}

impl Driver {
    /// Starts the app of `home` under a driver.
    pub(crate) async fn start(home: &Home) -> Self {
        let mut driver = home.command("WebKitWebDriver");
        driver.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let binary = program();
        Self::start_with(driver, &json!({ "binary": binary, "args": [] })).await
    }

    /// Starts a driver for a browser as WebKit's capabilities name it.
    pub(crate) async fn start_with(mut driver: Command, browser: &Value) -> Self {
        let port = free_port();
        let process = driver
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver (Debian's webkit2gtk-driver) is installed");
        let capabilities = json!({ "webkitgtk:browserOptions": browser });
        let capabilities = capabilities.as_object().unwrap().clone();
        // It listens a moment after it was started; asking for a session starts the browser, so that is asked for once.
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the driver does not answer");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = builder.connect(&format!("http://127.0.0.1:{port}")).await.expect("the window opens");
        Self { client, process }
    }

    /// The first element of an XPath, once there is one.
    #[track_caller]
    pub(crate) fn find(&self, xpath: &str) -> impl Future<Output = Element> {
        let from = std::panic::Location::caller();
        let xpath = xpath.to_owned();
        async move {
            match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await {
                Ok(element) => element,
                Err(error) => {
                    let _ = self.picture("failure").await;
                    let page = self.script("return document.body.innerText").await;
                    panic!("{from}: {xpath} is not there: {error}\n{page}")
                }
            }
        }
    }

    /// Waits for visible text.
    pub(crate) async fn shown(&self, text: &str) {
        self.find(&format!(
            "//*[contains(normalize-space(.), '{text}') and not(*[contains(normalize-space(.), '{text}')])]"
        ))
        .await;
    }

    /// Presses a button or follows a link by what it says.
    pub(crate) async fn press(&self, name: &str) {
        self.button(name).await.click().await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Presses what ends the app, which may be gone before it could say that the press went well.
    pub(crate) async fn press_the_last(&self, name: &str) {
        let _ = self.button(name).await.click().await;
    }

    async fn button(&self, name: &str) -> Element {
        let named = format!("normalize-space(.)='{name}' or @aria-label='{name}'");
        let xpath = format!(
            "(//*[self::button or self::a or @role='tab' or @role='radio'][({named}) and not(@disabled)])[last()]"
        );
        self.find(&xpath).await
    }

    /// Writes into the field of a label.
    pub(crate) async fn write(&self, label: &str, text: &str) {
        let field = self
            .find(&format!(
                "(//*[@aria-label='{label}' or @id=//label[normalize-space(.)='{label}']/@for or @placeholder='{label}'])[last()]"
            ))
            .await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{label}: {error}"));
    }

    /// What a script of the page returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a script hands to the function that is its last argument.
    pub(crate) async fn script_later(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})().then(done, (e) => done('failed: ' + e))"
        );
        self.client.execute_async(&script, Vec::new()).await.unwrap()
    }

    /// The path that the page is at.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// A picture of the page, in `target/desktop-pictures`.
    pub(crate) async fn picture(&self, name: &str) -> std::io::Result<()> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop-pictures");
        std::fs::create_dir_all(&folder)?;
        let picture = self.client.screenshot().await.map_err(std::io::Error::other)?;
        std::fs::write(folder.join(format!("{name}.png")), picture)
    }

    /// Ends the session, and the app with it.
    pub(crate) async fn close(mut self) {
        let _ = self.client.clone().close().await;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
