//! Desktop mode's door: no login, and still closed to other web pages and other users of the machine (ID-12).
//!
//! A browser gets in with a one-time code from the printed address, which becomes a cookie; scripts get in with the
//! token in the data folder. Host and Origin are checked against the addresses that the server listens on, which
//! stops DNS rebinding and other pages' requests and WebSockets.
//!
//! The desktop app's own window needs neither code nor cookie: it listens on nothing, so whoever reaches its router
//! is this very process, which says so with [`OwnWindow`].

use std::sync::{Mutex, PoisonError};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use switchyard_domain::credential::Secret;
use switchyard_domain::{Actor, Error, ErrorKind, OrgId, Result, Scope};

use super::address::OwnAddress;
use super::secret::{matches, random_secret};

/// Codes that wait to be used; the oldest gives way.
const MOST_CODES: usize = 16;

/// The host that the page of the desktop app's window is from.
const WINDOW_HOST: &str = "localhost";

/// The origin of the page in the desktop app's window.
pub const WINDOW_ORIGIN: &str = "app://localhost";

/// Marks a request as sent by the window of this process. It is an extension of the request, which only who holds the
/// router can add: nothing that comes over a connection becomes one.
#[derive(Clone, Copy, Debug)]
pub struct OwnWindow;

/// Authentication of the one local user.
pub struct Loopback {
    actor: Actor,
    org: OrgId,
    token: Secret,
    cookie: Secret,
    cookie_name: String,
    address: OwnAddress,
    /// What the page may connect to, as its content security policy says it.
    connects_to: &'static str,
    codes: Mutex<Vec<Secret>>,
}

impl Loopback {
    /// The door of a server that listens on `port`: `token` lets scripts in, `actor` is who everybody is then.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn new(actor: Actor, org: OrgId, token: Secret, port: u16) -> Result<Self> {
        let hosts: Vec<String> =
            ["127.0.0.1", "localhost", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        let origins = hosts.iter().map(|host| format!("http://{host}")).collect();
        Ok(Self {
            actor,
            org,
            token,
            cookie: random_secret()?,
            // Cookies do not tell ports apart: two instances on one machine need two names.
            cookie_name: format!("switchyard_{port}"),
            address: OwnAddress::new(hosts, origins),
            connects_to: "'self'",
            codes: Mutex::default(),
        })
    }

    /// The door of the desktop app's window. It has no address that a connection could be made to.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn of_window(actor: Actor, org: OrgId, token: Secret) -> Result<Self> {
        Ok(Self {
            actor,
            org,
            token,
            cookie: random_secret()?,
            cookie_name: "switchyard".to_owned(),
            address: OwnAddress::new(vec![WINDOW_HOST.to_owned()], vec![WINDOW_ORIGIN.to_owned()]),
            // The shell's channels, which carry the streams.
            connects_to: "'self' ipc: http://ipc.localhost",
            codes: Mutex::default(),
        })
    }

    /// What the page may connect to, in the words of a content security policy.
    pub(crate) fn connects_to(&self) -> &'static str {
        self.connects_to
    }

    /// A code that lets one browser in, once.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn new_code(&self) -> Result<Secret> {
        let code = random_secret()?;
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MOST_CODES {
            codes.remove(0);
        }
        codes.push(code.clone());
        Ok(code)
    }

    /// Uses a code up; the answer is the cookie to set.
    pub(crate) fn exchange(&self, candidate: &str) -> Result<HeaderValue> {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = codes.iter().position(|code| matches(code, candidate)) else {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "code_invalid",
                "This address was used already or is not the newest. Run `switchyard-server address` for a new one.",
            ));
        };
        codes.remove(place);
        let cookie =
            format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie_name, self.cookie.reveal());
        HeaderValue::from_str(&cookie).map_err(Error::internal)
    }

    /// Refuses a request that was sent under another name than ours, or from another page. On every request.
    pub(crate) fn check_address(&self, headers: &HeaderMap) -> Result<()> {
        self.address.check(headers)
    }

    /// The authority of a request, whose address was checked before.
    pub(crate) fn authenticate(&self, parts: &Parts) -> Result<Scope> {
        let headers = &parts.headers;
        if let Some(bearer) = bearer(headers) {
            if matches(&self.token, bearer) {
                return self.actor.scope(self.org);
            }
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "token_invalid",
                "The bearer token is not valid.",
            ));
        }
        if parts.extensions.get::<OwnWindow>().is_some() {
            return self.actor.scope(self.org);
        }
        if !self.has_cookie(headers) {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "unauthenticated",
                "Open the address that Switchyard printed, or run `switchyard-server address` for a new one.",
            ));
        }
        self.address.require_own_page(parts)?;
        self.actor.scope(self.org)
    }

    /// Refuses a request without credential that did not come from our own page.
    pub(crate) fn require_own_origin(&self, headers: &HeaderMap) -> Result<()> {
        self.address.require_origin(headers)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.cookie_name && matches(&self.cookie, value))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use switchyard_domain::{Role, UserId};

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request = headers
            .iter()
            .fold(Request::get("/api/tasks"), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    fn door() -> Loopback {
        let (user, org) = (UserId::from(uuid::Uuid::now_v7()), OrgId::from(uuid::Uuid::now_v7()));
        let actor = Actor::authenticated(user, vec![(org, Role::Admin)]);
        Loopback::of_window(actor, org, Secret::new("0123456789abcdef".to_owned())).unwrap()
    }

    #[test]
    fn the_window_is_let_in_by_what_no_connection_can_carry() {
        let door = door();
        let mut parts =
            parts(&[("host", "localhost"), ("own-window", "true"), ("sec-fetch-site", "same-origin")]);
        assert_eq!(door.authenticate(&parts).unwrap_err().code, "unauthenticated");
        parts.extensions.insert(OwnWindow);
        assert!(door.authenticate(&parts).is_ok());
    }

    #[test]
    fn another_page_in_the_window_is_refused_by_its_origin() {
        let door = door();
        let refused =
            |headers: &[(&str, &str)]| door.check_address(&parts(headers).headers).unwrap_err().code;
        assert_eq!(refused(&[("host", "localhost"), ("origin", "https://example.org")]), "origin_refused");
        assert_eq!(refused(&[("host", "localhost"), ("origin", "null")]), "origin_refused");
        assert_eq!(refused(&[("host", "127.0.0.1:8081")]), "host_refused");
        let own = parts(&[("host", "localhost"), ("origin", WINDOW_ORIGIN)]);
        assert!(door.check_address(&own.headers).is_ok());
    }
}
