//! Credentials for agents: kept in a keychain or in a file, given to agents alone, shown to nobody.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use switchyard_integration::{Instance, Method, Setup, command, eventually, said};
use switchyard_testkit::repo::TempRepo;

use crate::ground::Ground;

/// A value that is nowhere but where this test puts it.
const KEY: &str = "sk-canary-5d0c1f7e92";
const PUT: &str = "/api/credentials/ANTHROPIC_API_KEY";

#[tokio::test]
async fn without_a_keychain_credentials_are_in_a_file_that_only_the_person_can_read() {
    let mut instance = Instance::start().await;
    let file = instance.data_dir().join("credentials.json");
    let empty = instance.client().get("/api/credentials").await.expect(200);
    assert_eq!(empty, json!({"kept_in": "file", "path": file, "items": []}));

    put(&instance, KEY).await.expect(204);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    instance.stop().await;
    instance.launch().await;
    let kept = instance.client().get("/api/credentials").await.expect(200);
    assert_eq!(kept["items"], json!([{"name": "ANTHROPIC_API_KEY"}]));
    assert!(!kept.to_string().contains(KEY));

    instance.client().call(Method::DELETE, PUT, &[], None).await.expect(204);
    instance.client().call(Method::DELETE, PUT, &[], None).await.refused(404, "not_found");
    assert!(!file.exists());
}

#[tokio::test]
async fn what_cannot_be_a_credential_is_refused_by_field() {
    let instance = Instance::start().await;
    for (name, value, field) in [
        ("anthropic", KEY, "name"),
        ("PATH", KEY, "name"),
        ("LD_PRELOAD", KEY, "name"),
        ("SWITCHYARD_TOKEN", KEY, "name"),
        ("A_KEY", " \n", "value"),
        ("A_KEY", "a\0b", "value"),
        ("A_KEY", &"x".repeat(16_385), "value"),
    ] {
        let path = format!("/api/credentials/{name}");
        let answer = instance.client().call(Method::PUT, &path, &[], Some(&json!({"value": value}))).await;
        let problem = answer.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        assert!(!problem.to_string().contains(KEY));
    }
    assert_eq!(instance.client().get("/api/credentials").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_file_that_somebody_damaged_is_named_and_left_alone() {
    let instance = Instance::start().await;
    let file = instance.data_dir().join("credentials.json");
    std::fs::write(&file, "{ not json").unwrap();
    let problem = instance.client().get("/api/credentials").await.refused(503, "vault_unreadable");
    assert!(problem["detail"].as_str().unwrap().contains("credentials.json"), "{problem}");
    put(&instance, KEY).await.refused(503, "vault_unreadable");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ not json");
}

/// The agent has it; the set-up script, terminals, the database, journals and logs have not.
#[tokio::test]
async fn agents_get_credentials_and_nothing_else_does() {
    let ground = Ground::new().await;
    put(&ground.instance, KEY).await.expect(204);
    ground.settings(json!({"setup_script": "env > ../setup-env"})).await;
    let workspace = ground.workspace("Use the key").await;
    let line = "printf '%s' \"$ANTHROPIC_API_KEY\" | tr a-z b-za";
    let session = ground.client().run_agent(&workspace, command(line), "go").await;
    assert_eq!(session["status"], "completed", "{session}");
    let shifted: String = KEY.chars().map(|c| if c.is_ascii_lowercase() { next(c) } else { c }).collect();
    let words = said(&ground.client().transcript(&session).await);
    assert!(words.contains(&shifted), "the agent did not get it: {words}");

    let terminal = ground.ask(&workspace, "terminals", json!({})).await.expect(201);
    assert!(terminal["id"].is_string(), "{terminal}");
    ground.client().call(Method::DELETE, PUT, &[], None).await.expect(204);
    let session = ground.client().run_agent(&workspace, command("echo \"<$ANTHROPIC_API_KEY>\""), "go").await;
    let words = said(&ground.client().transcript(&session).await);
    assert!(words.contains("<>"), "an agent that starts later still got it: {words}");

    let found = files_with(ground.instance.folder(), KEY.as_bytes());
    assert_eq!(found, Vec::<PathBuf>::new(), "it was written down");
    assert!(find(ground.instance.folder(), "setup-env"), "the set-up script did not run");
    let environments = processes_with(ground.instance.folder(), KEY.as_bytes());
    assert_eq!(environments, Vec::<String>::new(), "other processes were given it");
}

#[tokio::test]
async fn with_a_keychain_no_value_is_in_any_file_and_a_locked_one_is_said_to_be() {
    let keychain = Keychain::unlocked().await;
    let setup = Setup {
        environment: vec![("DBUS_SESSION_BUS_ADDRESS".to_owned(), keychain.address())],
        ..Setup::default()
    };
    let ground = Ground::of(TempRepo::new(), setup).await;
    let client = ground.client();
    assert_eq!(client.get("/api/credentials").await.expect(200)["kept_in"], "keychain");
    put(&ground.instance, KEY).await.expect(204);
    let kept = client.get("/api/credentials").await.expect(200);
    assert_eq!(kept, json!({"kept_in": "keychain", "path": null, "items": [{"name": "ANTHROPIC_API_KEY"}]}));
    let workspace = ground.workspace("Use the key").await;
    let count = command("printf '%s' \"$ANTHROPIC_API_KEY\" | wc -c");
    let session = client.run_agent(&workspace, count.clone(), "go").await;
    let words = said(&client.transcript(&session).await);
    assert!(words.contains(&KEY.len().to_string()), "{words}");
    for folder in [ground.instance.folder(), keychain.folder.path()] {
        assert_eq!(files_with(folder, KEY.as_bytes()), Vec::<PathBuf>::new());
    }

    drop(keychain);
    put(&ground.instance, "another").await.refused(503, "keychain_unavailable");
    let names = client.get("/api/credentials").await.expect(200);
    assert_eq!(names["items"], kept["items"], "its names are known without it");
    let session = client.run_agent(&workspace, count, "go").await;
    assert_eq!(session["status"], "failed", "{session}");
    assert!(session["status_detail"].as_str().unwrap().contains("keychain"), "{session}");
}

async fn put(instance: &Instance, value: &str) -> switchyard_integration::Answer {
    instance.client().call(Method::PUT, PUT, &[], Some(&json!({ "value": value }))).await
}

fn next(letter: char) -> char {
    if letter == 'z' { 'a' } else { char::from(u8::try_from(letter).unwrap() + 1) }
}

/// Files below `folder` that hold `bytes`.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, &mut |path| {
        let content = std::fs::read(path).unwrap_or_default();
        if content.windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.to_owned());
        }
    });
    found
}

fn find(folder: &Path, name: &str) -> bool {
    let mut there = false;
    walk(folder, &mut |path| there |= path.file_name().is_some_and(|file| file == name));
    there
}

fn walk(folder: &Path, each: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), each),
            Ok(kind) if kind.is_file() => each(&entry.path()),
            _ => {}
        }
    }
}

/// Command lines of the instance's processes that have `bytes` in their environment or arguments.
fn processes_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mark = folder.to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let (environment, arguments) = (read("environ"), read("cmdline"));
        let has = |text: &[u8], wanted: &[u8]| text.windows(wanted.len()).any(|window| window == wanted);
        let ours = has(&environment, mark.as_bytes()) || has(&arguments, mark.as_bytes());
        if ours && (has(&environment, bytes) || has(&arguments, bytes)) {
            found.push(String::from_utf8_lossy(&arguments).into_owned());
        }
    }
    found
}

/// A message bus of its own with a real keychain on it.
struct Keychain {
    folder: tempfile::TempDir,
    programs: Vec<Child>,
}

impl Keychain {
    async fn unlocked() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut keychain = Self { folder, programs: Vec::new() };
        let address = keychain.address();
        keychain.start("dbus-daemon", &["--session", "--nofork", &format!("--address={address}")], None);
        let socket = keychain.folder.path().join("bus");
        eventually("the message bus", || async { socket.exists().then_some(()) }).await;
        let control = format!("--control-directory={}", keychain.folder.path().join("control").display());
        let arguments = ["--foreground", "--unlock", "--components=secrets", &control];
        keychain.start("gnome-keyring-daemon", &arguments, Some("a password"));
        let login = keychain.folder.path().join("home/.local/share/keyrings/login.keyring");
        eventually("the keychain", || async { login.exists().then_some(()) }).await;
        // It takes its name on the bus a moment later.
        tokio::time::sleep(Duration::from_millis(300)).await;
        keychain
    }

    fn address(&self) -> String {
        format!("unix:path={}", self.folder.path().join("bus").display())
    }

    fn start(&mut self, program: &str, arguments: &[&str], says: Option<&str>) {
        let home = self.folder.path().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &home).env("XDG_RUNTIME_DIR", self.folder.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", self.address());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = command.spawn();
        let mut child = started.unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, says.unwrap_or_default().as_bytes()).unwrap();
        self.programs.push(child);
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}
