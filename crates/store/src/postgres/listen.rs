//! Wake-ups from other replicas. The events table is the truth; a notification only says that it grew.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

/// Sent with each commit; equal notifications of one transaction are sent once.
pub(super) const NOTIFY: &str = "SELECT pg_notify('switchyard_feed', '')";

/// How long to wait before listening again after the connection was lost.
const RETRY: Duration = Duration::from_secs(1);

/// Passes notifications on until the pool is closed.
pub(super) async fn run(pool: PgPool, committed: watch::Sender<()>) {
    while !pool.is_closed() {
        if let Err(error) = listen(&pool, &committed).await {
            tracing::warn!(%error, "the database's notifications are interrupted");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen(pool: &PgPool, committed: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("switchyard_feed").await?;
    // Commits of the time before may have gone unheard.
    committed.send_replace(());
    // `None` is a connection that was lost and made again: here too something may have gone unheard.
    loop {
        listener.try_recv().await?;
        committed.send_replace(());
    }
}
