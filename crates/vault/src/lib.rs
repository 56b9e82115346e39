//! Where people's credentials are kept: on a desktop in the operating system's keychain, or in a file that its owner
//! alone can read where there is none; in hosted mode sealed, in the database.
//!
//! Knows neither boards nor agents. Values leave it through [`Vault::reveal_credentials`] and
//! [`Vault::reveal_git_credential`] alone.
//!
//! [`Vault::reveal_credentials`]: switchyard_domain::credential::Vault::reveal_credentials
//! [`Vault::reveal_git_credential`]: switchyard_domain::credential::Vault::reveal_git_credential

mod contents;
mod desktop;
mod index;
mod keychain;
mod sealed;

pub use desktop::DesktopVault;
pub use sealed::{SealedVault, SealingKey};
