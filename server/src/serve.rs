//! Serving, until the process is told to end.

use std::sync::Arc;

use switchyard_core::{
    Core, DataFolder, Deployment, Door, Error, Interface, Listening, Result, Settings, listen, start_log,
};
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
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending");
    };
    let (listening, core) = match &settings.deployment {
        Deployment::Desktop => desktop(settings).await?,
        Deployment::Kubernetes(hosted) => {
            let core = Core::start_hosted(settings, hosted, Arc::new(Interface)).await?;
            let listening = listen(settings).await?;
            tell(&format!("Switchyard listens at {} for {}", listening.url(), hosted.public_url.origin()));
            (listening, Arc::new(core))
        }
    };
    listening.serve(core, end).await
}

/// Starts an instance for the one local user, and prints the address that lets their browser in.
async fn desktop(settings: &Settings) -> Result<(Listening, Arc<Core>)> {
    let folder = DataFolder::open(&settings.data_dir)?;
    let listening = listen(settings).await?;
    let door = Door::Port(listening.port());
    let core = Core::start(settings, &folder, door, Arc::new(Interface)).await?;
    folder.note_address(&listening.url())?;
    tell(&format!("Switchyard is at {}{}", listening.url(), core.entrance()?));
    Ok((listening, Arc::new(core)))
}
