//! What can be chosen of an agent: its modes, and its configuration options.

use agent_client_protocol::v1::schema as acp;
use switchyard_domain::session::{AgentChoice, AgentOption};

/// Our id for the agent's modes, which the protocol keeps apart from its options.
const MODE: &str = "mode";

/// The options of a conversation.
#[derive(Default)]
pub(super) struct Options {
    modes: Option<AgentOption>,
    configured: Vec<AgentOption>,
    booleans: Vec<String>,
    /// Whether a configuration option stands for the modes.
    covers_modes: bool,
}

/// How an option is set.
pub(super) enum Setting {
    /// By the agent's mode.
    Mode(acp::SessionModeId),
    /// By a configuration option.
    Option(acp::SessionConfigId, acp::SessionConfigOptionValue),
}

impl Options {
    /// All options, as the transcript tells them. Modes are left out where a configuration option stands for them.
    pub(super) fn all(&self) -> Vec<AgentOption> {
        self.modes.iter().filter(|_| !self.covers_modes).chain(&self.configured).cloned().collect()
    }

    /// Takes in the modes.
    pub(super) fn take_modes(&mut self, modes: acp::SessionModeState) {
        let choices = modes
            .available_modes
            .into_iter()
            .map(|mode| AgentChoice { id: mode.id.0.to_string(), name: mode.name });
        self.modes = Some(AgentOption {
            id: MODE.to_owned(),
            name: "Mode".to_owned(),
            current: modes.current_mode_id.0.to_string(),
            choices: choices.collect(),
        });
    }

    /// Takes in the mode in force.
    pub(super) fn take_mode(&mut self, mode: &str) {
        if let Some(modes) = &mut self.modes {
            mode.clone_into(&mut modes.current);
        }
    }

    /// Takes in the configuration options: all of them.
    pub(super) fn take_configured(&mut self, options: Vec<acp::SessionConfigOption>) {
        self.booleans.clear();
        let modes = Some(acp::SessionConfigOptionCategory::Mode);
        self.covers_modes =
            options.iter().any(|option| option.category == modes || option.id.0.as_ref() == MODE);
        self.configured = options.into_iter().filter_map(|option| self.option(option)).collect();
    }

    /// How to choose `choice` for `option`; `None` when there is no such option or choice.
    pub(super) fn setting(&self, option: &str, choice: &str) -> Option<Setting> {
        let known = self.all().into_iter().find(|known| known.id == option)?;
        known.choices.iter().find(|known| known.id == choice)?;
        if !self.configured.iter().any(|configured| configured.id == option) {
            return Some(Setting::Mode(acp::SessionModeId::new(choice)));
        }
        let value = if self.booleans.iter().any(|boolean| boolean == option) {
            acp::SessionConfigOptionValue::boolean(choice == "on")
        } else {
            acp::SessionConfigOptionValue::value_id(choice.to_owned())
        };
        Some(Setting::Option(acp::SessionConfigId::new(option), value))
    }

    fn option(&mut self, option: acp::SessionConfigOption) -> Option<AgentOption> {
        let id = option.id.0.to_string();
        let (current, choices) = match option.kind {
            acp::SessionConfigKind::Select(select) => {
                (select.current_value.0.to_string(), choices(select.options))
            }
            acp::SessionConfigKind::Boolean(boolean) => {
                self.booleans.push(id.clone());
                let choice = |id: &str, name: &str| AgentChoice { id: id.to_owned(), name: name.to_owned() };
                let current = if boolean.current_value { "on" } else { "off" };
                (current.to_owned(), vec![choice("on", "On"), choice("off", "Off")])
            }
            _ => return None,
        };
        Some(AgentOption { id, name: option.name, current, choices })
    }
}

fn choices(options: acp::SessionConfigSelectOptions) -> Vec<AgentChoice> {
    let all = match options {
        acp::SessionConfigSelectOptions::Ungrouped(options) => options,
        acp::SessionConfigSelectOptions::Grouped(groups) => {
            groups.into_iter().flat_map(|group| group.options).collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().map(|option| AgentChoice { id: option.value.0.to_string(), name: option.name }).collect()
}
