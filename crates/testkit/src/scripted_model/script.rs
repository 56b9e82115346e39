//! What comes next: the directives of the prompt, less those that the tool results show to be done.

use std::time::Duration;

use serde_json::{Value, json};

use crate::directive::{Directive, parse};

/// The directives, by which a person's prompt is told from what agents put around it.
const KNOWN: [&str; 10] =
    ["say", "think", "write", "read", "shell", "tool", "sleep", "hang", "status", "echo-history"];

/// What a request tells of the conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    /// What the person asked, first to last.
    prompts: Vec<String>,
    /// Tool results since the last of it.
    results: usize,
    /// Names of the tools that the agent offers.
    tools: Vec<String>,
}

/// A piece of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// Words.
    Say(String),
    /// Words that are thought.
    Think(String),
    /// A tool call; its input is text where the tool takes no JSON.
    Call { id: String, name: String, input: Value },
    /// Silence.
    Pause(Duration),
    /// Silence without an end.
    Hang,
}

impl Conversation {
    /// One in which nothing was said yet.
    pub(super) fn with_tools(tools: Vec<String>) -> Self {
        Self { prompts: Vec::new(), results: 0, tools }
    }

    /// Takes in a text of the person's, or one that the agent put into the person's mouth.
    pub(super) fn hear(&mut self, text: &str) {
        if parse(text).iter().any(|directive| KNOWN.contains(&directive.name)) {
            self.prompts.push(text.to_owned());
            self.results = 0;
        }
    }

    /// Takes in that a tool answered.
    pub(super) fn count_result(&mut self) {
        self.results += 1;
    }
}

/// The answer to a request, or the HTTP status to refuse it with.
pub(super) fn next(conversation: &Conversation) -> Result<Vec<Part>, u16> {
    // Agents ask for titles and summaries too, and offer no tools then.
    let Some(prompt) = conversation.prompts.last().filter(|_| !conversation.tools.is_empty()) else {
        return Ok(vec![Part::Say("Scripted".to_owned())]);
    };
    let (mut parts, mut refusal, mut calls) = (Vec::new(), None, 0);
    for directive in parse(prompt) {
        match directive.name {
            "say" => parts.push(Part::Say(directive.argument.to_owned())),
            "think" => parts.push(Part::Think(directive.argument.to_owned())),
            "sleep" => parts.push(Part::Pause(Duration::from_millis(directive.number()))),
            "hang" => parts.push(Part::Hang),
            "status" => refusal = u16::try_from(directive.number()).ok(),
            "echo-history" => {
                let before = &conversation.prompts[..conversation.prompts.len() - 1];
                parts.push(Part::Say(before.join("\n").replace("[[", "").replace("]]", "")));
            }
            "write" | "read" | "shell" | "tool" => {
                calls += 1;
                if calls <= conversation.results {
                    parts.clear();
                    refusal = None;
                    continue;
                }
                let id = super::fresh_id("call");
                parts.push(match call(&directive, &conversation.tools) {
                    Some((name, input)) => Part::Call { id, name: name.to_owned(), input },
                    None => Part::Say(format!(
                        "No tool can do “{}”. There are: {}.",
                        directive.name,
                        conversation.tools.join(", ")
                    )),
                });
                break;
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        // Agents take an answer without a word for a fault of the model's.
        parts.push(Part::Say("That is all.".to_owned()));
    }
    refusal.map_or(Ok(parts), Err)
}

/// The tool that does what a directive says, among those that the agent offers, and its input.
fn call<'a>(directive: &Directive<'a>, offered: &[String]) -> Option<(&'a str, Value)> {
    let two = directive.parts(2);
    let (first, second) = (two[0], two.get(1).copied().unwrap_or_default());
    let candidates = match directive.name {
        "write" => vec![
            ("Write", json!({"file_path": first, "content": second})),
            ("write_file", json!({"file_path": first, "content": second})),
            ("write", json!({"filePath": first, "content": second})),
            ("apply_patch", patch(first, second).into()),
            ("exec_command", json!({"cmd": format!("printf %s {} > {}", quoted(second), quoted(first))})),
        ],
        "read" => vec![
            ("Read", json!({"file_path": first})),
            ("read_file", json!({"file_path": first})),
            ("read", json!({"filePath": first})),
            ("exec_command", json!({"cmd": format!("cat {}", quoted(first))})),
        ],
        "shell" => vec![
            ("Bash", json!({"command": directive.argument, "description": "Run it"})),
            ("run_shell_command", json!({"command": directive.argument, "is_background": false})),
            ("bash", json!({"command": directive.argument, "description": "Run it"})),
            ("exec_command", json!({"cmd": directive.argument})),
        ],
        _ => return Some((first, serde_json::from_str(second).unwrap_or_default())),
    };
    candidates.into_iter().find(|(name, _)| offered.iter().any(|offered| offered == name))
}

/// Codex's form of a new file.
fn patch(path: &str, text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("+{line}\n")).collect();
    format!("*** Begin Patch\n*** Add File: {path}\n{lines}*** End Patch\n")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(prompts: &[&str], results: usize) -> Result<Vec<Part>, u16> {
        let mut conversation = Conversation::with_tools(vec!["Write".into(), "Bash".into()]);
        prompts.iter().for_each(|prompt| conversation.hear(prompt));
        (0..results).for_each(|_| conversation.count_result());
        next(&conversation)
    }

    #[test]
    fn each_tool_result_brings_the_script_one_call_further() {
        let prompt = "[[say a]] [[write x|y]] [[say b]] [[shell ls]] [[say c]]";
        let first = after(&[prompt], 0).unwrap();
        assert_eq!(first[0], Part::Say("a".into()));
        assert!(matches!(&first[1], Part::Call { name, .. } if name == "Write"), "{first:?}");
        let second = after(&[prompt, "no directive at all"], 1).unwrap();
        assert!(matches!(&second[..], [Part::Say(b), Part::Call { name, .. }] if b == "b" && name == "Bash"));
        assert_eq!(after(&[prompt], 2), Ok(vec![Part::Say("c".into())]));
    }

    #[test]
    fn a_refusal_comes_only_at_its_place() {
        let prompt = "[[shell ls]] [[status 529]]";
        assert!(after(&[prompt], 0).is_ok());
        assert_eq!(after(&[prompt], 1), Err(529));
    }

    #[test]
    fn the_person_s_earlier_prompts_are_told_back() {
        let told = after(&["[[say plum]]", "[[echo-history]]"], 0);
        assert_eq!(told, Ok(vec![Part::Say("say plum".into())]));
    }
}
