//! Listening and serving, until told to end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use switchyard_domain::{Error, Result};
use tokio::net::TcpListener;

use crate::settings::Settings;
use crate::start::Core;

/// How long open connections may take to end once the server is told to.
const DRAIN: Duration = Duration::from_millis(150);

/// A port that is ours.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes the port that the settings name.
///
/// # Errors
/// `Unavailable` with code `port_in_use` and what to do.
pub async fn listen(settings: &Settings) -> Result<Listening> {
    let listener = bind(SocketAddr::new(settings.host, settings.port), "PORT").await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    Ok(Listening { listener, address })
}

/// Takes an address that a variable names.
pub(crate) async fn bind(wanted: SocketAddr, variable: &str) -> Result<TcpListener> {
    TcpListener::bind(wanted).await.map_err(|error| {
        let text = format!(
            "{wanted} cannot be listened on: {error}. If Switchyard runs already, `switchyard-server address` \
             prints its address; otherwise set {variable} to another port."
        );
        Error::unavailable("port_in_use", text)
    })
}

impl Listening {
    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address as a browser writes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until `end` is ready, then lets connections finish for a moment and shuts the instance down.
    ///
    /// # Errors
    /// `Internal` when the listener breaks.
    pub async fn serve(self, core: Arc<Core>, end: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let (told, drained) = tokio::sync::oneshot::channel::<()>();
        let end = async move {
            end.await;
            let _ = told.send(());
        };
        // Small frames follow each other on the streams: held back until the one before is acknowledged, as TCP does by
        // itself, each would come up to 40 ms late.
        let listener = self.listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection holds small frames back");
            }
        });
        let serving =
            axum::serve(listener, core.router.clone().into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(end);
        let served = tokio::select! {
            // WebSockets do not end by themselves: their clients connect again to the next process.
            served = async { serving.await } => served.map_err(Error::internal),
            () = async { let _ = drained.await; tokio::time::sleep(DRAIN).await } => Ok(()),
        };
        core.shut_down().await;
        served
    }
}
