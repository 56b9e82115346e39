//! Bearer tokens: JSON Web Tokens (RFC 7519) with HS256 over a shared secret (ID-1, ID-2), whoever issues them.
//!
//! Two keys may be good at a time, so that the secret can be replaced without signing everybody out (ID-11).

use jsonwebtoken::errors::ErrorKind as Fault;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use switchyard_domain::credential::Secret;
use switchyard_domain::{Error, ErrorKind, LoginId, OrgId, Result, Timestamp, UserId};
use uuid::Uuid;

/// How long our own access tokens are good for, in seconds.
pub(crate) const ACCESS_LASTS_SECS: i64 = 600;
/// How far clocks may be apart, in seconds.
const LEEWAY_SECS: u64 = 30;
/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;

/// Which tokens are taken.
pub struct TokenRules {
    /// Signs ours and checks all.
    pub secret: Secret,
    /// Checks those that were signed before the secret was replaced.
    pub previous: Option<Secret>,
    /// Who must have issued them (`iss`), where that is asked for.
    pub issuer: Option<String>,
    /// For whom they must be meant (`aud`); tokens that name anybody are refused where it is not set.
    pub audience: Option<String>,
}

/// What a token says.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) user: UserId,
    pub(crate) email: Option<String>,
    pub(crate) org: Option<OrgId>,
    /// The login that a token of ours came from.
    pub(crate) login: Option<LoginId>,
    /// When the token ends, as far as that can be told.
    pub(crate) until: Option<Timestamp>,
}

/// Reads tokens and makes ours.
pub(crate) struct Tokens {
    signs: EncodingKey,
    checks: Vec<DecodingKey>,
    validation: Validation,
    issuer: Option<String>,
    audience: Option<String>,
}

/// The claims that we look at. What stands twice is refused by the parser.
#[derive(Deserialize)]
struct Read {
    sub: Option<serde_json::Value>,
    email: Option<String>,
    org_id: Option<Uuid>,
    login: Option<Uuid>,
    /// Checked already, as the number of seconds that it has to be.
    exp: Option<f64>,
}

#[derive(Serialize)]
struct Written<'t> {
    sub: Uuid,
    org_id: Uuid,
    login: Uuid,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'t str>,
}

impl Tokens {
    pub(super) fn new(rules: &TokenRules) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = LEEWAY_SECS;
        validation.validate_nbf = true;
        let mut required = vec!["exp"];
        if let Some(issuer) = &rules.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        if let Some(audience) = &rules.audience {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        validation.set_required_spec_claims(&required);
        let secrets = std::iter::once(&rules.secret).chain(&rules.previous);
        Self {
            signs: EncodingKey::from_secret(rules.secret.reveal().as_bytes()),
            checks: secrets.map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes())).collect(),
            validation,
            issuer: rules.issuer.clone(),
            audience: rules.audience.clone(),
        }
    }

    /// What a token says that one of our keys signed and that is good now.
    ///
    /// # Errors
    /// `Unauthenticated` with code `token_invalid` or `token_expired`; `Invalid` with code `claim_missing` where `sub` is
    /// not there or no UUID.
    pub(crate) fn read(&self, token: &str) -> Result<Claims> {
        if token.len() > LONGEST_TOKEN || decode_header(token).map_or(true, |header| !is_plain(&header)) {
            return Err(invalid());
        }
        let mut refusal = invalid();
        for key in &self.checks {
            match decode::<Read>(token, key, &self.validation) {
                Ok(read) => return claims(read.claims),
                Err(fault) if matches!(fault.kind(), Fault::ExpiredSignature) => refusal = expired(),
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    /// A token for whoever has this login, good for [`ACCESS_LASTS_SECS`].
    pub(crate) fn issue(&self, user: UserId, org: OrgId, login: LoginId, at: Timestamp) -> Result<String> {
        let iat = at.unix_timestamp();
        let written = Written {
            sub: user.into(),
            org_id: org.into(),
            login: login.into(),
            iat,
            exp: iat + ACCESS_LASTS_SECS,
            iss: self.issuer.as_deref(),
            aud: self.audience.as_deref(),
        };
        encode(&Header::new(Algorithm::HS256), &written, &self.signs).map_err(Error::internal)
    }
}

/// Whether a header asks for nothing that we do not do: no other type, no key that it brings along, no extension that
/// must be understood (RFC 7515, 4.1.11).
fn is_plain(header: &Header) -> bool {
    let typ = header
        .typ
        .as_deref()
        .is_none_or(|typ| typ.eq_ignore_ascii_case("jwt") || typ.eq_ignore_ascii_case("at+jwt"));
    typ && header.crit.is_none() && header.jwk.is_none() && header.jku.is_none() && header.x5u.is_none()
}

fn claims(read: Read) -> Result<Claims> {
    let sub =
        read.sub.as_ref().and_then(serde_json::Value::as_str).and_then(|text| Uuid::try_parse(text).ok());
    let user = sub.filter(|id| !id.is_nil()).ok_or_else(|| {
        Error::new(
            ErrorKind::Invalid,
            "claim_missing",
            "The token does not say in `sub` which user it is for, as a UUID.",
        )
    })?;
    Ok(Claims {
        user: user.into(),
        email: read.email.and_then(|text| switchyard_domain::user::email_address(&text).ok()),
        org: read.org_id.map(OrgId::from),
        login: read.login.map(LoginId::from),
        until: read.exp.and_then(|secs| Timestamp::from_unix_timestamp(secs as i64).ok()),
    })
}

/// The one refusal of keys and tokens that are not good, whatever is wrong with them.
pub(super) fn invalid() -> Error {
    Error::new(ErrorKind::Unauthenticated, "token_invalid", "The bearer token is not valid.")
}

fn expired() -> Error {
    Error::new(ErrorKind::Unauthenticated, "token_expired", "The bearer token has expired. Get a new one.")
}
