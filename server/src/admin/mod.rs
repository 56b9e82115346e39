//! The operator's commands: arguments in, one call of core, words out.

mod password;
mod users;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use switchyard_core::{Error, Operator, OperatorSettings, Secret, SettingFault, Whom, migrate};

use crate::{complain, refuse, tell};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring the tables up to date, and let the server's role work with them.
    ///
    /// Run it before each upgrade, with the address of the role that owns the tables in DATABASE_MIGRATION_URL (or
    /// DATABASE_URL). It may be run at any time; where there is nothing to do, it does nothing.
    Migrate {
        /// The role under which the server works: the one in its DATABASE_URL. It must exist.
        #[arg(long, value_name = "NAME", default_value = "switchyard")]
        app_role: String,
    },
    /// Users: who there is, new ones, closed accounts, admins.
    #[command(subcommand)]
    Users(users::Command),
    /// Print a link under which somebody can set a new password, once, within the hour.
    ///
    /// Takes DATABASE_URL and PUBLIC_URL. The links before it are void; the old password is good until the link is used.
    /// Give it to its user alone: whoever opens it has the account.
    Reset(User),
    /// Logins: the browsers and programs in which people are signed in.
    #[command(subcommand)]
    Sessions(Sessions),
    /// The key that seals people's credentials.
    #[command(subcommand)]
    Keys(Keys),
}

/// Somebody.
#[derive(Args)]
pub(crate) struct User {
    /// The name of their local account, or their id, as `users list` tells them.
    #[arg(value_name = "USERNAME")]
    whom: Whom,
}

#[derive(Subcommand)]
pub(crate) enum Sessions {
    /// End all of somebody's logins: whatever they are signed in with has to sign in again.
    ///
    /// Takes DATABASE_URL. Their API keys and their agents go on; `users disable` shuts everything.
    End(User),
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Seal everybody's credentials anew with CONFIG_ENCRYPTION_KEY.
    ///
    /// First give the servers the new key as CONFIG_ENCRYPTION_KEY and the old one as CONFIG_ENCRYPTION_KEY_PREVIOUS, and
    /// start them again. Then run this with the same two, and DATABASE_URL. Once it says that none is left, the old key
    /// can go. It can be broken off and run again, while servers work.
    Rotate,
}

/// Why a command did not do what it was asked for.
pub(crate) enum Failure {
    /// The environment is not as it must be.
    Environment(Vec<SettingFault>),
    /// What went wrong, in words.
    Told(Vec<String>),
    /// What core says.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Vec<SettingFault>> for Failure {
    fn from(faults: Vec<SettingFault>) -> Self {
        Self::Environment(faults)
    }
}

pub(crate) type Done = Result<(), Failure>;

/// Runs a command; the exit code is 2 where the environment is at fault, and 1 for whatever else is.
pub(crate) fn run(command: Command, settings: OperatorSettings) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(execute(command, &settings)),
        Err(error) => Err(Error::internal(error).into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Environment(faults)) => refuse(&faults),
        Err(Failure::Told(lines)) => {
            lines.iter().for_each(|line| complain(line));
            ExitCode::FAILURE
        }
        Err(Failure::Error(error)) => {
            complain(&error.message);
            // Whoever runs this reads no log.
            if let Some(cause) = &error.source {
                complain(&format!("because: {cause}"));
            }
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command, settings: &OperatorSettings) -> Done {
    match command {
        Command::Migrate { app_role } => {
            migrate(&settings.owner_url()?, &app_role).await?;
            tell(&format!("The tables are of this version, and {app_role} may work with them."));
            Ok(())
        }
        Command::Users(command) => users::execute(command, settings).await,
        Command::Reset(User { whom }) => {
            let (database, public_url) = both(settings.database_url(), settings.public_url())?;
            let operator = Operator::open(&database).await?;
            let link = operator.start_reset(&whom, &public_url).await;
            operator.close().await;
            tell(link?.reveal());
            Ok(())
        }
        Command::Sessions(Sessions::End(User { whom })) => {
            let operator = Operator::open(&settings.database_url()?).await?;
            let ended = operator.end_logins(&whom).await;
            operator.close().await;
            tell(&format!("{} ended.", counted(ended?, "login")));
            Ok(())
        }
        Command::Keys(Keys::Rotate) => {
            let (database, keys) = both(settings.database_url(), settings.encryption_keys())?;
            rotate(&database, &keys).await
        }
    }
}

async fn rotate(database: &Secret, keys: &[switchyard_core::EncryptionKey]) -> Done {
    let operator = Operator::open(database).await?;
    let rotated = operator.rotate_keys(keys).await;
    operator.close().await;
    let rotated = rotated?;
    let (changed, current) = (counted(rotated.changed, "user"), rotated.current);
    tell(&format!(
        "The credentials of {changed} are sealed with the new key now; of {current} they were already."
    ));
    if rotated.closed.is_empty() {
        tell("None is left: CONFIG_ENCRYPTION_KEY_PREVIOUS can go.");
        return Ok(());
    }
    let closed =
        rotated.closed.iter().map(|user| format!("{user}: neither of the keys opens the credentials"));
    let what_now = "Keep all keys. Give the one that sealed these as CONFIG_ENCRYPTION_KEY_PREVIOUS, and run this again.";
    Err(Failure::Told(closed.chain([what_now.to_owned()]).collect()))
}

/// Two things of the environment, or what is wrong with either.
fn both<A, B>(
    first: Result<A, Vec<SettingFault>>,
    second: Result<B, Vec<SettingFault>>,
) -> Result<(A, B), Failure> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => {
            let faults = [first.err(), second.err()].into_iter().flatten().flatten();
            Err(Failure::Environment(faults.collect()))
        }
    }
}

/// `1 login`, `2 logins`.
fn counted(number: u64, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}
