//! A runner, and a host of runners, whose process stands still: the kernel goes on taking connections for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::Duration;

use switchyard_domain::runner::Runner;
use switchyard_domain::{ErrorKind, Result};
use switchyard_runner_api::{HostedRunners, RemoteRunner};
use tokio::net::UnixListener;
use tokio::time::timeout;

/// Longer than that nobody waits.
const LONGEST: Duration = Duration::from_secs(60);

/// What a call comes to whose connections are all taken and none is answered.
async fn called<T>(call: impl AsyncFnOnce(&Path) -> Result<T>) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("runner.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let standing_still = tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            taken.push(connection);
        }
    });
    let outcome = timeout(LONGEST, call(&socket)).await.expect("it is given up");
    let error = outcome.err().unwrap();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "runner_unavailable"), "{error:?}");
    standing_still.abort();
}

#[tokio::test(start_paused = true)]
async fn a_runner_is_not_waited_for_without_an_end() {
    called(async |socket| RemoteRunner::on_socket(socket)?.sessions().await).await;
}

#[tokio::test(start_paused = true)]
async fn nor_is_a_host() {
    called(async |socket| HostedRunners::at(socket)?.describe().await).await;
}
