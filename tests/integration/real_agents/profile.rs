//! What a person who uses an agent has on the machine: its program, its configuration, a key.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use switchyard_integration::{Instance, Setup, text};
use switchyard_testkit::repo::TempRepo;
use switchyard_testkit::scripted_model::ScriptedModel;

use crate::ground::Ground;

/// An agent of the catalogue, set up for the scripted model.
pub(super) struct Profile {
    /// Its id in the catalogue.
    pub(super) id: &'static str,
    /// Variables, given the model's address.
    environment: fn(&str) -> Vec<(&'static str, String)>,
    /// Files below the home folder, given the model's address.
    files: fn(&str) -> Vec<(&'static str, String)>,
    /// The mode in which it asks a person, where that is not its first.
    pub(super) asking_mode: Option<&'static str>,
    /// Whether it tells what its commands print.
    pub(super) tells_output: bool,
    /// Whether a conversation that is taken up in the minute in which it began is lost: Gemini names its file by the
    /// minute, and begins it anew.
    pub(super) files_by_minute: bool,
    /// A directive that writes a word to a file and takes a permission.
    pub(super) risky: fn(&Path, &str) -> String,
}

pub(super) fn claude() -> Profile {
    Profile {
        id: "claude",
        environment: |model| {
            vec![
                ("ANTHROPIC_BASE_URL", model.to_owned()),
                ("ANTHROPIC_API_KEY", "sk-ant-scripted".to_owned()),
                ("CLAUDE_CODE_MAX_RETRIES", "1".to_owned()),
            ]
        },
        files: |_| Vec::new(),
        asking_mode: None,
        tells_output: true,
        files_by_minute: false,
        risky: write,
    }
}

pub(super) fn codex() -> Profile {
    Profile {
        id: "codex",
        environment: |_| vec![("OPENAI_API_KEY", "sk-scripted".to_owned())],
        files: |model| {
            let text = format!(
                "model = \"gpt-5.5\"\nmodel_provider = \"scripted\"\ncheck_for_update_on_startup = false\n\
                 [model_providers.scripted]\nname = \"Scripted\"\nbase_url = \"{model}/v1\"\nwire_api = \"responses\"\n\
                 env_key = \"OPENAI_API_KEY\"\nrequest_max_retries = 1\nstream_max_retries = 1\n\
                 [analytics]\nenabled = false\n"
            );
            vec![(".codex/config.toml", text)]
        },
        // Within its sandbox it asks nothing, and at first it asks a model in the place of the person.
        asking_mode: Some("workspace-write"),
        tells_output: true,
        files_by_minute: false,
        risky: |path, word| {
            let command = format!("printf %s {word} > {}", path.display());
            let input = json!({
                "cmd": command, "sandbox_permissions": "require_escalated", "justification": "It has to be outside.",
            });
            format!("[[tool exec_command|{input}]]")
        },
    }
}

pub(super) fn gemini() -> Profile {
    Profile {
        id: "gemini",
        environment: |model| {
            vec![
                ("GEMINI_API_KEY", "scripted".to_owned()),
                ("GOOGLE_GEMINI_BASE_URL", model.to_owned()),
                ("GEMINI_MODEL", "gemini-2.5-flash".to_owned()),
            ]
        },
        files: |_| {
            let settings = json!({
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "privacy": {"usageStatisticsEnabled": false},
                "general": {"enableAutoUpdate": false},
            });
            vec![(".gemini/settings.json", settings.to_string())]
        },
        asking_mode: None,
        tells_output: false,
        files_by_minute: true,
        risky: write,
    }
}

pub(super) fn qwen() -> Profile {
    Profile {
        id: "qwen",
        environment: |model| {
            vec![
                ("OPENAI_API_KEY", "scripted".to_owned()),
                ("OPENAI_BASE_URL", format!("{model}/v1")),
                ("OPENAI_MODEL", "scripted".to_owned()),
            ]
        },
        files: |_| {
            let settings = json!({
                "security": {"auth": {"selectedType": "openai"}},
                "privacy": {"usageStatisticsEnabled": false},
                "general": {"enableAutoUpdate": false},
            });
            vec![(".qwen/settings.json", settings.to_string())]
        },
        asking_mode: None,
        tells_output: true,
        files_by_minute: false,
        risky: write,
    }
}

pub(super) fn opencode() -> Profile {
    Profile {
        id: "opencode",
        environment: |_| {
            // What it would fetch before it answers.
            vec![
                ("OPENCODE_DISABLE_AUTOUPDATE", "1".to_owned()),
                ("OPENCODE_DISABLE_MODELS_FETCH", "1".to_owned()),
                ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1".to_owned()),
                ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1".to_owned()),
            ]
        },
        files: |model| {
            let config = json!({
                "autoupdate": false, "share": "disabled",
                "model": "scripted/scripted", "small_model": "scripted/scripted",
                "enabled_providers": ["scripted"],
                "permission": {"edit": "ask", "bash": "ask"},
                "provider": {"scripted": {
                    "npm": "@ai-sdk/openai-compatible",
                    "options": {"baseURL": format!("{model}/v1"), "apiKey": "scripted"},
                    "models": {"scripted": {
                        "tool_call": true, "limit": {"context": 200_000, "output": 8192},
                        "cost": {"input": 3, "output": 15},
                    }},
                }},
            });
            vec![(".config/opencode/opencode.json", config.to_string())]
        },
        asking_mode: None,
        tells_output: true,
        files_by_minute: false,
        risky: write,
    }
}

fn write(path: &Path, word: &str) -> String {
    format!("[[write {}|{word}]]", path.display())
}

/// A board with a repository, and a person who has set up an agent on it.
pub(super) struct Scene {
    pub(super) ground: Ground,
    pub(super) profile: Profile,
    _model: ScriptedModel,
}

impl Scene {
    pub(super) async fn of(profile: Profile) -> Self {
        let model = ScriptedModel::start().await;
        let address = model.address();
        // Codex does not put its sandbox's program below the folder for temporary files, where the home folder is here.
        let mut environment =
            vec![("PATH".to_owned(), path_with_agents()), ("TMPDIR".to_owned(), "/var/tmp".to_owned())];
        let own = (profile.environment)(&address);
        environment.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let mut instance = Instance::prepare(Setup { environment, ..Setup::default() });
        for (file, content) in (profile.files)(&address) {
            switchyard_testkit::repo::write(&instance.folder().join("home").join(file), content);
        }
        instance.launch().await;
        let ground = Ground::on(instance, TempRepo::new()).await;
        Self { ground, profile, _model: model }
    }

    /// The agent, as it is chosen from the catalogue.
    pub(super) fn agent(&self) -> Value {
        json!({ "id": self.profile.id })
    }
}

/// A file of that name in a workspace's worktree.
pub(super) fn in_tree(workspace: &Value, name: &str) -> PathBuf {
    PathBuf::from(text(&workspace["repos"][0], "path")).join(name)
}

fn path_with_agents() -> String {
    let agents = std::env::var("SWITCHYARD_AGENTS").expect(
        "SWITCHYARD_AGENTS names the folder of the agents' programs; `cargo xtask test --only agents` installs them",
    );
    format!("{agents}:{}", std::env::var("PATH").unwrap_or_default())
}
