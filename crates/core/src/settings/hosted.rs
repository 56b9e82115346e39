//! What hosted mode needs of the environment.

mod github;
mod limits;
mod operator;
mod secrets;

use std::net::SocketAddr;
use std::path::PathBuf;

use switchyard_api::{PublicUrl, PublicUrlFault, RateLimits};
use switchyard_domain::credential::Secret;
use switchyard_domain::user::Registration;
use switchyard_github::GithubRules;

pub use operator::OperatorSettings;
use secrets::Secrets;

/// Most connections to the database that can be set.
const MOST_CONNECTIONS: u32 = 500;

/// What hosted mode needs besides.
#[derive(Clone, Debug)]
pub struct HostedSettings {
    /// Where people reach the instance.
    pub public_url: PublicUrl,
    /// Where the database is, with its password.
    pub database_url: Secret,
    /// Where it is for whoever changes its tables, where that is another role.
    pub migration_url: Option<Secret>,
    /// Connections to it at most.
    pub database_connections: u32,
    /// Signs tokens.
    pub jwt_secret: Secret,
    /// Signed tokens until it was replaced.
    pub jwt_secret_previous: Option<Secret>,
    /// Who must have issued a token.
    pub jwt_issuer: Option<String>,
    /// For whom a token must be meant.
    pub jwt_audience: Option<String>,
    /// Seals credentials.
    pub encryption_key: EncryptionKey,
    /// Sealed them until it was replaced.
    pub encryption_key_previous: Option<EncryptionKey>,
    /// Whether there are local accounts with passwords.
    pub local_accounts: bool,
    /// Who may make one for themselves.
    pub registration: Registration,
    /// GitHub, where people sign in with it.
    pub github: Option<GithubRules>,
    /// Proxies that say who somebody is.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Proxies that say where requests come from, and nothing else.
    pub forwarders: Vec<ipnet::IpNet>,
    /// How many requests of each class somebody may make.
    pub rate_limits: RateLimits,
    /// The socket of the runner host.
    pub runner_host: PathBuf,
    /// Where whoever collects metrics asks for them; nowhere where `None`.
    pub metrics: Option<SocketAddr>,
}

/// 32 bytes that seal credentials. They do not print.
#[derive(Clone)]
pub struct EncryptionKey(pub [u8; 32]);

impl std::fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncryptionKey(…)")
    }
}

/// Reads them; what is wrong is told to `fault`, and something stands in for it.
pub(super) fn read<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
) -> HostedSettings {
    let test = switch(get, fault, "SWITCHYARD_TEST", false);
    let public_url = public_url(get, fault, test);
    let database_url = database_url(get, fault, "DATABASE_URL");
    if database_url.is_none() && get("DATABASE_URL").is_none() {
        fault("DATABASE_URL", "must name a PostgreSQL database: postgres://user:password@host/name".into());
    }
    let mut secrets = Secrets::default();
    let jwt_secret = secrets.text(get, fault, "JWT_SECRET");
    let jwt_secret_previous = secrets.text(get, fault, "JWT_SECRET_PREVIOUS");
    let encryption_key = secrets.key(get, fault, "CONFIG_ENCRYPTION_KEY");
    let encryption_key_previous = secrets.key(get, fault, "CONFIG_ENCRYPTION_KEY_PREVIOUS");
    for (name, hint) in
        [("JWT_SECRET", "openssl rand -base64 48"), ("CONFIG_ENCRYPTION_KEY", "openssl rand -base64 32")]
    {
        if get(name).is_none() {
            fault(name, format!("must be set; `{hint}` makes one"));
        }
    }
    let github = github::read(get, fault, &mut secrets, test);
    let local_accounts = switch(get, fault, "LOCAL_ACCOUNTS", true);
    let registration = get("REGISTRATION").unwrap_or("closed");
    let registration = registration.parse().unwrap_or_else(|_| {
        fault("REGISTRATION", format!("`{registration}` is not `open`, `invited` or `closed`"));
        Registration::Closed
    });
    let runner_host = match get("SWITCHYARD_RUNNER_SOCKET") {
        None => PathBuf::from("/run/switchyard/host.sock"),
        Some(path) if path.starts_with('/') => PathBuf::from(path),
        Some(_) => {
            fault("SWITCHYARD_RUNNER_SOCKET", "must be an absolute path".into());
            PathBuf::new()
        }
    };
    HostedSettings {
        public_url,
        database_url: database_url.unwrap_or_else(|| Secret::new(String::new())),
        migration_url: self::database_url(get, fault, "DATABASE_MIGRATION_URL"),
        database_connections: connections(get, fault),
        jwt_secret: jwt_secret.unwrap_or_else(|| Secret::new(String::new())),
        jwt_secret_previous,
        jwt_issuer: get("JWT_ISSUER").map(str::to_owned),
        jwt_audience: get("JWT_AUDIENCE").map(str::to_owned),
        encryption_key: encryption_key.unwrap_or(EncryptionKey([0; 32])),
        encryption_key_previous,
        local_accounts,
        registration,
        github,
        trusted_proxies: networks(get, fault, "TRUSTED_PROXY_CIDRS"),
        forwarders: networks(get, fault, "FORWARDED_FOR_CIDRS"),
        rate_limits: limits::read(get, fault),
        runner_host,
        metrics: metrics(get, fault),
    }
}

fn public_url<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
    test: bool,
) -> PublicUrl {
    let text = get("PUBLIC_URL").unwrap_or_default();
    match PublicUrl::parse(text, test) {
        Ok(url) => return url,
        Err(PublicUrlFault::NotAnOrigin) => fault(
            "PUBLIC_URL",
            format!("`{text}` must be the address that people open, without a path, as in https://board.example.org"),
        ),
        Err(PublicUrlFault::NotEncrypted) => fault(
            "PUBLIC_URL",
            "must begin with https: passwords and cookies would travel in the open. For a test on this machine set \
             SWITCHYARD_TEST=on and use http://127.0.0.1 or http://localhost"
                .into(),
        ),
    }
    PublicUrl::placeholder()
}

fn database_url<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
    name: &'static str,
) -> Option<Secret> {
    let text = get(name)?;
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Some(Secret::new(text.to_owned()));
    }
    fault(name, "must begin with postgres://: hosted mode keeps everything in PostgreSQL".into());
    None
}

fn connections<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
) -> u32 {
    match get("DATABASE_MAX_CONNECTIONS").map(str::parse) {
        None => 10,
        Some(Ok(given)) if (2..=MOST_CONNECTIONS).contains(&given) => given,
        Some(_) => {
            fault("DATABASE_MAX_CONNECTIONS", format!("must be a number from 2 to {MOST_CONNECTIONS}"));
            10
        }
    }
}

fn metrics<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
) -> Option<SocketAddr> {
    let text = get("METRICS_ADDRESS")?;
    let address = text.parse().ok();
    if address.is_none() {
        fault("METRICS_ADDRESS", format!("`{text}` is no address with a port, as in 127.0.0.1:9464"));
    }
    address
}

fn networks<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
    name: &'static str,
) -> Vec<ipnet::IpNet> {
    let listed = get(name).unwrap_or_default().split(',').map(str::trim);
    let mut networks = Vec::new();
    for text in listed.filter(|text| !text.is_empty()) {
        match text.parse::<ipnet::IpNet>() {
            Ok(net) if net.prefix_len() == 0 => {
                fault(name, format!("`{text}` is everybody; name the proxies alone"));
            }
            Ok(net) => networks.push(net),
            Err(_) => fault(name, format!("`{text}` is no network, as in 10.0.0.0/8")),
        }
    }
    networks
}

fn switch<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
    name: &'static str,
    usual: bool,
) -> bool {
    match get(name) {
        None => usual,
        Some("on") => true,
        Some("off") => false,
        Some(other) => {
            fault(name, format!("`{other}` is not `on` or `off`"));
            usual
        }
    }
}

#[cfg(test)]
mod tests {
    use switchyard_domain::user::Registration;

    use crate::settings::{Deployment, Settings};

    const GOOD: [(&str, &str); 6] = [
        ("DEPLOYMENT_MODE", "kubernetes"),
        ("PUBLIC_URL", "https://board.example.org"),
        ("DATABASE_URL", "postgres://board:hunter2@db/board"),
        ("JWT_SECRET", "Zk3vQ8pLx1Rt6YwB0nMc5HsJ9dGfA2eU"),
        ("CONFIG_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("TRUSTED_PROXY_CIDRS", "10.0.0.0/8, fd00::/8"),
    ];

    /// The good settings with these changed; an empty value is as one that is not set.
    pub(super) fn read(changes: &[(&str, &str)]) -> Result<Settings, Vec<&'static str>> {
        let kept = GOOD.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let all = kept.chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_environment(all).map_err(|faults| {
            let mut names: Vec<&str> = faults.iter().map(|fault| fault.variable).collect();
            names.sort_unstable();
            names
        })
    }

    #[test]
    fn hosted_mode_needs_an_address_a_database_and_two_secrets() {
        let settings = read(&[]).unwrap();
        let Deployment::Kubernetes(hosted) = &settings.deployment else { panic!("not hosted") };
        assert_eq!(hosted.public_url.host(), "board.example.org");
        assert_eq!(hosted.trusted_proxies.len(), 2);
        assert_eq!(settings.workspace_dir, std::path::Path::new("/workspaces"));
        assert!(settings.host.is_unspecified() && hosted.local_accounts);
        assert_eq!(hosted.registration, Registration::Closed);
        for (text, meant) in [("open", Registration::Open), ("invited", Registration::Invited)] {
            let settings = read(&[("REGISTRATION", text)]).unwrap();
            let Deployment::Kubernetes(hosted) = &settings.deployment else { panic!("not hosted") };
            assert_eq!(hosted.registration, meant);
        }
        let nothing: Vec<(&str, &str)> = GOOD.iter().skip(1).map(|(name, _)| (*name, "")).collect();
        assert_eq!(
            read(&nothing).unwrap_err(),
            ["CONFIG_ENCRYPTION_KEY", "DATABASE_URL", "JWT_SECRET", "PUBLIC_URL"]
        );
    }

    #[test]
    fn weak_and_equal_secrets_are_refused() {
        let repeated = "ab".repeat(20);
        for weak in [
            "short",
            &repeated,
            "your-secret-key-that-is-very-long-0123456789",
            "please-change-me-0123456789-abcdef",
        ] {
            assert_eq!(read(&[("JWT_SECRET", weak)]).unwrap_err(), ["JWT_SECRET"], "{weak}");
        }
        for bad in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "c2hvcnQ=", "not base64 at all"] {
            assert_eq!(
                read(&[("CONFIG_ENCRYPTION_KEY", bad)]).unwrap_err(),
                ["CONFIG_ENCRYPTION_KEY"],
                "{bad}"
            );
        }
        let same = GOOD[3].1;
        assert_eq!(read(&[("JWT_SECRET_PREVIOUS", same)]).unwrap_err(), ["JWT_SECRET_PREVIOUS"]);
    }

    #[test]
    fn an_open_connection_another_database_and_a_proxy_that_is_everybody_are_refused() {
        assert_eq!(read(&[("PUBLIC_URL", "http://board.example.org")]).unwrap_err(), ["PUBLIC_URL"]);
        assert_eq!(read(&[("PUBLIC_URL", "http://127.0.0.1:8081")]).unwrap_err(), ["PUBLIC_URL"]);
        assert!(read(&[("PUBLIC_URL", "http://127.0.0.1:8081"), ("SWITCHYARD_TEST", "on")]).is_ok());
        assert_eq!(read(&[("DATABASE_URL", "sqlite:///board.db")]).unwrap_err(), ["DATABASE_URL"]);
        for name in ["FORWARDED_FOR_CIDRS", "TRUSTED_PROXY_CIDRS"] {
            assert_eq!(read(&[(name, "0.0.0.0/0")]).unwrap_err(), [name]);
        }
        assert_eq!(read(&[("METRICS_ADDRESS", "9464")]).unwrap_err(), ["METRICS_ADDRESS"]);
        assert_eq!(
            read(&[("REGISTRATION", "maybe"), ("HOST", "here")]).unwrap_err(),
            ["HOST", "REGISTRATION"]
        );
    }

    #[test]
    fn secrets_do_not_print() {
        let printed = format!("{:?}", read(&[]).unwrap());
        for secret in ["hunter2", "Zk3vQ8pL", "AAECAwQF"] {
            assert!(!printed.contains(secret), "{secret}");
        }
    }
}
