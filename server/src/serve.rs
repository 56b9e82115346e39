//! Serving, until the process is told to end.

use std::sync::Arc;

use switchyard_core::{Core, DataFolder, Door, Error, Interface, Result, Settings, listen, start_log};
use tokio::signal::unix::{SignalKind, signal};

use crate::tell;

/// Worker threads: requests are short and the database has threads of its own.
const WORKERS: usize = 2;

/// Serves and prints the address; returns when told to end.
pub(crate) fn run(settings: &Settings) -> Result<()> {
    start_log(settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    runtime.map_err(Error::internal)?.block_on(serve(settings))
}

async fn serve(settings: &Settings) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let folder = DataFolder::open(&settings.data_dir)?;
    let listening = listen(settings).await?;
    let door = Door::Port(listening.port());
    let core = Arc::new(Core::start(settings, &folder, door, Arc::new(Interface)).await?);
    folder.note_address(&listening.url())?;
    tell(&format!("Switchyard is at {}{}", listening.url(), core.entrance()?));
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending");
    };
    listening.serve(core, end).await
}
