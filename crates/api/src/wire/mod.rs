//! Wire types, one file per noun: what clients send and get. Domain types have no wire shape of their own.

pub(crate) mod access;
pub(crate) mod agent;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod comment;
pub(crate) mod config;
pub(crate) mod credential;
pub(crate) mod diff;
pub(crate) mod entry;
pub(crate) mod event;
pub(crate) mod files;
pub(crate) mod group;
pub(crate) mod info;
pub(crate) mod message;
pub(crate) mod organisation;
pub(crate) mod person;
pub(crate) mod project;
pub(crate) mod repo;
pub(crate) mod session;
pub(crate) mod task;
pub(crate) mod terminal;
pub(crate) mod ticket;
pub(crate) mod workspace;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use switchyard_domain::Timestamp;
use utoipa::ToSchema;

/// A time as RFC 3339 in UTC.
#[derive(Clone, Copy, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        time::serde::rfc3339::serialize(&self.0, serializer)
    }
}

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

/// A page of a list.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    /// The items, in the list's order.
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` to get the next page; null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that fits one page.
    pub(crate) fn whole<U: Into<T>>(items: Vec<U>) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), next_cursor: None }
    }
}

impl<U, T: From<U>> From<switchyard_domain::Page<U>> for Page<T> {
    fn from(page: switchyard_domain::Page<U>) -> Self {
        Self { items: page.items.into_iter().map(T::from).collect(), next_cursor: page.next_cursor }
    }
}

/// How much of a list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// At most this many items, 1 to 1000; 200 where nothing is said.
    pub(crate) limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// Tells a field that was left out (`None`) from one that was set to null (`Some(None)`).
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Makes a wire enum that mirrors a domain enum, name by name.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident = $domain:path { $($variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub(crate) enum $name { $($variant),* }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant),* }
            }
        }
        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),* }
            }
        }
    };
}
pub(crate) use mirror;
