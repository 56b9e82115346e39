//! Credentials on the wire: their names go out, their values come in only.

use serde::{Deserialize, Serialize};
use switchyard_domain::credential as domain;
use utoipa::ToSchema;

/// Where credentials are kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CredentialPlace {
    /// In the operating system's keychain.
    Keychain,
    /// In a file that its owner alone can read, since no keychain answers.
    File,
    /// Sealed, in the instance's database.
    Database,
}

/// What is kept, without the values.
#[derive(Serialize, ToSchema)]
pub(crate) struct Credentials {
    kept_in: CredentialPlace,
    /// The file, where it is one.
    #[schema(required = true)]
    path: Option<String>,
    items: Vec<Credential>,
}

/// A credential that is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Credential {
    /// The environment variable that agents find it in.
    name: String,
}

impl From<domain::KeptCredentials> for Credentials {
    fn from(kept: domain::KeptCredentials) -> Self {
        let (kept_in, path) = match kept.place {
            domain::VaultPlace::Keychain => (CredentialPlace::Keychain, None),
            domain::VaultPlace::Database => (CredentialPlace::Database, None),
            domain::VaultPlace::File(path) => (CredentialPlace::File, Some(path.display().to_string())),
        };
        let items = kept.names.iter().map(|name| Credential { name: name.as_str().to_owned() }).collect();
        Self { kept_in, path, items }
    }
}

/// Sets a credential.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutCredential {
    /// 1 to 16,384 bytes; white space around it is left out.
    pub(crate) value: String,
}

/// A token for a host of git remotes, without the token.
#[derive(Serialize, ToSchema)]
pub(crate) struct GitCredential {
    /// The host, with its port where that is not the usual one.
    host: String,
    /// The name by which the host knows its user.
    username: String,
    /// `entered`, or `sign_in` where it came with a sign-in by the host's account.
    origin: &'static str,
}

impl From<domain::KeptGitCredential> for GitCredential {
    fn from(kept: domain::KeptGitCredential) -> Self {
        Self { host: kept.host.as_str().to_owned(), username: kept.username, origin: kept.origin.as_str() }
    }
}

/// Sets the token for a host of git remotes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutGitCredential {
    /// May be left out where the host knows its user by the token alone, as GitHub and GitLab do.
    #[serde(default)]
    pub(crate) username: String,
    /// A token or password, 1 to 16,384 bytes; white space around it is left out.
    pub(crate) secret: String,
}
