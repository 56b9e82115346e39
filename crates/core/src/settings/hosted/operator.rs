//! What an operator's commands need of the environment: each what it uses, and nothing else.

use switchyard_api::PublicUrl;
use switchyard_domain::credential::Secret;

use super::{EncryptionKey, Secrets, database_url, public_url, switch};
use crate::settings::SettingFault;

/// What was wrong with the variables of a command, all of it.
type Read<T> = Result<T, Vec<SettingFault>>;

/// The variables that commands are configured with, checked as the server checks them.
pub struct OperatorSettings(Vec<(String, String)>);

impl OperatorSettings {
    /// Takes the environment; nothing is read yet.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn read<T>(&self, read: impl FnOnce(&mut dyn FnMut(&'static str, String)) -> Option<T>) -> Read<T> {
        let mut faults = Vec::new();
        let read = read(&mut |variable, message| faults.push(SettingFault { variable, message }));
        read.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The database, as the role that serves.
    ///
    /// # Errors
    /// What is wrong with `DATABASE_URL`.
    pub fn database_url(&self) -> Read<Secret> {
        self.read(|mut fault| {
            let read = database_url(&|name| self.get(name), &mut fault, "DATABASE_URL");
            if read.is_none() && self.get("DATABASE_URL").is_none() {
                fault(
                    "DATABASE_URL",
                    "must name the server's database: postgres://user:password@host/name".into(),
                );
            }
            read
        })
    }

    /// The database, as the role that owns it.
    ///
    /// # Errors
    /// What is wrong with `DATABASE_MIGRATION_URL`, or with `DATABASE_URL` where that stands in for it.
    pub fn owner_url(&self) -> Read<Secret> {
        self.read(|mut fault| {
            let names = ["DATABASE_MIGRATION_URL", "DATABASE_URL"];
            match names.into_iter().find(|name| self.get(name).is_some()) {
                Some(name) => database_url(&|name| self.get(name), &mut fault, name),
                None => {
                    let text = "must name the database with the role that owns it: postgres://owner:password@host/name";
                    fault(names[0], text.into());
                    None
                }
            }
        })
    }

    /// Where people reach the instance.
    ///
    /// # Errors
    /// What is wrong with `PUBLIC_URL`.
    pub fn public_url(&self) -> Read<PublicUrl> {
        self.read(|mut fault| {
            let get = |name: &str| self.get(name);
            let test = switch(&get, &mut fault, "SWITCHYARD_TEST", false);
            Some(public_url(&get, &mut fault, test))
        })
    }

    /// The keys that seal credentials, the newest first.
    ///
    /// # Errors
    /// What is wrong with `CONFIG_ENCRYPTION_KEY` and `CONFIG_ENCRYPTION_KEY_PREVIOUS`.
    pub fn encryption_keys(&self) -> Read<Vec<EncryptionKey>> {
        self.read(|mut fault| {
            let (get, mut secrets) = (|name: &str| self.get(name), Secrets::default());
            let mut keys = Vec::new();
            for (name, hint) in [
                ("CONFIG_ENCRYPTION_KEY", "the new key, with which the servers run already"),
                ("CONFIG_ENCRYPTION_KEY_PREVIOUS", "the key that is to be replaced"),
            ] {
                if get(name).is_none() {
                    fault(name, format!("must be {hint}"));
                }
                keys.extend(secrets.key(&get, &mut fault, name));
            }
            Some(keys)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=";

    fn settings(variables: &[(&str, &str)]) -> OperatorSettings {
        OperatorSettings::new(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    fn faults<T>(read: Read<T>) -> Vec<&'static str> {
        read.err().unwrap().iter().map(|fault| fault.variable).collect()
    }

    #[test]
    fn the_owners_address_wins_and_the_servers_stands_in_for_it() {
        let both =
            [("DATABASE_URL", "postgres://app@db/x"), ("DATABASE_MIGRATION_URL", "postgres://owner@db/x")];
        assert_eq!(settings(&both).owner_url().unwrap().reveal(), "postgres://owner@db/x");
        assert_eq!(settings(&both).database_url().unwrap().reveal(), "postgres://app@db/x");
        assert_eq!(settings(&both[..1]).owner_url().unwrap().reveal(), "postgres://app@db/x");
        assert_eq!(faults(settings(&[]).owner_url()), ["DATABASE_MIGRATION_URL"]);
        assert_eq!(faults(settings(&both[1..]).database_url()), ["DATABASE_URL"]);
        assert_eq!(faults(settings(&[("DATABASE_URL", "sqlite://x")]).database_url()), ["DATABASE_URL"]);
    }

    #[test]
    fn replacing_a_key_takes_two_different_ones() {
        let (new, old) = (("CONFIG_ENCRYPTION_KEY", NEW), ("CONFIG_ENCRYPTION_KEY_PREVIOUS", OLD));
        assert_eq!(settings(&[new, old]).encryption_keys().unwrap().len(), 2);
        assert_eq!(faults(settings(&[]).encryption_keys()), [new.0, old.0]);
        assert_eq!(faults(settings(&[new]).encryption_keys()), [old.0]);
        assert_eq!(faults(settings(&[new, (old.0, NEW)]).encryption_keys()), [old.0]);
    }

    #[test]
    fn a_link_needs_an_address_that_people_can_open() {
        let there = settings(&[("PUBLIC_URL", "https://board.example.org")]);
        assert_eq!(there.public_url().unwrap().origin(), "https://board.example.org");
        for bad in ["", "board.example.org", "http://board.example.org"] {
            assert_eq!(faults(settings(&[("PUBLIC_URL", bad)]).public_url()), ["PUBLIC_URL"], "{bad}");
        }
    }
}
