//! A server that could not keep people apart does not start, and says why.

use std::process::Command;

use switchyard_integration::Hosted;
use switchyard_testkit::postgres::{Cluster, OWNER, address_for};

/// Runs a server that must refuse; answers what it says.
fn refused(mut command: Command) -> String {
    let done = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "it started: {said}");
    said
}

#[tokio::test]
async fn every_fault_of_the_environment_is_named_at_once() {
    let hosted = Hosted::start().await;
    let mut command = hosted.command(0);
    command.env_remove("SWITCHYARD_TEST").env("JWT_SECRET", "change-me-change-me-change-me-change-me");
    command.env("DATABASE_URL", "sqlite://board.db").env("CONFIG_ENCRYPTION_KEY", "c2hvcnQ=");
    let said = refused(command);
    for named in ["PUBLIC_URL", "JWT_SECRET", "DATABASE_URL", "CONFIG_ENCRYPTION_KEY"] {
        assert!(said.contains(named), "{named} is not in {said}");
    }
    for secret in ["change-me", "c2hvcnQ"] {
        assert!(!said.contains(secret), "{secret} is in {said}");
    }
}

#[tokio::test]
async fn a_role_that_nothing_holds_is_refused() {
    let hosted = Hosted::start().await;
    let database = || Cluster::shared().expect("PostgreSQL").database().expect("a database");
    for strong in [database(), address_for(OWNER, &database())] {
        let mut command = hosted.command(0);
        command.env("DATABASE_URL", &strong).env_remove("DATABASE_MIGRATION_URL");
        let said = refused(command);
        assert!(said.contains("row-level security") && said.contains("DATABASE_MIGRATION_URL"), "{said}");
    }
}

#[tokio::test]
async fn without_a_runner_host_that_keeps_users_apart_nothing_starts() {
    let hosted = Hosted::start().await;
    let mut command = hosted.command(0);
    command.env("SWITCHYARD_RUNNER_SOCKET", "/nowhere/host.sock");
    let said = refused(command);
    assert!(said.contains("switchyard-runner host") && said.contains("/nowhere/host.sock"), "{said}");
}
