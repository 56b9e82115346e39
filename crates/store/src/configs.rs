//! Users' configurations: one document per user, the same in each of their organisations.

use async_trait::async_trait;
use switchyard_domain::config::{Config, StoredConfig};
use switchyard_domain::credential::SealedCredentials;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, Configs};
use switchyard_domain::{Result, Scope, Timestamp};

use crate::database::Database;
use crate::tx::{Dialect, Tx};
use crate::value::{json, values};
use crate::write::{Change, Write, check_version};

async fn find(tx: &mut Tx, scope: &Scope) -> Result<StoredConfig> {
    let stored = tx
        .row(
            "SELECT config_json, version FROM user_configs WHERE user_id = $1",
            &values![scope.user()],
            |row| Ok(StoredConfig { config: row.json()?, version: row.get()? }),
        )
        .await?;
    Ok(stored.unwrap_or_else(|| StoredConfig { config: Config::default(), version: 0 }))
}

async fn put(write: &mut Write<'_>, version: i64, config: &Config) -> Result<StoredConfig> {
    let (scope, at) = (write.scope(), write.act.at);
    check_version(find(write.tx, &scope).await?.version, version)?;
    let [user, org, at] = values![scope.user(), scope.org(), at];
    write
        .tx
        .send(
            "INSERT INTO user_configs (user_id, org_id, created_at, updated_at, config_json, version)
             VALUES ($1, $2, $3, $3, $4, 1)
             ON CONFLICT (user_id) DO UPDATE SET config_json = excluded.config_json,
                 updated_at = excluded.updated_at, version = user_configs.version + 1",
            &[user, org, at, json(config)?],
        )
        .await?;
    let stored = find(write.tx, &scope).await?;
    let id = scope.user().0;
    let verb = if version == 0 { Verb::Created } else { Verb::Updated };
    let change = Change { verb, entity: Entity::Config, id, project_id: None, version: stored.version };
    write.record(change, &[]).await?;
    Ok(stored)
}

#[async_trait]
impl Configs for Database {
    async fn config(&self, scope: &Scope) -> Result<StoredConfig> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope).await })).await
    }

    async fn put_config(&self, act: &Act, version: i64, config: &Config) -> Result<StoredConfig> {
        let config = config.clone();
        self.write_version(act, (Entity::Config, act.scope.user().0), move |mut write| {
            Box::pin(async move { put(&mut write, version, &config).await })
        })
        .await
    }
}

async fn replace_sealed(
    tx: &mut Tx,
    scope: &Scope,
    at: Timestamp,
    before: Option<&[u8]>,
    after: &[u8],
) -> Result<bool> {
    let same = match tx.dialect() {
        Dialect::Sqlite => "IS",
        #[cfg(feature = "postgres")]
        Dialect::Postgres => "IS NOT DISTINCT FROM",
    };
    let [user, org, at] = values![scope.user(), scope.org(), at];
    let [before, after] = values![before, Some(after)];
    // Version 0 is what a configuration has that nobody set.
    let sql = format!(
        "INSERT INTO user_configs (user_id, org_id, created_at, updated_at, config_json, version, oauth_credentials)
         VALUES ($1, $2, $3, $3, $4, 0, $6)
         ON CONFLICT (user_id) DO UPDATE SET oauth_credentials = excluded.oauth_credentials
             WHERE user_configs.oauth_credentials {same} $5"
    );
    let changed = tx.execute(&sql, &[user, org, at, json(&Config::default())?, before, after]).await?;
    Ok(changed == 1)
}

#[async_trait]
impl SealedCredentials for Database {
    async fn sealed_credentials(&self, scope: &Scope) -> Result<Option<Vec<u8>>> {
        let scope = *scope;
        self.read(scope, move |tx| {
            Box::pin(async move {
                let sql = "SELECT oauth_credentials FROM user_configs WHERE user_id = $1";
                Ok(tx.row(sql, &values![scope.user()], |row| row.optional()).await?.flatten())
            })
        })
        .await
    }

    async fn replace_sealed_credentials(
        &self,
        scope: &Scope,
        at: Timestamp,
        before: Option<&[u8]>,
        after: &[u8],
    ) -> Result<bool> {
        let (scope, before, after) = (*scope, before.map(<[u8]>::to_vec), after.to_vec());
        self.transact(scope, move |tx| {
            Box::pin(async move { replace_sealed(tx, &scope, at, before.as_deref(), &after).await })
        })
        .await
    }
}
