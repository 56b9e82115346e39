//! A GitHub of one's own: a server on 127.0.0.1 with which people sign in as with the real one, and that can be told to
//! answer wrongly.
//!
//! It asks for what GitHub asks for, and refuses what GitHub refuses: another app, another address to come back to, a code
//! that was used, a verifier that does not fit, a token that may not see what is asked.

mod consent;
mod interface;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::consent::Refusal;

/// The app that is registered.
pub const CLIENT_ID: &str = "Iv1.canary0app";
/// Its secret.
pub const CLIENT_SECRET: &str = "9f2c4e7a1b8d3056e4f7a2c9b1d8e3f60a5c7b94";
/// How every token begins.
pub const TOKENS_BEGIN: &str = "gho_canary_of_github_";

/// Somebody with an account there.
#[derive(Clone, Debug)]
pub struct Account {
    /// What is answered about them.
    pub user: Value,
    /// Their addresses.
    pub emails: Value,
    /// Organisations, with what is answered about their membership.
    pub memberships: HashMap<String, Value>,
}

impl Account {
    /// Somebody with a number, a login and a verified address.
    #[must_use]
    pub fn new(id: u64, login: &str) -> Self {
        let user = json!({ "id": id, "login": login, "name": null, "avatar_url": null, "type": "User" });
        let address = format!("{login}@example.org");
        let emails = json!([
            { "email": "other@example.org", "primary": false, "verified": true, "visibility": null },
            { "email": address, "primary": true, "verified": true, "visibility": "private" },
        ]);
        Self { user, emails, memberships: HashMap::new() }
    }

    /// The same, who is a member of an organisation, or not yet.
    #[must_use]
    pub fn belonging(mut self, organisation: &str, state: &str) -> Self {
        let membership =
            json!({ "state": state, "role": "member", "organization": { "login": organisation } });
        self.memberships.insert(organisation.to_lowercase(), membership);
        self
    }
}

/// How an endpoint answers instead of as it should.
#[derive(Clone, Debug)]
pub enum Wrongly {
    /// With this status and JSON.
    With(u16, Value),
    /// With a page.
    Page,
    /// With more than anybody wants to read.
    Flood,
    /// Not at all.
    Never,
    /// By sending whoever asks elsewhere.
    Elsewhere(String),
}

/// A code that was given out.
struct Code {
    account: Account,
    challenge: String,
    redirect: String,
    scopes: Vec<String>,
}

#[derive(Default)]
struct State {
    /// Where browsers may be sent back to.
    callback: String,
    /// Who is signed in there, in every browser.
    account: Option<Account>,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, (Account, Vec<String>)>,
    wrongly: HashMap<&'static str, Wrongly>,
}

/// Serves until it is dropped.
pub struct FakeGithub {
    address: SocketAddr,
    server: JoinHandle<()>,
    state: Shared,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How this endpoint is to answer instead, if it is.
    async fn instead(&self, endpoint: &str) -> Option<Response> {
        let wrongly = self.lock().wrongly.get(endpoint).cloned()?;
        Some(match wrongly {
            Wrongly::With(status, body) => json_answer(status, &body),
            Wrongly::Page => ([(header::CONTENT_TYPE, "text/html")], "<h1>Unicorn!</h1>").into_response(),
            Wrongly::Flood => {
                let flood = format!("{{\"access_token\":\"{}\"}}", "a".repeat(10 * 1024 * 1024));
                ([(header::CONTENT_TYPE, "application/json")], flood).into_response()
            }
            Wrongly::Never => std::future::pending().await,
            Wrongly::Elsewhere(place) => {
                (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
            }
        })
    }
}

impl FakeGithub {
    /// Serves on a port that is free. Nobody is signed in.
    ///
    /// # Panics
    /// When the loopback interface cannot be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Shared::default();
        let routes = Router::new()
            .route("/login/oauth/authorize", get(consent::show).post(consent::give))
            .route("/login/oauth/access_token", post(interface::token))
            .route("/api/v3/user", get(interface::user))
            .route("/api/v3/user/emails", get(interface::emails))
            .route("/api/v3/user/memberships/orgs/{organisation}", get(interface::membership))
            // Browsers ask for one by themselves.
            .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
            .with_state(state.clone());
        let server = tokio::spawn(async move {
            // It ends with the handle.
            let _ = axum::serve(listener, routes).await;
        });
        Self { address, server, state }
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The variables of a server whose people sign in here.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("GITHUB_URL", self.address()),
            ("GITHUB_CLIENT_ID", CLIENT_ID.to_owned()),
            ("GITHUB_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ]
    }

    /// Registers where browsers may be sent back to.
    pub fn register(&self, callback: &str) {
        self.state.lock().callback = callback.to_owned();
    }

    /// Has somebody be signed in.
    pub fn sign_in(&self, account: Account) {
        self.state.lock().account = Some(account);
    }

    /// Has an endpoint (`token`, `user`, `emails`, `membership`) answer wrongly from now on, or rightly again.
    pub fn answer(&self, endpoint: &'static str, wrongly: Option<Wrongly>) {
        let mut state = self.state.lock();
        match wrongly {
            Some(wrongly) => state.wrongly.insert(endpoint, wrongly),
            None => state.wrongly.remove(endpoint),
        };
    }

    /// What whoever is signed in gets who was sent to `address` and approves: the address to come back to.
    ///
    /// # Errors
    /// Why the page does not ask for approval.
    pub fn approve(&self, address: &str) -> Result<String, Refusal> {
        let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let wanted = consent::read(query)?;
        consent::grant(&mut self.state.lock(), &wanted, &self.address())
    }
}

impl Drop for FakeGithub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn json_answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// What nobody has had before.
fn fresh(prefix: &str) -> String {
    format!("{prefix}{}", uuid::Uuid::now_v7().simple())
}
