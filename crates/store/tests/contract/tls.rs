//! PostgreSQL over TLS: with a certificate that somebody vouches for, or not at all.

use std::sync::OnceLock;

use switchyard_domain::store::Recovery as _;
use switchyard_store::{Database, PostgresConfig};
use switchyard_testkit::postgres::TlsCluster;

use crate::fixture::{behind, column};

/// One for all: it has an address of its own.
fn server() -> &'static TlsCluster {
    static SERVER: OnceLock<TlsCluster> = OnceLock::new();
    SERVER.get_or_init(|| TlsCluster::start().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_is_as_safe_as_the_address_asks_for() {
    let server = server();
    let trusted = format!("&sslmode=verify-full&sslrootcert={}", server.authority.display());
    let url = server.database(true).unwrap();
    let behind = behind(&server.cluster.database().unwrap()).await;
    let ours = "SELECT DISTINCT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
                WHERE a.application_name = 'switchyard' AND a.backend_type = 'client backend'";
    for (parameters, safe) in [(trusted.as_str(), true), ("", false), ("&sslmode=disable", false)] {
        let db = Database::open_postgres(&PostgresConfig::new(format!("{url}{parameters}"))).await.unwrap();
        db.ping().await.unwrap();
        assert_eq!(column::<bool>(&behind, ours).await, [safe], "{parameters}");
        db.close().await;
        drop(db);
        while !column::<bool>(&behind, ours).await.is_empty() {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_vouches_for_or_that_names_another_host_is_refused() {
    let server = server();
    let trusted = format!("&sslmode=require&sslrootcert={}", server.authority.display());
    for (by_its_name, parameters) in [(true, "&sslmode=require"), (false, trusted.as_str())] {
        let url = server.database(by_its_name).unwrap() + parameters;
        let error = Database::open_postgres(&PostgresConfig::new(url)).await.err().unwrap();
        assert_eq!(error.code, "store_unavailable");
        let why = format!("{error:?}");
        assert!(why.contains("certificate"), "{why}");
    }
}
