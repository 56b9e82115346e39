//! A host that cannot keep users apart does not start, and says why.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use switchyard_runner_api::{HostedRunners, RemoteRunner};

use crate::ground::{Ground, folder, host_command, socket};

/// Starts a host that must refuse; answers what it says.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = host_command(folder, arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "it started: {said}");
    said
}

#[test]
fn folders_that_others_can_enter_are_refused_all_at_once() {
    let temporary = folder();
    for name in ["workspaces", "state"] {
        let path = temporary.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    std::os::unix::fs::chown(temporary.path().join("state"), Some(61_001), None).unwrap();
    let said = refused(temporary.path(), &["--uids", "61000-61010"]);
    for wanted in ["chmod 711", "chown 0 ", "The server's user id 61001 is in the range"] {
        assert!(said.contains(wanted), "{wanted:?} is not in {said}");
    }
}

#[test]
fn a_range_with_somebodys_user_id_is_refused() {
    let temporary = folder();
    let said = refused(temporary.path(), &["--uids", "65000-66000"]);
    assert!(said.contains("nobody"), "{said}");
    let said = refused(temporary.path(), &["--uids", "0-100"]);
    assert!(said.contains("no range"), "{said}");
    let said = refused(temporary.path(), &["--server-uid", "0"]);
    assert!(said.contains("root's"), "{said}");
}

#[test]
fn a_host_without_the_capabilities_is_refused_by_their_names() {
    let temporary = folder();
    let host = host_command(temporary.path(), &[]);
    let mut bare = std::process::Command::new("setpriv");
    bare.args(["--bounding-set=-setuid,-chown", "--"]).arg(host.get_program()).args(host.get_args());
    let done = bare.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && said.contains("CAP_CHOWN, CAP_SETUID"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_map_of_users_stops_the_host_and_stays_as_it_is() {
    let mut ground = Ground::new().await;
    drop(ground.person().await);
    ground.end_host();
    let path = ground.folder.join("state/uids");
    let cut = std::fs::read_to_string(&path).unwrap().trim_end().to_owned();
    std::fs::write(&path, &cut).unwrap();
    let said = refused(&ground.folder, &[]);
    assert!(said.contains("Line 1 of") && said.contains("cannot be trusted"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), cut);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_host_with_the_same_folder_is_refused() {
    let ground = Ground::new().await;
    let said = refused(&ground.folder, &[]);
    assert!(said.contains("Another host works with"), "{said}");
}

#[test]
fn a_runner_of_one_of_several_users_does_not_run_as_root() {
    let temporary = folder();
    let mut runner = std::process::Command::new(switchyard_integration::program("switchyard-runner"));
    runner.args(["serve-user", "--server-uid", "61001", "--user"]);
    runner.arg(switchyard_domain::UserId::new().to_string());
    runner.arg("--state").arg(temporary.path()).arg("--workspaces").arg(temporary.path());
    let done = runner.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && said.contains("must not be privileged"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_the_server_is_served_not_even_root() {
    let ground = Ground::new().await;
    let person = ground.person().await;
    // The permissions let root in; the kernel says that it is not the server.
    let error = HostedRunners::at(&socket(&ground.folder)).unwrap().describe().await.unwrap_err();
    assert_eq!(error.code, "runner_unavailable");
    let error = RemoteRunner::on_socket(&person.socket()).unwrap().hello().await.unwrap_err();
    assert_eq!(error.code, "runner_unavailable");
    person.call(|runner| async move { runner.terminals().await }).await.unwrap();
}
