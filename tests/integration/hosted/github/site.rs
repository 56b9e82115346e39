//! A hosted instance whose people sign in with a GitHub of its own, and browsers that go from one to the other.

use std::collections::BTreeMap;

use switchyard_integration::{Answer, Hosted, Method, Visitor};
use switchyard_testkit::fake_github::{CLIENT_SECRET, FakeGithub, TOKENS_BEGIN};

pub(super) const CALLBACK: &str = "/api/auth/callback";
/// What a browser keeps while it is away.
pub(super) const KEPT: &str = "__Host-switchyard-sign-in";

pub(super) struct Site {
    pub(super) hosted: Hosted,
    pub(super) github: FakeGithub,
}

impl Site {
    pub(super) async fn start(environment: &[(&str, &str)]) -> Self {
        Self::start_on(1, environment).await
    }

    /// With several servers.
    pub(super) async fn start_on(servers: usize, environment: &[(&str, &str)]) -> Self {
        let github = FakeGithub::start().await;
        let app = github.environment();
        let app = app.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<(&str, &str)> = app.chain(environment.iter().copied()).collect();
        let hosted = Hosted::start_with(servers, &all).await;
        github.register(&format!("{}{CALLBACK}", hosted.address()));
        hosted.hides("the secret of the app at GitHub", CLIENT_SECRET);
        hosted.hides("a token of GitHub's", TOKENS_BEGIN);
        Self { hosted, github }
    }

    pub(super) fn browser(&self) -> Browser {
        Browser { visitor: self.hosted.stranger(), cookies: BTreeMap::new() }
    }

    /// What whoever is signed in at GitHub gets for approving there: where the browser comes back to, as a path.
    pub(super) fn approve(&self, sent: &Answer) -> String {
        let address = sent.header("location");
        assert!(
            address.starts_with(&format!("{}/login/oauth/authorize?", self.github.address())),
            "{address}"
        );
        let back = self.github.approve(address).expect("the page asks for approval");
        self.hosted.hides("a code of GitHub's", &parameter(&back, "code"));
        self.hosted.hides("the state of a sign-in", &parameter(&back, "state"));
        back.strip_prefix(&self.hosted.address()).expect("it leads back").to_owned()
    }

    /// Asserts that an answer leads to the sign-in page with this reason, and that neither a user, nor a login, nor a
    /// cookie came of it; `users` there are already.
    #[track_caller]
    pub(super) fn refused(&self, code: &str, answer: Answer, users: usize) {
        let place = answer.header("location").to_owned();
        assert_eq!(answer.status, 303, "{}", answer.text());
        let reason = place.strip_prefix("/sign-in?error=").unwrap_or_default();
        assert_eq!(reason.split('&').next(), Some(code), "{place}");
        let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert!(
            set.len() == 1 && set[0].to_str().is_ok_and(|it| it.starts_with(&format!("{KEPT}=;"))),
            "{set:?}"
        );
        self.nothing_came_of_it(users);
    }

    /// Asserts how many people there are, each of whom signed in once.
    pub(super) fn nothing_came_of_it(&self, users: usize) {
        for table in ["users", "logins"] {
            let text = format!("ASSERT (SELECT count(*) FROM {table}) = {users}, 'rows in {table}'");
            self.hosted.sql(&format!("DO $$ BEGIN {text}; END $$"));
        }
    }
}

/// Goes to pages as a browser does: with its cookies, and without an origin.
pub(super) struct Browser {
    visitor: Visitor,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Goes to a page, from wherever it is.
    pub(super) async fn go(&mut self, path: &str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![
            ("host", self.visitor.host()),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("user-agent", "Mozilla/5.0"),
        ];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        let answer = self.visitor.send(Method::GET, path, &headers, None).await;
        self.keep_cookies_of(&answer);
        answer
    }

    /// Comes back from GitHub.
    pub(super) async fn come_back(&mut self, path: &str) -> Answer {
        self.go(path).await
    }

    /// Begins at `path`, approves at GitHub, and comes back.
    pub(super) async fn sign_in(&mut self, site: &Site, path: &str) -> Answer {
        let sent = self.go(path).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let back = site.approve(&sent);
        self.come_back(&back).await
    }

    /// Takes the cookies of an answer, or lets go of them.
    pub(super) fn keep_cookies_of(&mut self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            for needed in ["Path=/", "Secure", "HttpOnly", "SameSite="] {
                assert!(line.contains(needed), "{line}");
            }
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }

    pub(super) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    /// Reaches another server of the instance from now on.
    pub(super) fn move_to(&mut self, port: u16) {
        self.visitor = self.visitor.at(port);
    }

    /// The page's own requests, signed in as the browser is.
    pub(super) fn visitor(&self) -> Visitor {
        self.visitor.showing_cookie(&format!("__Host-switchyard={}", self.cookies["__Host-switchyard"]))
    }
}

/// A parameter of an address.
pub(super) fn parameter(address: &str, name: &str) -> String {
    let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
        .next()
        .expect("the parameter")
}
