//! Signing in with another site: the port to whoever vouches for people there (OAuth 2.0, RFC 6749, with PKCE, RFC 7636).

use async_trait::async_trait;

use crate::Result;
use crate::credential::Secret;
use crate::user::OutsideIdentity;

/// What a browser is sent to the other site with.
#[derive(Clone, Copy, Debug)]
pub struct SignInRequest<'r> {
    /// Comes back unchanged, and tells our own sign-ins from those that somebody else began.
    pub state: &'r str,
    /// The SHA-256 digest of the verifier, in base64url: who brings the code must know what this was made from.
    pub challenge: &'r str,
    /// Where the browser comes back to.
    pub redirect: &'r str,
}

/// What a browser came back with.
#[derive(Clone, Debug)]
pub struct SignInCode {
    /// Stands for the person's consent, once.
    pub code: Secret,
    /// What the challenge was made from.
    pub verifier: Secret,
    /// Where the browser came back to.
    pub redirect: String,
}

/// A person as the other site vouches for them.
#[derive(Clone, Debug)]
pub struct Vouched {
    /// Who they are there.
    pub identity: OutsideIdentity,
    /// Lets whoever has it act for them there, as far as they agreed to.
    pub token: Secret,
}

/// The port to a site with which people sign in.
#[async_trait]
pub trait SignInProvider: Send + Sync {
    /// Where a browser is sent.
    fn address(&self, request: &SignInRequest<'_>) -> String;
    /// What the site calls itself in the `iss` of its answers (RFC 9207).
    fn issuer(&self) -> &str;
    /// The host with which the person's token is good for git.
    fn git_host(&self) -> &str;
    /// The origins that pictures of people come from, and no others.
    fn picture_origins(&self) -> &[String];
    /// Who somebody is. The code is used up. `Unavailable` with code `oauth_failed` where the site refused it, or cannot be
    /// asked or understood; `Forbidden` with code `organisation_required` where they belong to none of the organisations
    /// that may sign in.
    async fn identify(&self, code: &SignInCode) -> Result<Vouched>;
}
