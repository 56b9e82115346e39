//! Answers to list requests, kept until the organisation's change feed moves.
//!
//! Every write moves the feed in its own transaction, so a body that was read at a head of the feed is exact for as
//! long as the head is that one; asking for the head costs one indexed row.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use switchyard_domain::{OrgId, UserId};

/// What all bodies together may take, in bytes.
const CAPACITY: usize = 6 * 1024 * 1024;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    org: OrgId,
    user: UserId,
    uri: String,
}

struct Body {
    head: i64,
    bytes: Bytes,
}

/// Bodies by who asked for what.
#[derive(Default)]
pub(crate) struct ListCache {
    bodies: Mutex<(HashMap<Key, Body>, usize)>,
}

impl ListCache {
    /// The body for this request if the feed has not moved past `head`.
    pub(crate) fn get(&self, org: OrgId, user: UserId, uri: &str, head: i64) -> Option<Bytes> {
        let bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        let body = bodies.0.get(&Key { org, user, uri: uri.to_owned() })?;
        (body.head == head).then(|| body.bytes.clone())
    }

    /// Keeps a body that was read when the feed stood at `head` or later.
    pub(crate) fn put(&self, org: OrgId, user: UserId, uri: &str, head: i64, bytes: Bytes) {
        if bytes.len() > CAPACITY / 2 {
            return;
        }
        let mut guard = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        let (bodies, size) = &mut *guard;
        *size += bytes.len();
        if let Some(old) = bodies.insert(Key { org, user, uri: uri.to_owned() }, Body { head, bytes }) {
            *size -= old.bytes.len();
        }
        if *size > CAPACITY {
            bodies.retain(|_, body| body.head == head);
            *size = bodies.values().map(|body| body.bytes.len()).sum();
        }
        if *size > CAPACITY {
            bodies.clear();
            *size = 0;
        }
    }
}
