//! Typed configuration, the choice of mode, and the wiring: the only crate that names concrete adapters.
//!
//! A shell (the server, the desktop app) hands in settings and the UI's files and gets back something to serve.
//! Nothing below this crate asks which mode it runs in.

mod clock;
mod data_folder;
mod interface;
mod log;
#[cfg(feature = "hosted")]
mod operator;
mod runner_process;
mod serve;
mod settings;
mod start;
mod window;

pub use clock::SystemClock;
pub use data_folder::DataFolder;
pub use interface::Interface;
pub use log::start_log;
#[cfg(feature = "hosted")]
pub use operator::{Import, Newcomer, Operator, Rotated, migrate};
pub use serve::{Listening, listen};
pub use settings::{Deployment, LogFormat, OnExit, SettingFault, Settings};
#[cfg(feature = "hosted")]
pub use settings::{EncryptionKey, HostedSettings, OperatorSettings};
pub use start::{AtWork, Core, Door};
pub use switchyard_api::WINDOW_ORIGIN;
pub use switchyard_api::{Asset, Assets, document as openapi_document};
pub use switchyard_domain::credential::Secret;
pub use switchyard_domain::{Error, Result};
#[cfg(feature = "hosted")]
pub use switchyard_domain::{
    store::Whom,
    user::{User, Username},
};
pub use window::Window;
