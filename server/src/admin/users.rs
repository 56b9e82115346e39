//! The commands about users.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use switchyard_core::{Import, Newcomer, Operator, OperatorSettings, Secret, User, Username, Whom};

use super::{Done, Failure, password};
use crate::tell;

/// Largest file of users that is read, in bytes: some hundred thousand users.
const LARGEST_FILE: u64 = 64 << 20;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print everybody, one a line: user name, id, name, address, and what is special about them.
    List,
    /// Make a local account. The first user of all becomes instance admin.
    ///
    /// Asks for the password on the terminal; where there is none, --password-stdin reads it from standard input.
    Create(Create),
    /// Close somebody's account: nothing of theirs lets them in any more, and their logins end. Nothing is deleted.
    Disable(super::User),
    /// Open a closed account again.
    Enable(super::User),
    /// Have somebody look after the whole instance, too.
    MakeAdmin(super::User),
    /// Have somebody look after it no longer.
    RemoveAdmin(super::User),
    /// Make the accounts in a JSON file that are not there yet.
    ///
    /// The file is an array of {"username": …, "name": …, "email": …, "password_hash": …}; the last two may be left out.
    /// A hash is argon2id in PHC form; who has none is let in by the link of `reset`. Who is there already stays as they
    /// are, so running it twice changes nothing. With a fault in the file nobody is made, and every fault is told.
    Import(ImportFile),
}

#[derive(Args)]
pub(crate) struct Create {
    /// The name to sign in with: letters a to z, digits, dots, hyphens, underscores.
    #[arg(value_parser = Username::new)]
    username: Username,
    /// Their name for display; the user name where it is left out.
    #[arg(long)]
    name: Option<String>,
    /// Where mail reaches them.
    #[arg(long)]
    email: Option<String>,
    /// Read the password from standard input, one line, instead of asking on the terminal.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub(crate) struct ImportFile {
    /// The file; `-` is standard input.
    file: PathBuf,
    /// Tell what would happen to each, and make nobody.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn execute(command: Command, settings: &OperatorSettings) -> Done {
    let database = settings.database_url()?;
    match command {
        Command::Create(Create { username, name, email, password_stdin }) => {
            let password = if password_stdin { password::from_stdin() } else { password::from_terminal() }?;
            let operator = Operator::open(&database).await?;
            let made = operator.create_user(&Newcomer { username, name, email }, &password).await;
            operator.close().await;
            tell(&described(&made?));
            Ok(())
        }
        Command::Import(ImportFile { file, dry_run }) => {
            let import = Import::read(&read(&file)?).map_err(Failure::Told)?;
            let operator = Operator::open(&database).await?;
            let done = operator.import_users(&import, dry_run, |line| {
                tell(&line);
            });
            let done = done.await;
            operator.close().await;
            Ok(done?)
        }
        Command::List => {
            let operator = Operator::open(&database).await?;
            let told = operator.users(|user| {
                tell(&described(user));
            });
            let told = told.await;
            operator.close().await;
            Ok(told?)
        }
        Command::Disable(super::User { whom }) => change(&database, Change::Disabled(true), &whom).await,
        Command::Enable(super::User { whom }) => change(&database, Change::Disabled(false), &whom).await,
        Command::MakeAdmin(super::User { whom }) => change(&database, Change::Admin(true), &whom).await,
        Command::RemoveAdmin(super::User { whom }) => change(&database, Change::Admin(false), &whom).await,
    }
}

/// What is changed about somebody.
enum Change {
    Disabled(bool),
    Admin(bool),
}

/// Changes it, and prints them as they are now.
async fn change(database: &Secret, change: Change, whom: &Whom) -> Done {
    let operator = Operator::open(database).await?;
    let changed = match change {
        Change::Disabled(disabled) => operator.set_disabled(whom, disabled).await,
        Change::Admin(admin) => operator.set_admin(whom, admin).await,
    };
    operator.close().await;
    tell(&described(&changed?));
    Ok(())
}

/// A user on one line, in columns that tabs part.
fn described(user: &User) -> String {
    let username = user.username.as_ref().map_or("-", Username::as_str);
    let email = user.email.as_deref().unwrap_or("-");
    let special: Vec<&str> =
        [("instance admin", user.instance_admin), ("closed", user.disabled_at.is_some())]
            .into_iter()
            .filter_map(|(what, is)| is.then_some(what))
            .collect();
    format!("{username}\t{}\t{}\t{email}\t{}", user.id, user.name, special.join(", "))
}

fn read(file: &Path) -> Result<String, Failure> {
    let opened: std::io::Result<Box<dyn Read>> = match file.to_str() {
        Some("-") => Ok(Box::new(std::io::stdin())),
        _ => std::fs::File::open(file).map(|file| Box::new(file) as _),
    };
    let mut text = String::new();
    let read = opened.and_then(|opened| opened.take(LARGEST_FILE + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 > LARGEST_FILE => {
            Err(Failure::Told(vec![format!("{} has more than 64 MiB. Split it.", file.display())]))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Told(vec![format!("{} cannot be read: {error}", file.display())])),
    }
}
