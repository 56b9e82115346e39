//! The agents that we know, and finding them on the machine. None is ever fetched: what is not installed is told how to
//! be.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use switchyard_domain::agent::{Agent, AgentKind, AgentSpec};
use switchyard_domain::{Error, ErrorKind, Result};

use crate::process::{Environment, Spawn, capture};

/// How long a program may take to say its version.
const VERSION_WITHIN: Duration = Duration::from_secs(3);

/// An agent that we know.
#[derive(Debug)]
struct Entry {
    id: &'static str,
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    install: &'static str,
    login: &'static str,
    website: &'static str,
}

macro_rules! entries {
    ($($id:literal $name:literal: $program:literal [$($argument:literal)*], $install:literal, $login:literal, $site:literal;)*) => {
        &[$(Entry {
            id: $id, name: $name, program: $program, arguments: &[$($argument),*], install: $install, login: $login,
            website: $site,
        }),*]
    };
}

const ENTRIES: &[Entry] = entries! {
    "claude" "Claude Code": "claude-agent-acp" [],
        "npm install -g @anthropic-ai/claude-code @agentclientprotocol/claude-agent-acp", "claude auth login",
        "https://claude.com/product/claude-code";
    "codex" "Codex": "codex-acp" [],
        "npm install -g @openai/codex @agentclientprotocol/codex-acp", "codex login", "https://developers.openai.com/codex";
    "gemini" "Gemini CLI": "gemini" ["--acp"],
        "npm install -g @google/gemini-cli", "gemini", "https://geminicli.com";
    "opencode" "OpenCode": "opencode" ["acp"],
        "npm install -g opencode-ai", "opencode auth login", "https://opencode.ai";
    "qwen" "Qwen Code": "qwen" ["--acp"],
        "npm install -g @qwen-code/qwen-code", "qwen", "https://github.com/QwenLM/qwen-code";
    "copilot" "GitHub Copilot": "copilot" ["--acp" "--stdio"],
        "npm install -g @github/copilot", "copilot login", "https://github.com/features/copilot/cli";
    "amp" "Amp": "amp-acp" [],
        "npm install -g @sourcegraph/amp github:tao12345666333/amp-acp", "amp login", "https://ampcode.com";
    "goose" "Goose": "goose" ["acp"],
        "curl -fsSL https://github.com/aaif-goose/goose/releases/download/stable/download_cli.sh | bash", "goose configure",
        "https://block.github.io/goose";
    "cursor" "Cursor": "cursor-agent" ["acp"],
        "curl https://cursor.com/install -fsS | bash", "cursor-agent login", "https://cursor.com/cli";
    "auggie" "Auggie": "auggie" ["--acp"],
        "npm install -g @augmentcode/auggie", "auggie login", "https://www.augmentcode.com/product/CLI";
    "cline" "Cline": "cline" ["--acp"],
        "npm install -g cline", "cline auth", "https://cline.bot";
    "droid" "Factory Droid": "droid" ["exec" "--output-format" "acp"],
        "npm install -g @factory/cli", "droid", "https://factory.ai";
    "kimi" "Kimi CLI": "kimi" ["acp"],
        "uv tool install --python 3.13 kimi-cli", "kimi login", "https://github.com/MoonshotAI/kimi-cli";
    "vibe" "Mistral Vibe": "vibe-acp" [],
        "uv tool install mistral-vibe", "vibe --setup", "https://github.com/mistralai/mistral-vibe";
    "pi" "Pi": "pi-acp" [],
        "npm install -g @earendil-works/pi-coding-agent pi-acp", "pi", "https://github.com/svkozak/pi-acp";
};

/// What to run for an agent.
#[derive(Clone, Debug)]
pub enum Program {
    /// A line for the shell.
    Shell(String),
    /// A program that speaks the Agent Client Protocol.
    Acp(AcpProgram),
}

/// A program that speaks the Agent Client Protocol.
#[derive(Clone, Debug)]
pub struct AcpProgram {
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// What to run in a terminal to log in, if we know.
    pub login: Option<&'static str>,
}

/// Finds the program of the agent that was picked, working in `folder`.
///
/// # Errors
/// `Invalid` with code `unknown_agent` or `agent_not_installed`.
pub fn resolve(spec: &AgentSpec, environment: &Environment, folder: &Path) -> Result<Program> {
    let (name, program, arguments, known) = match spec {
        AgentSpec::Command { command } => return Ok(Program::Shell(command.clone())),
        AgentSpec::Acp { command } => {
            let (program, arguments) =
                command.split_first().ok_or_else(|| invalid("unknown_agent", "Name a program."))?;
            (program.as_str(), program.as_str(), arguments.to_vec(), None)
        }
        AgentSpec::Known { id } => {
            let entry = ENTRIES.iter().find(|entry| entry.id == id).ok_or_else(|| {
                let known: Vec<_> = ENTRIES.iter().map(|entry| entry.id).collect();
                invalid("unknown_agent", format!("There is no agent “{id}”. Known are {}.", known.join(", ")))
            })?;
            let arguments = entry.arguments.iter().map(|argument| (*argument).to_owned()).collect();
            (entry.name, entry.program, arguments, Some(entry))
        }
    };
    let Some(path) = environment.find_program(program, folder) else {
        let hint = known.map_or_else(
            || "Check its name, or give its whole path.".to_owned(),
            |entry| format!("Install it with “{}”, then try again.", entry.install),
        );
        let which = if known.is_some() {
            format!("{name} is not installed (“{program}”")
        } else {
            format!("“{program}” is not installed (it")
        };
        return Err(invalid("agent_not_installed", format!("{which} was not found). {hint}")));
    };
    Ok(Program::Acp(AcpProgram {
        name: name.to_owned(),
        path,
        arguments,
        login: known.map(|entry| entry.login),
    }))
}

fn invalid(code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error { field: Some("agent"), ..Error::new(ErrorKind::Invalid, code, message) }
}

/// The catalogue, with what was found on this machine.
pub struct Catalogue {
    environment: Environment,
    versions: Mutex<HashMap<(PathBuf, SystemTime), Option<String>>>,
}

impl Catalogue {
    /// A catalogue that looks in this environment's `PATH`.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment, versions: Mutex::default() }
    }

    /// All known agents, those that are installed first. Programs are asked for their version once, until they change.
    pub async fn agents(&self) -> Vec<Agent> {
        let mut agents = futures_util::future::join_all(ENTRIES.iter().map(|entry| self.agent(entry))).await;
        agents.sort_by_key(|agent| !agent.installed);
        agents
    }

    async fn agent(&self, entry: &Entry) -> Agent {
        let path = self.environment.find_program(entry.program, self.environment.home());
        let version = match &path {
            Some(path) => self.version(path).await,
            None => None,
        };
        Agent {
            id: entry.id.to_owned(),
            name: entry.name.to_owned(),
            kind: AgentKind::Acp,
            installed: path.is_some(),
            version,
            install_hint: entry.install.to_owned(),
            website: Some(entry.website.to_owned()),
        }
    }

    async fn version(&self, path: &Path) -> Option<String> {
        let changed = path.metadata().and_then(|data| data.modified()).ok()?;
        let key = (path.to_owned(), changed);
        if let Some(known) = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let version = match package_version(path) {
            Some(version) => Some(version),
            None => ask_version(path, &self.environment).await,
        };
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, version.clone());
        version
    }
}

/// What a package says of itself.
#[derive(Deserialize)]
struct Manifest {
    version: String,
}

/// The version of the npm package that a program belongs to. Asking such programs takes seconds each, and some adapters
/// do not answer.
fn package_version(program: &Path) -> Option<String> {
    let program = program.canonicalize().ok()?;
    let packages = program.ancestors().find(|folder| folder.ends_with("node_modules"))?;
    let inside = program.ancestors().skip(1).take_while(|folder| *folder != packages);
    let mut manifests = inside.filter_map(|folder| std::fs::read(folder.join("package.json")).ok());
    let manifest = manifests.find_map(|text| serde_json::from_slice::<Manifest>(&text).ok())?;
    Some(manifest.version.chars().take(40).collect())
}

async fn ask_version(path: &Path, environment: &Environment) -> Option<String> {
    let arguments = ["--version".to_owned()];
    let variables = environment.with(&[]);
    let child =
        Spawn { program: path, arguments: &arguments, folder: environment.home(), environment: &variables };
    let said = capture(&child, b"", 4096, VERSION_WITHIN).await.ok().filter(|said| said.status.success())?;
    find_version(&String::from_utf8_lossy(&said.stdout))
}

/// The first word that looks like a version: digits, a dot, digits.
fn find_version(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | '@'))
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| {
            let mut parts = word.split('.');
            let number =
                |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
            number(parts.next()) && number(parts.next())
        })
        .map(|word| word.chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment::build([("PATH".into(), "/usr/bin:/bin".into())])
    }

    #[test]
    fn a_version_is_found_in_what_programs_print() {
        assert_eq!(find_version("2.1.197 (Claude Code)\n").as_deref(), Some("2.1.197"));
        assert_eq!(find_version("codex-cli v0.169.0").as_deref(), Some("0.169.0"));
        assert_eq!(find_version("gemini@0.61.0-beta.1 x").as_deref(), Some("0.61.0-beta.1"));
        assert_eq!(find_version("no version here."), None);
    }

    #[test]
    fn an_agent_that_is_not_installed_is_refused_with_what_to_do() {
        let spec = AgentSpec::Known { id: "amp".into() };
        let error = resolve(&spec, &environment(), Path::new("/")).unwrap_err();
        assert_eq!(error.code, "agent_not_installed");
        assert!(error.message.contains("npm install -g"), "{error}");
        let spec = AgentSpec::Acp { command: vec!["no-such-agent".into()] };
        let error = resolve(&spec, &environment(), Path::new("/")).unwrap_err();
        assert_eq!((error.code, error.field), ("agent_not_installed", Some("agent")));
        assert!(error.message.contains("“no-such-agent” is not installed"), "{error}");
        let error =
            resolve(&AgentSpec::Known { id: "nobody".into() }, &environment(), Path::new("/")).unwrap_err();
        assert_eq!(error.code, "unknown_agent");
    }

    #[test]
    fn the_version_of_an_npm_package_is_read_from_its_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("lib/node_modules/@some/agent");
        std::fs::create_dir_all(package.join("dist")).unwrap();
        std::fs::write(package.join("dist/index.js"), "").unwrap();
        std::fs::write(package.join("dist/package.json"), r#"{"type": "module"}"#).unwrap();
        std::fs::write(package.join("package.json"), r#"{"name": "@some/agent", "version": "1.2.3"}"#)
            .unwrap();
        std::fs::write(folder.path().join("package.json"), r#"{"version": "9.9.9"}"#).unwrap();
        let link = folder.path().join("agent");
        std::os::unix::fs::symlink(package.join("dist/index.js"), &link).unwrap();
        assert_eq!(package_version(&link).as_deref(), Some("1.2.3"));
        std::fs::write(folder.path().join("plain"), "").unwrap();
        assert_eq!(package_version(&folder.path().join("plain")), None);
    }

    #[tokio::test]
    async fn the_catalogue_says_what_is_installed() {
        let home = tempfile::tempdir().unwrap();
        let bin = home.path().join(".local/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let program = bin.join("gemini");
        std::fs::write(&program, "#!/bin/sh\necho gemini v9.8.7\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let environment = Environment::build([
            ("HOME".into(), home.path().into()),
            ("PATH".into(), "/usr/bin:/bin".into()),
        ]);
        let agents = Catalogue::new(environment).agents().await;
        assert_eq!((agents[0].id.as_str(), agents[0].installed), ("gemini", true));
        assert_eq!(agents[0].version.as_deref(), Some("9.8.7"));
        assert!(agents.len() > 10 && agents[1..].iter().all(|agent| !agent.install_hint.is_empty()));
    }
}
