//! Who calls: authentication makes the [`Actor`](switchyard_domain::Actor) that all authority comes from.

mod loopback;
mod secret;

pub use loopback::{Loopback, OwnWindow, WINDOW_ORIGIN};
pub use secret::random_secret;
