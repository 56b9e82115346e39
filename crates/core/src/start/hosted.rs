//! The wiring of hosted mode: many people, PostgreSQL, a runner for each user that a host keeps apart from the others.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use switchyard_api::{ApiState, Assets, Door, Hosted, HostedRules, Instance, Mode, TokenRules};
use switchyard_app::{App, Ports};
use switchyard_domain::sign_in::SignInProvider;
use switchyard_domain::store::Store;
use switchyard_domain::{Error, Result};
use switchyard_github::Github;
use switchyard_runner_api::HostedRunners;
use switchyard_store::{Database, PostgresConfig, with_budget};
use switchyard_vault::{SealedVault, SealingKey};

use super::{Core, owner};
use crate::clock::SystemClock;
use crate::serve::bind;
use crate::settings::{EncryptionKey, HostedSettings, Settings};

/// How long one request may wait for the database, all in all.
const DATABASE_BUDGET: Duration = Duration::from_secs(4);

/// How users have to be kept apart whose organisation trusts them to some degree.
const ISOLATION: &str = "user";

impl Core {
    /// Starts everything behind `settings`, for many people.
    ///
    /// # Errors
    /// `Unavailable` with what is wrong and what to do: the database, its role, or the runner host.
    pub async fn start_hosted(
        settings: &Settings,
        hosted: &HostedSettings,
        assets: Arc<dyn Assets>,
    ) -> Result<Self> {
        let metrics = match hosted.metrics {
            Some(address) => Some(bind(address, "METRICS_ADDRESS").await?),
            None => None,
        };
        let runners = HostedRunners::at(&hosted.runner_host)?;
        check_isolation(&runners, hosted).await?;
        let store = Arc::new(Database::open_postgres(&database(hosted)).await?);
        let auth = Arc::new(Door::Hosted(Box::new(Hosted::new(rules(hosted)?)?)));
        let clock = Arc::new(SystemClock);
        let keys = std::iter::once(&hosted.encryption_key).chain(&hosted.encryption_key_previous);
        let keys = keys.map(|EncryptionKey(key)| SealingKey::new(*key)).collect();
        let vault = SealedVault::new(keys, Arc::clone(&store) as _, Arc::clone(&clock) as _);
        let app = App::new(Ports {
            store: Arc::clone(&store) as Arc<dyn Store>,
            runners: Arc::new(runners),
            vault: Arc::new(vault),
            clock,
        });
        app.join().await?;
        app.recover(owner).await?;
        let (place, trash, approvals, terminals) = (app.clone(), app.clone(), app.clone(), app.clone());
        let (limits, door) = (app.clone(), Arc::clone(&auth));
        let cleanup = settings.terminals;
        let mut keepers = vec![
            tokio::spawn(async move { place.keep_place(owner).await }),
            tokio::spawn(async move { trash.keep_trash(owner).await }),
            tokio::spawn(async move { approvals.keep_approvals(owner).await }),
            tokio::spawn(async move { door.keep_limits(&limits).await }),
            tokio::spawn(async move { terminals.keep_terminals(owner, cleanup, &[]).await }),
        ];
        let instance = Instance {
            version: env!("CARGO_PKG_VERSION"),
            mode: Mode::Kubernetes,
            data_dir: None,
            user_name: None,
        };
        let state = ApiState::new(app.clone(), Arc::clone(&auth), instance, assets);
        if let Some(listener) = metrics {
            let router = switchyard_api::metrics(state.clone());
            keepers.push(tokio::spawn(async move {
                // It ends with the server alone: what a connection comes to does not end it.
                let _ = axum::serve(listener, router).await;
            }));
        }
        let router = switchyard_api::router(state).layer(from_fn(answer_in_time));
        Ok(Self { router, auth, app, store, runner: None, on_exit: settings.on_exit, keepers })
    }
}

/// Has a request give up on a database that does not answer, so that its client hears of it.
async fn answer_in_time(request: Request, next: Next) -> Response {
    with_budget(DATABASE_BUDGET, next.run(request)).await
}

/// Refuses to serve where users would not be kept apart as they must be (AG-9).
async fn check_isolation(runners: &HostedRunners, hosted: &HostedSettings) -> Result<()> {
    let host = runners.describe().await.map_err(|error| {
        let text = format!(
            "The runner host does not answer at {}. Start `switchyard-runner host` there, or set SWITCHYARD_RUNNER_SOCKET \
             to where it is.",
            hosted.runner_host.display()
        );
        Error::unavailable("runner_host_unavailable", text).caused_by(error)
    })?;
    if host.isolation != ISOLATION {
        let text = format!(
            "The runner host keeps users apart by `{}`, where `{ISOLATION}` is needed.",
            host.isolation
        );
        return Err(Error::unavailable("isolation_insufficient", text));
    }
    tracing::info!(
        isolation = host.isolation,
        landlock = host.landlock_abi,
        users_left = host.uids_left,
        "users are kept apart"
    );
    for gap in &host.gaps {
        tracing::warn!(gap, "this kernel lets something pass that a newer one would not");
    }
    Ok(())
}

fn database(hosted: &HostedSettings) -> PostgresConfig {
    PostgresConfig {
        migration_url: hosted.migration_url.as_ref().map(|url| url.reveal().to_owned()),
        refuse_strong_role: true,
        max_connections: hosted.database_connections,
        ..PostgresConfig::new(hosted.database_url.reveal())
    }
}

fn rules(hosted: &HostedSettings) -> Result<HostedRules> {
    let github = hosted.github.clone().map(Github::new).transpose()?;
    Ok(HostedRules {
        public_url: hosted.public_url.clone(),
        tokens: TokenRules {
            secret: hosted.jwt_secret.clone(),
            previous: hosted.jwt_secret_previous.clone(),
            issuer: hosted.jwt_issuer.clone(),
            audience: hosted.jwt_audience.clone(),
        },
        passwords: hosted.local_accounts,
        registration: hosted.registration,
        github: github.map(|github| Arc::new(github) as Arc<dyn SignInProvider>),
        proxies: hosted.trusted_proxies.clone(),
        forwarders: hosted.forwarders.clone(),
        limits: hosted.rate_limits,
    })
}
