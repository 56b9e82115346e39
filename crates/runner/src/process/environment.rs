//! The environment that children get: built, never inherited.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Variables that are taken over from whoever started the runner; all others stay behind.
const TAKEN_OVER: [&str; 13] = [
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "TMPDIR",
    "SHELL",
    "TZ",
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
];

/// Variables by which people configure their way to the network.
const OF_THE_NETWORK: [&str; 9] = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// How the variables begin by which people configure agents and give them their keys: an agent that works in their
/// terminal is to work here. A runner of one person finds them in that person's own environment; one that serves
/// several people is started without.
const OF_AGENTS: [&str; 36] = [
    "AMP_",
    "ANTHROPIC_",
    "AUGMENT_",
    "AWS_",
    "AZURE_",
    "CLAUDE_",
    "CLINE_",
    "CODEX_",
    "COPILOT_",
    "CURSOR_",
    "DASHSCOPE_",
    "DEEPSEEK_",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_TELEMETRY",
    "FACTORY_",
    "GEMINI_",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GOOGLE_",
    "GOOSE_",
    "GROQ_",
    "INITIAL_AGENT_MODE",
    "KIMI_",
    "LITELLM_",
    "MISTRAL_",
    "MODEL_PROVIDER",
    "MOONSHOT_",
    "OLLAMA_",
    "OPENAI_",
    "OPENCODE_",
    "OPENROUTER_",
    "PI_",
    "QWEN_",
    "VERTEX_",
    "XAI_",
];

/// Folders below the home folder where people's own programs are commonly installed.
const HOME_BINARIES: [&str; 11] = [
    ".local/bin",
    "bin",
    ".bun/bin",
    ".cargo/bin",
    ".npm-global/bin",
    ".local/share/npm/bin",
    ".local/share/pnpm",
    ".volta/bin",
    ".deno/bin",
    ".opencode/bin",
    ".yarn/bin",
];

/// The base environment of all children.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: Vec<(String, String)>,
    path: Vec<PathBuf>,
    home: PathBuf,
    shell: PathBuf,
}

impl Environment {
    /// Builds it from those of the runner's own variables that children may know.
    pub fn build(own: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let own: BTreeMap<String, String> = own
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let text = |name: &str| own.get(name).cloned();
        let home = PathBuf::from(text("HOME").unwrap_or_else(|| "/".to_owned()));
        let path =
            search_path(&text("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_owned()), &home);
        let mut variables: Vec<(String, String)> =
            own.iter().filter(|(name, _)| is_known(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        let joined = path.iter().map(|folder| folder.to_string_lossy()).collect::<Vec<_>>().join(":");
        variables.push(("PATH".to_owned(), joined));
        variables.push(("TERM".to_owned(), "xterm-256color".to_owned()));
        let shell = shell(text("SHELL").as_deref());
        variables.retain(|(name, _)| name != "SHELL");
        variables.push(("SHELL".to_owned(), shell.to_string_lossy().into_owned()));
        for (name, value) in [("LANG", "C.UTF-8"), ("TMPDIR", "/tmp"), ("HOME", "/")] {
            if !variables.iter().any(|(known, _)| known == name) {
                variables.push((name.to_owned(), value.to_owned()));
            }
        }
        Self { variables, path, home, shell }
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The person's shell.
    #[must_use]
    pub fn shell(&self) -> &Path {
        &self.shell
    }

    /// All variables, with `extra` added or put in place of those of the same name.
    #[must_use]
    pub fn with(&self, extra: &[(String, String)]) -> Vec<(String, String)> {
        let mut all = self.variables.clone();
        all.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        all.extend(extra.iter().cloned());
        all
    }

    /// Finds a program as a shell would: by its path if it has a slash, through `PATH` otherwise.
    #[must_use]
    pub fn find_program(&self, program: &str, folder: &Path) -> Option<PathBuf> {
        if program.contains('/') {
            let path = folder.join(program);
            return is_executable(&path).then_some(path);
        }
        self.path.iter().map(|folder| folder.join(program)).find(|path| is_executable(path))
    }
}

fn is_known(name: &str) -> bool {
    TAKEN_OVER.contains(&name)
        || OF_THE_NETWORK.contains(&name)
        || OF_AGENTS.iter().any(|beginning| name.starts_with(beginning))
}

/// The shell that was named if it can be run, the one of the user database otherwise, or the one that is everywhere.
fn shell(named: Option<&str>) -> PathBuf {
    let usable = |path: &PathBuf| path.is_absolute() && is_executable(path);
    let named = named.map(PathBuf::from).filter(usable);
    named.or_else(|| login_shell().filter(usable)).unwrap_or_else(|| PathBuf::from("/bin/sh"))
}

/// The shell that the user database gives the user whom the runner runs as.
fn login_shell() -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw().to_string();
    let database = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut entries = database.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let own = entries.find(|fields| fields.get(2) == Some(&user.as_str()))?;
    own.get(6).map(PathBuf::from)
}

fn search_path(given: &str, home: &Path) -> Vec<PathBuf> {
    let mut path: Vec<PathBuf> = Vec::new();
    let given = given.split(':').filter(|part| part.starts_with('/')).map(PathBuf::from);
    let own = HOME_BINARIES
        .iter()
        .map(|folder| home.join(folder))
        .chain(node_versions(home))
        .filter(|p| p.is_dir());
    for folder in given.chain(own) {
        if !path.contains(&folder) {
            path.push(folder);
        }
    }
    path
}

/// Where nvm keeps the programs of each node version, the newest folder first.
fn node_versions(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(home.join(".nvm/versions/node")) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.metadata().and_then(|data| data.modified()).ok(), entry.path().join("bin")))
        .collect();
    found.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        let own = [
            ("PATH", "/usr/bin:relative:/bin:/usr/bin"),
            ("HOME", "/nowhere"),
            ("JWT_SECRET", "secret"),
            ("DATABASE_URL", "secret"),
            ("SWITCHYARD_TOKEN", "secret"),
            ("ANTHROPIC_API_KEY", "the person's"),
            ("CLAUDE_CODE_USE_BEDROCK", "1"),
        ];
        Environment::build(own.map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn children_get_what_they_need_and_nothing_of_the_servers() {
        let variables = environment().with(&[("LANG".into(), "de_DE.UTF-8".into())]);
        let get =
            |wanted: &str| variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        assert_eq!(get("PATH"), Some("/usr/bin:/bin"));
        assert_eq!(get("LANG"), Some("de_DE.UTF-8"));
        assert_eq!(get("HOME"), Some("/nowhere"));
        assert!(
            ["JWT_SECRET", "DATABASE_URL", "SWITCHYARD_TOKEN"].iter().all(|secret| get(secret).is_none())
        );
        assert_eq!(get("ANTHROPIC_API_KEY"), Some("the person's"));
        assert_eq!(get("CLAUDE_CODE_USE_BEDROCK"), Some("1"));
        assert_eq!(variables.iter().filter(|(name, _)| name == "LANG").count(), 1);
    }

    #[test]
    fn a_shell_that_cannot_be_run_gives_way_to_one_that_can() {
        let shell = |named: &str| {
            let own = [("SHELL".into(), named.into())];
            Environment::build(own).shell().to_owned()
        };
        assert_eq!(shell("/bin/sh"), Path::new("/bin/sh"));
        for unusable in ["/nowhere/fish", "sh", "/etc/passwd"] {
            assert!(is_executable(&shell(unusable)), "{unusable}");
        }
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let environment = environment();
        assert!(environment.find_program("sh", Path::new("/")).is_some());
        assert!(environment.find_program("bin/sh", Path::new("/")).is_some());
        assert!(environment.find_program("no-such-program", Path::new("/")).is_none());
        assert!(environment.find_program("/etc/passwd", Path::new("/")).is_none());
    }
}
