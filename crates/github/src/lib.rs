//! Signing in with GitHub, or with a GitHub Enterprise server: the sign-in port over its OAuth and REST interfaces.
//!
//! Knows neither users nor logins of ours, nor what becomes of the token.

mod answers;
mod http;

use std::time::Duration;

use async_trait::async_trait;
pub use reqwest::Url;
use switchyard_domain::credential::Secret;
use switchyard_domain::sign_in::{SignInCode, SignInProvider, SignInRequest, Vouched};
use switchyard_domain::user::{OutsideIdentity, Provider};
use switchyard_domain::{Error, ErrorKind, Result};
use tokio::time::timeout;

use self::answers::{Email, Membership, Person, Token};
use self::http::Http;

/// How long all that a sign-in asks of GitHub may take together.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest code and token that are believed, in bytes; GitHub's have 20 and 40 to 255.
const LONGEST_CODE: usize = 512;

/// Which GitHub, as which app, and who of it may sign in.
#[derive(Clone, Debug)]
pub struct GithubRules {
    /// Where people approve: `https://github.com`, or the address of a GitHub Enterprise server. An origin.
    pub url: Url,
    /// Where its REST interface is: `https://api.github.com`, or `https://HOST/api/v3`.
    pub api_url: Url,
    /// Which app we are there.
    pub client_id: String,
    /// What shows that we are.
    pub client_secret: Secret,
    /// Logins of organisations of which somebody must be an active member; anybody may sign in where there are none.
    pub organisations: Vec<String>,
    /// Whether tokens are to reach private repositories. They can then write to them, too.
    pub private_repositories: bool,
}

/// GitHub.
pub struct Github {
    rules: GithubRules,
    http: Http,
    issuer: String,
    git_host: String,
    picture_origins: Vec<String>,
}

impl Github {
    /// The GitHub that `rules` describe. Nothing is asked of it yet.
    ///
    /// # Errors
    /// `Internal` when the system's certificates cannot be read.
    pub fn new(rules: GithubRules) -> Result<Self> {
        let origin = rules.url.origin().ascii_serialization();
        let host = rules.url.host_str().unwrap_or_default().to_owned();
        let picture_origins = if host == "github.com" {
            vec!["https://avatars.githubusercontent.com".to_owned()]
        } else {
            // A server of one's own shows them itself, or under a name of its own where it is set up for that.
            vec![origin.clone(), format!("https://avatars.{host}")]
        };
        let git_host = match rules.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        Ok(Self {
            http: Http::new()?,
            issuer: format!("{origin}/login/oauth"),
            git_host,
            picture_origins,
            rules,
        })
    }

    /// Fewest that serve: without any of them GitHub tells who somebody is; the first two are for their verified address
    /// and for private memberships.
    fn scopes(&self) -> String {
        let asked = [
            ("user:email", true),
            ("read:org", !self.rules.organisations.is_empty()),
            ("repo", self.rules.private_repositories),
        ];
        asked.iter().filter(|(_, asked)| *asked).map(|(scope, _)| *scope).collect::<Vec<_>>().join(" ")
    }

    fn page(&self, path: &str) -> Url {
        below(&self.rules.url, path)
    }

    fn api(&self, path: &str) -> Url {
        below(&self.rules.api_url, path)
    }

    async fn person_behind(&self, code: &SignInCode) -> Result<Vouched> {
        let token = self.token_for(code).await?;
        let person: Person = self.http.read(self.api("user"), &token).await?.json()?;
        let identity = person.identity().ok_or_else(|| failed("the answer about the user has no id"))?;
        self.require_membership(&token).await?;
        let email = match self.http.read(self.api("user/emails"), &token).await? {
            answer if answer.is_success() => answers::verified(answer.json::<Vec<Email>>()?),
            // Who agreed to less has no address here.
            _ => None,
        };
        Ok(Vouched { identity: OutsideIdentity { email, ..self.with_own_picture(identity) }, token })
    }

    async fn token_for(&self, code: &SignInCode) -> Result<Secret> {
        if code.code.reveal().len() > LONGEST_CODE {
            return Err(failed("a code that is too long"));
        }
        let form = [
            ("client_id", self.rules.client_id.as_str()),
            ("client_secret", self.rules.client_secret.reveal()),
            ("code", code.code.reveal()),
            ("code_verifier", code.verifier.reveal()),
            ("redirect_uri", &code.redirect),
        ];
        let answer = self.http.send_form(self.page("login/oauth/access_token"), &form).await?;
        // GitHub refuses with status 200, and says why in the body.
        let token: Token = answer.json()?;
        token.granted().ok_or_else(|| failed("the code was refused"))
    }

    /// Refuses who is no active member of any of the organisations, where there are some.
    async fn require_membership(&self, token: &Secret) -> Result<()> {
        let organisations = &self.rules.organisations;
        for organisation in organisations {
            let address = self.api(&format!("user/memberships/orgs/{organisation}"));
            let answer = self.http.read(address, token).await?;
            if answer.is_success() && answer.json::<Membership>()?.is_active_in(organisation) {
                return Ok(());
            }
        }
        if organisations.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forbidden,
            "organisation_required",
            "Only members of a certain GitHub organisation may sign in here.",
        ))
    }

    /// Without a picture that is shown from elsewhere: browsers are allowed to fetch none from there.
    fn with_own_picture(&self, identity: OutsideIdentity) -> OutsideIdentity {
        let own = |address: &String| {
            let origin = Url::parse(address).ok().map(|url| url.origin().ascii_serialization());
            origin.is_some_and(|origin| self.picture_origins.contains(&origin))
        };
        OutsideIdentity { avatar_url: identity.avatar_url.filter(own), ..identity }
    }
}

#[async_trait]
impl SignInProvider for Github {
    fn address(&self, request: &SignInRequest<'_>) -> String {
        let mut address = self.page("login/oauth/authorize");
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.rules.client_id)
            .append_pair("redirect_uri", request.redirect)
            .append_pair("scope", &self.scopes())
            .append_pair("state", request.state)
            .append_pair("code_challenge", request.challenge)
            .append_pair("code_challenge_method", "S256");
        address.into()
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn git_host(&self) -> &str {
        &self.git_host
    }

    fn picture_origins(&self) -> &[String] {
        &self.picture_origins
    }

    async fn identify(&self, code: &SignInCode) -> Result<Vouched> {
        match timeout(PATIENCE, self.person_behind(code)).await {
            Ok(told) => told,
            Err(_) => Err(failed("GitHub took too long")),
        }
    }
}

/// `path` below an address, whose own path may or may not end with a slash.
fn below(address: &Url, path: &str) -> Url {
    let mut below = address.clone();
    let full = format!("{}/{path}", address.path().trim_end_matches('/'));
    below.set_path(&full);
    below
}

/// A sign-in that came to nothing, with the reason for the log. Never with what GitHub said word for word: that may hold
/// a secret.
fn failed(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let text = "GitHub could not be asked who you are. Try again in a moment.";
    Error::unavailable("oauth_failed", text).caused_by(why)
}

/// Somebody of whom nothing but this is known.
fn identity(id: u64, login: &str, name: Option<&str>, picture: Option<&str>) -> OutsideIdentity {
    OutsideIdentity {
        provider: Provider::Github,
        // The number stays theirs for good. Names and addresses go from one to another.
        subject: id.to_string(),
        user_id: None,
        name: name.filter(|name| !name.trim().is_empty()).unwrap_or(login).to_owned(),
        email: None,
        avatar_url: picture.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(url: &str, api_url: &str, organisations: &[&str], private_repositories: bool) -> Github {
        Github::new(GithubRules {
            url: Url::parse(url).unwrap(),
            api_url: Url::parse(api_url).unwrap(),
            client_id: "app".to_owned(),
            client_secret: Secret::new("canary".to_owned()),
            organisations: organisations.iter().map(|&name| name.to_owned()).collect(),
            private_repositories,
        })
        .unwrap()
    }

    #[test]
    fn a_browser_is_sent_with_what_is_needed_and_without_the_secret() {
        let request = SignInRequest { state: "s+1", challenge: "c_1", redirect: "https://a.example/back" };
        let plain = github("https://github.com", "https://api.github.com", &[], false).address(&request);
        assert_eq!(
            plain,
            "https://github.com/login/oauth/authorize?client_id=app&redirect_uri=https%3A%2F%2Fa.example%2Fback\
             &scope=user%3Aemail&state=s%2B1&code_challenge=c_1&code_challenge_method=S256"
        );
        let more = github("https://git.example/", "https://git.example/api/v3/", &["acme"], true);
        assert!(more.address(&request).contains("scope=user%3Aemail+read%3Aorg+repo&"));
        assert_eq!(more.api("user").as_str(), "https://git.example/api/v3/user");
        assert_eq!((more.issuer(), more.git_host()), ("https://git.example/login/oauth", "git.example"));
    }

    #[test]
    fn pictures_from_elsewhere_are_left_out() {
        let here = github("https://github.com", "https://api.github.com", &[], false);
        let shown = |picture: &str| here.with_own_picture(identity(1, "ada", None, Some(picture))).avatar_url;
        assert!(shown("https://avatars.githubusercontent.com/u/1?v=4").is_some());
        for elsewhere in [
            "https://evil.example/u/1",
            "http://avatars.githubusercontent.com/u/1",
            "https://avatars.githubusercontent.com.evil.example/u/1",
            "https://avatars.githubusercontent.com@evil.example/u/1",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(shown(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn the_apps_secret_does_not_print() {
        let rules = github("https://github.com", "https://api.github.com", &[], false).rules;
        assert!(!format!("{rules:?}").contains("canary"));
    }
}
