//! The database's roles: one owns the tables and migrates them, another one, which owns nothing, serves.

use switchyard_domain::{Error, Result};
use tokio_postgres::Client;

use crate::fault;

/// Whether the role could see rows beyond what a transaction says that it reaches, or take that border away: a superuser,
/// one that is not held to it, an owner of a tenant table, or a member of one of these.
const TOO_STRONG: &str = "SELECT
    EXISTS (SELECT 1 FROM pg_roles r
            WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER'))
    OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attname = 'org_id'
                   AND pg_has_role(current_user, c.relowner, 'MEMBER'))";

/// What the server's role may do. Nothing is emptied at once, and the audit log only grows.
const GRANTS: &str = "DO $$
DECLARE
    app TEXT := current_setting('switchyard.app_role');
    name TEXT;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), app);
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %I', name, app);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', name, app);
    END LOOP;
    EXECUTE format('REVOKE UPDATE, DELETE ON audit_log FROM %I', app);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM %I', app);
END
$$";

/// Gives the role that serves what it needs, and nothing else; in the transaction that is under way.
///
/// # Errors
/// `Invalid` when there is no such role, or when it is the one that migrates.
pub(crate) async fn grant(client: &Client, app: &str) -> Result<()> {
    let sql = "SELECT rolname = current_user FROM pg_roles WHERE rolname = $1";
    let found = client.query_opt_scalar::<bool, _>(sql, &[&app]).await.map_err(fault::postgres)?;
    match found {
        Some(false) => {}
        Some(true) => {
            return Err(Error::invalid(
                "app_role",
                "The role that serves is the one that migrates. Use two, so that the server owns no table.",
            ));
        }
        None => {
            return Err(Error::invalid(
                "app_role",
                format!("The database has no role {app:?}. Make it first: CREATE ROLE {app} LOGIN."),
            ));
        }
    }
    let sql = "SELECT set_config('switchyard.app_role', $1, TRUE)";
    client.execute(sql, &[&app]).await.map_err(fault::postgres)?;
    client.batch_execute(GRANTS).await.map_err(fault::postgres)
}

/// The role of a connection.
pub(crate) async fn name(client: &Client) -> Result<String> {
    client.query_one_scalar("SELECT current_user::text", &[]).await.map_err(fault::postgres)
}

/// Refuses to serve with a role that row-level security does not hold.
///
/// # Errors
/// `Unavailable` with code `role_too_strong`.
pub(crate) async fn refuse_strong(client: &Client) -> Result<()> {
    let strong: bool = client.query_one_scalar(TOO_STRONG, &[]).await.map_err(fault::postgres)?;
    if !strong {
        return Ok(());
    }
    let role = name(client).await?;
    Err(Error::unavailable(
        "role_too_strong",
        format!(
            "The database's role {role:?} is a superuser, is exempt from row-level security, or owns the tables, so that \
             nothing would keep tenants apart but the program. Let DATABASE_URL name a role of its own, and \
             DATABASE_MIGRATION_URL the owner's (docs/postgres.md)."
        ),
    ))
}
