//! Users that another system had, from a JSON file.

use std::collections::HashMap;

use serde::Deserialize;
use switchyard_domain::store::{Identities, Operating, Whom};
use switchyard_domain::user::{NewAccount, PasswordHash, Username, display_name, email_address};
use switchyard_domain::{Error, ErrorKind, Result};

use super::{Operator, password};

/// An entry of the file, as it stands there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    username: String,
    name: String,
    email: Option<String>,
    password_hash: Option<String>,
}

/// Somebody who is to have an account.
#[derive(Clone, Debug)]
struct Imported {
    username: Username,
    name: String,
    email: Option<String>,
    /// Where `None`, a link lets them in to choose one.
    password: Option<PasswordHash>,
}

/// A file of users in which nothing is wrong.
#[derive(Debug)]
pub struct Import(Vec<Imported>);

impl Import {
    /// Reads a JSON array of `{username, name, email?, password_hash?}`.
    ///
    /// # Errors
    /// Every fault of every entry, one a line, each with the entry's number.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let shape = "the file must be a JSON array of {\"username\", \"name\", \"email\", \"password_hash\"}";
        let entries: Vec<serde_json::Value> =
            serde_json::from_str(text).map_err(|error| vec![format!("{shape}: {error}")])?;
        let (mut users, mut faults) = (Vec::new(), Vec::new());
        let mut seen: HashMap<Username, usize> = HashMap::new();
        for (number, entry) in (1..).zip(entries) {
            let mut fault = |text: String| faults.push(format!("entry {number}: {text}"));
            let Some(user) = read_entry(entry, &mut fault) else { continue };
            if let Some(other) = seen.insert(user.username.clone(), number) {
                fault(format!("username `{}` is that of entry {other} too", user.username.as_str()));
            }
            users.push(user);
        }
        if faults.is_empty() { Ok(Self(users)) } else { Err(faults) }
    }
}

fn read_entry(entry: serde_json::Value, fault: &mut impl FnMut(String)) -> Option<Imported> {
    let entry: Entry = match serde_json::from_value(entry) {
        Ok(entry) => entry,
        Err(error) => {
            // Other messages repeat what stands there, which may be a hash.
            let text = error.to_string();
            let names_a_field =
                ["missing field", "unknown field"].iter().any(|start| text.starts_with(start));
            let shape = "must be an object, with text for username, name, email and password_hash";
            fault(if names_a_field { text } else { shape.to_owned() });
            return None;
        }
    };
    let mut told = |error: Error| fault(format!("{}: {}", error.field.unwrap_or("entry"), error.message));
    let username = Username::new(&entry.username).map_err(&mut told).ok();
    let name = display_name(&entry.name).map_err(&mut told).ok();
    let email = entry.email.map(|email| email_address(&email)).transpose().map_err(&mut told).ok();
    let hash = entry.password_hash.map(|hash| password::made_elsewhere(&hash));
    let password = hash.transpose().map_err(&mut told).ok();
    Some(Imported { username: username?, name: name?, email: email?, password: password? })
}

impl Operator {
    /// Makes the accounts of a file that are not there yet, one after the other, and tells of each what happens to it.
    /// Who is there already stays as they are, so that it can be asked for again. In a dry run nothing is made.
    ///
    /// # Errors
    /// What the store says. What was made before it stays.
    pub async fn import_users(
        &self,
        import: &Import,
        dry_run: bool,
        mut tell: impl FnMut(String),
    ) -> Result<()> {
        let mut first = self.store.users(None, 1).await?.is_empty();
        for user in &import.0 {
            let username = user.username.as_str();
            if self.store.find_user(&Whom::Username(user.username.clone())).await?.is_some() {
                tell(format!("{username}: is there already, and stays as they are"));
                continue;
            }
            if !dry_run {
                let account = NewAccount {
                    username: user.username.clone(),
                    name: user.name.clone(),
                    email: user.email.clone(),
                    password: user.password.clone().map_or_else(password::nobodys, Ok)?,
                };
                match self.store.register(self.now(), &account).await {
                    Ok(made) => first = made.instance_admin,
                    Err(error) if error.kind == ErrorKind::Conflict => {
                        tell(format!("{username}: somebody else took this name just now"));
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            let done = if dry_run { "would be made" } else { "made" };
            let admin = if first { ", instance admin as the first user of all" } else { "" };
            let link = if user.password.is_none() {
                format!("; `reset {username}` lets them in")
            } else {
                String::new()
            };
            tell(format!("{username}: {done}{admin}{link}"));
            first = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_every_entry_is_told_at_once_and_no_hash_with_it() {
        let faults = Import::read(
            r#"[{"username": "ada", "name": "Ada"},
                {"username": "a b", "name": "", "email": "nowhere", "password_hash": "$2b$canary"},
                {"username": "ADA", "name": "Ada again"},
                {"name": "Nobody"},
                {"username": "eve", "name": "Eve", "admin": true},
                {"username": "bob", "name": "Bob", "password_hash": {"canary": 1}},
                7]"#,
        )
        .unwrap_err();
        let begin = |text: &str| faults.iter().filter(|fault| fault.starts_with(text)).count();
        for (start, count) in [
            ("entry 1", 0),
            ("entry 2: username: ", 1),
            ("entry 2: name: ", 1),
            ("entry 2: email: ", 1),
            ("entry 2: password_hash: ", 1),
            ("entry 3: username `ada` is that of entry 1 too", 1),
            ("entry 4: missing field `username`", 1),
            ("entry 5: unknown field `admin`", 1),
            ("entry 6", 1),
            ("entry 7", 1),
        ] {
            assert_eq!(begin(start), count, "{start}: {faults:#?}");
        }
        assert!(!faults.concat().contains("canary"), "{faults:#?}");
        assert_eq!(Import::read("{}").unwrap_err().len(), 1);
        assert!(Import::read("[]").unwrap().0.is_empty());
    }
}
