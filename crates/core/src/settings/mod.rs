//! The environment, read once, typed, with every fault named at once (CF-5).

#[cfg(feature = "hosted")]
mod hosted;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use switchyard_app::TerminalCleanup;
use switchyard_domain::credential::Secret;

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What becomes of agents at work when the server is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExit {
    /// They are stopped; their sessions can be resumed.
    Stop,
    /// They go on; the next start attaches to them.
    Keep,
}

/// What is deployed.
#[derive(Clone, Debug)]
pub enum Deployment {
    /// One local user, without a login.
    Desktop,
    /// Many people, who sign in.
    #[cfg(feature = "hosted")]
    Kubernetes(Box<HostedSettings>),
}

#[cfg(feature = "hosted")]
pub use hosted::{EncryptionKey, HostedSettings, OperatorSettings};

/// Everything that the environment decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is deployed.
    pub deployment: Deployment,
    /// TCP port; 0 lets the system pick.
    pub port: u16,
    /// The address to listen on; always a loopback address in desktop mode.
    pub host: std::net::IpAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where workspaces lie.
    pub workspace_dir: PathBuf,
    /// How the log is written.
    pub log_format: LogFormat,
    /// A filter as `tracing_subscriber::EnvFilter` reads it.
    pub log_filter: String,
    /// The token that lets scripts in; kept in the data folder when unset.
    pub token: Option<Secret>,
    /// The runner's program; beside our own when unset.
    pub runner_program: Option<PathBuf>,
    /// What becomes of agents at work when the server is told to end.
    pub on_exit: OnExit,
    /// When terminals are closed that nobody uses.
    pub terminals: TerminalCleanup,
    /// What the runner, and so agents, may know of the user's environment.
    pub runner_environment: Vec<(String, String)>,
    /// Name of the local user, for display.
    pub user_name: String,
}

/// One thing that is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong, and what is right.
    pub message: String,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// The longest wait that can be set, in seconds: a year.
const LONGEST_WAIT_SECS: u64 = 365 * 24 * 3600;

/// Variables of the server's own that never reach the runner or an agent.
fn is_own(name: &str) -> bool {
    const OWN: [&str; 10] = [
        "DATABASE_URL",
        "JWT_SECRET",
        "CONFIG_ENCRYPTION_KEY",
        "DEPLOYMENT_MODE",
        "HOST",
        "PORT",
        "LOG_FORMAT",
        "WORKSPACE_BASE_DIR",
        "PTY_SESSION_TIMEOUT_SECS",
        "CLEANUP_INTERVAL_SECS",
    ];
    OWN.contains(&name) || name.starts_with("SWITCHYARD_") || name.starts_with("GITHUB_CLIENT_")
}

impl Settings {
    /// Reads settings from `variables`.
    ///
    /// # Errors
    /// Every fault there is, at once.
    pub fn from_environment(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<SettingFault>> {
        let all: Vec<(String, String)> = variables.into_iter().collect();
        let get = |name: &str| {
            let found = all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            found.filter(|value| !value.is_empty())
        };
        let mut faults = Vec::new();
        let mut fault = |variable, message: String| faults.push(SettingFault { variable, message });

        let deployment = match get("DEPLOYMENT_MODE") {
            None | Some("desktop") => Deployment::Desktop,
            #[cfg(feature = "hosted")]
            Some("kubernetes") => Deployment::Kubernetes(Box::new(hosted::read(&get, &mut fault))),
            #[cfg(not(feature = "hosted"))]
            Some("kubernetes") => {
                fault(
                    "DEPLOYMENT_MODE",
                    "this program has desktop mode only; use `switchyard-server`".into(),
                );
                Deployment::Desktop
            }
            Some(other) => {
                fault("DEPLOYMENT_MODE", format!("`{other}` is not `desktop` or `kubernetes`"));
                Deployment::Desktop
            }
        };
        let desktop = matches!(deployment, Deployment::Desktop);
        let port = get("PORT").unwrap_or("8081").parse().unwrap_or_else(|_| {
            fault("PORT", "must be a number from 0 to 65535".into());
            0
        });
        let loopback = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let host = match get("HOST").map(|host| if host == "localhost" { "127.0.0.1" } else { host }) {
            None if desktop => loopback,
            None => std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
            Some(text) => match text.parse::<std::net::IpAddr>() {
                Ok(host) if host.is_loopback() || !desktop => host,
                Ok(_) => {
                    let text = "desktop mode has no login, so it listens on the loopback interface alone: \
                                leave HOST unset or use 127.0.0.1 or ::1";
                    fault("HOST", text.into());
                    loopback
                }
                Err(_) => {
                    fault("HOST", format!("`{text}` is not an IP address"));
                    loopback
                }
            },
        };
        let log_format = match get("LOG_FORMAT") {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => {
                fault("LOG_FORMAT", format!("`{other}` is not `text` or `json`"));
                LogFormat::Text
            }
        };
        let on_exit = match get("SWITCHYARD_ON_EXIT") {
            None | Some("stop") => OnExit::Stop,
            Some("keep") => OnExit::Keep,
            Some(other) => {
                fault("SWITCHYARD_ON_EXIT", format!("`{other}` is not `stop` or `keep`"));
                OnExit::Stop
            }
        };
        let mut seconds = |name, usual: u64, least: u64| match get(name).map(str::parse::<u64>) {
            None => usual,
            Some(Ok(given)) if (least..=LONGEST_WAIT_SECS).contains(&given) => given,
            Some(_) => {
                fault(name, format!("must be a number of seconds from {least} to {LONGEST_WAIT_SECS}"));
                usual
            }
        };
        let idle_secs = seconds("PTY_SESSION_TIMEOUT_SECS", 1800, 0);
        let terminals = TerminalCleanup {
            idle_after: (idle_secs > 0).then(|| Duration::from_secs(idle_secs)),
            every: Duration::from_secs(seconds("CLEANUP_INTERVAL_SECS", 300, 1)),
        };
        let token = get("SWITCHYARD_TOKEN").map(str::to_owned);
        if token
            .as_ref()
            .is_some_and(|token| token.len() < 16 || !token.chars().all(|c| c.is_ascii_graphic()))
        {
            fault("SWITCHYARD_TOKEN", "needs at least 16 visible ASCII characters".into());
        }
        let data_dir = match (get("SWITCHYARD_DATA_DIR"), default_data_dir(get)) {
            // Everything is in the database and in the users' folders.
            _ if !desktop => PathBuf::new(),
            (Some(dir), _) if dir.starts_with('/') => PathBuf::from(dir),
            (Some(_), _) => {
                fault("SWITCHYARD_DATA_DIR", "must be an absolute path".into());
                PathBuf::new()
            }
            (None, Some(dir)) => dir,
            (None, None) => {
                fault("SWITCHYARD_DATA_DIR", "must be set where HOME is not".into());
                PathBuf::new()
            }
        };
        let workspace_dir = match get("WORKSPACE_BASE_DIR") {
            None if desktop => data_dir.join("workspaces"),
            None => PathBuf::from("/workspaces"),
            Some(dir) if dir.starts_with('/') => PathBuf::from(dir),
            Some(_) => {
                fault("WORKSPACE_BASE_DIR", "must be an absolute path".into());
                PathBuf::new()
            }
        };
        let settings = Self {
            deployment,
            port,
            host,
            data_dir,
            workspace_dir,
            log_format,
            log_filter: get("SWITCHYARD_LOG").unwrap_or("info").to_owned(),
            token: token.map(Secret::new),
            runner_program: get("SWITCHYARD_RUNNER").map(PathBuf::from),
            on_exit,
            terminals,
            user_name: get("USER").or(get("LOGNAME")).unwrap_or("you").to_owned(),
            runner_environment: all.iter().filter(|(name, _)| !is_own(name)).cloned().collect(),
        };
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}

fn default_data_dir<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<PathBuf> {
    let home = get("HOME").map(PathBuf::from);
    if cfg!(target_os = "macos") {
        return home.map(|home| home.join("Library/Application Support/Switchyard"));
    }
    let base = get("XDG_DATA_HOME").filter(|dir| dir.starts_with('/')).map(PathBuf::from);
    base.or_else(|| home.map(|home| home.join(".local/share"))).map(|base| base.join("switchyard"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<SettingFault>> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_environment(pairs)
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let faults = read(&[
            ("HOME", "/home/ada"),
            ("PORT", "eighty"),
            ("HOST", "0.0.0.0"),
            ("LOG_FORMAT", "xml"),
            ("CLEANUP_INTERVAL_SECS", "0"),
            ("PTY_SESSION_TIMEOUT_SECS", "soon"),
            ("SWITCHYARD_TOKEN", "short"),
            ("SWITCHYARD_DATA_DIR", "relative"),
            ("DEPLOYMENT_MODE", "cloud"),
        ])
        .unwrap_err();
        let mut named: Vec<&str> = faults.iter().map(|fault| fault.variable).collect();
        named.sort_unstable();
        let all = [
            "CLEANUP_INTERVAL_SECS",
            "DEPLOYMENT_MODE",
            "HOST",
            "LOG_FORMAT",
            "PORT",
            "PTY_SESSION_TIMEOUT_SECS",
            "SWITCHYARD_DATA_DIR",
            "SWITCHYARD_TOKEN",
        ];
        assert_eq!(named, all);
    }

    #[test]
    fn the_defaults_are_a_loopback_server_in_the_users_data_folder() {
        let settings = read(&[("HOME", "/home/ada")]).unwrap();
        assert!(settings.host.is_loopback());
        assert_eq!(settings.port, 8081);
        assert!(settings.data_dir.starts_with("/home/ada"));
        assert_eq!(settings.terminals.idle_after, Some(Duration::from_secs(1800)));
        assert_eq!(settings.terminals.every, Duration::from_secs(300));
    }

    #[test]
    fn terminals_stay_open_for_ever_where_their_time_is_nothing() {
        let settings = read(&[("HOME", "/home/ada"), ("PTY_SESSION_TIMEOUT_SECS", "0")]).unwrap();
        assert_eq!(settings.terminals.idle_after, None);
    }

    #[test]
    fn the_servers_own_variables_do_not_reach_the_runner() {
        let settings = read(&[
            ("HOME", "/home/ada"),
            ("PATH", "/bin"),
            ("DATABASE_URL", "x"),
            ("JWT_SECRET", "x"),
            ("SWITCHYARD_TOKEN", "0123456789abcdef"),
        ])
        .unwrap();
        let names: Vec<&str> = settings.runner_environment.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["HOME", "PATH"]);
        assert!(!format!("{settings:?}").contains("0123456789abcdef"));
    }
}
