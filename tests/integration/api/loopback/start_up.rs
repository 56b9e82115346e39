//! What the server refuses to start with, and what it opens.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use switchyard_integration::{Instance, Setup};

fn refused(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the server can be started");
    assert_eq!(status.code(), Some(2), "{}", String::from_utf8_lossy(&stderr));
    assert!(stdout.is_empty(), "no address is printed");
    String::from_utf8(stderr).expect("text")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
        & 0o777
}

#[tokio::test]
async fn an_address_that_others_could_reach_is_refused() {
    let instance = Instance::prepare(Setup::default());
    for host in ["0.0.0.0", "::", "192.168.1.7", "10.0.0.1"] {
        let said = refused(instance.command().env("HOST", host));
        assert!(said.contains("HOST") && said.contains("127.0.0.1"), "{said}");
    }
    assert!(!instance.data_dir().exists(), "nothing was made");
}

#[tokio::test]
async fn every_fault_of_the_environment_is_named_at_once() {
    let instance = Instance::prepare(Setup::default());
    let said = refused(
        instance
            .command()
            .env("HOST", "0.0.0.0")
            .env("PORT", "99999")
            .env("LOG_FORMAT", "xml")
            .env("SWITCHYARD_TOKEN", "short")
            .env("SWITCHYARD_ON_EXIT", "maybe")
            .env("SWITCHYARD_DATA_DIR", "relative/path")
            .env("WORKSPACE_BASE_DIR", "./here")
            .env("DEPLOYMENT_MODE", "cloud"),
    );
    for variable in [
        "HOST",
        "PORT",
        "LOG_FORMAT",
        "SWITCHYARD_TOKEN",
        "SWITCHYARD_ON_EXIT",
        "SWITCHYARD_DATA_DIR",
        "WORKSPACE_BASE_DIR",
        "DEPLOYMENT_MODE",
    ] {
        assert!(
            said.lines().any(|line| line.contains(&format!("{variable}: "))),
            "{variable} is not named in:\n{said}"
        );
    }
    assert!(!said.contains("short"), "a token is not repeated");
}

#[tokio::test]
async fn it_listens_on_the_loopback_interface_alone() {
    let instance = Instance::start().await;
    let port = format!(":{:04X}", instance.client().port());
    let sockets =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| std::fs::read_to_string(table).unwrap_or_default());
    let listening: Vec<&str> = sockets
        .iter()
        .flat_map(|table| table.lines())
        .filter_map(|line| line.split_whitespace().nth(1).filter(|_| line.contains(" 0A ")))
        .filter(|address| address.ends_with(&port))
        .collect();
    assert_eq!(listening, [format!("0100007F{port}")]);
}

#[tokio::test]
async fn what_is_kept_is_for_its_owner_alone() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    let setup = Setup { data_dir: Some(folder.clone()), ..Setup::default() };
    let instance = Instance::start_with(setup).await;
    assert_eq!(mode(&folder), 0o700, "a folder that was there already is closed");
    assert_eq!(mode(&folder.join("runner")), 0o700);
    assert_eq!(mode(&folder.join("token")), 0o600);
    assert_eq!(mode(&folder.join("address")), 0o600);
    assert_eq!(instance.token().len(), 64);
}

#[tokio::test]
async fn a_token_of_ones_own_is_taken_from_the_environment() {
    let token = "a-token-of-my-own-choice";
    let environment = vec![("SWITCHYARD_TOKEN".to_owned(), token.to_owned())];
    let instance = Instance::start_with(Setup { environment, ..Setup::default() }).await;
    assert_eq!(instance.client().bearer(), format!("Bearer {token}"));
    instance.client().get("/api/projects").await.expect(200);
    assert!(!instance.data_dir().join("token").exists(), "it is not written down");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_what_to_do() {
    let instance = Instance::start().await;
    let other = Instance::prepare(Setup::default());
    let port = instance.client().port().to_string();
    let said = other.command().env("PORT", &port).output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(text.contains(&port) && text.contains("set PORT") && text.contains("address"), "{text}");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_folder_is_refused_with_what_to_do() {
    let instance = Instance::start().await;
    let said = instance.command().output().expect("the server can be started");
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(text.contains("SWITCHYARD_DATA_DIR") && text.contains("Another Switchyard"), "{text}");
    instance.client().get("/api/projects").await.expect(200);
}
