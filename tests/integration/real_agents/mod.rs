//! Real agents, from their own packages, with a scripted model in the place of their provider's.
//!
//! They are installed by `cargo xtask test --only agents`, which runs these tests; nothing else does, because the
//! packages are about a gigabyte. No agent has a network here but for the loopback interface.

mod profile;
mod scenario;

/// The scenarios for each agent that speaks the Agent Client Protocol.
macro_rules! agents {
    ($($agent:ident)*) => {$(
        mod $agent {
            use super::{profile, scenario};

            #[tokio::test]
            #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
            async fn works_on_a_task_with_the_person_s_key_and_tells_each_change() {
                scenario::changes_a_file(profile::$agent()).await;
            }

            #[tokio::test]
            #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
            async fn does_what_it_was_allowed_and_leaves_what_it_was_refused() {
                scenario::asks_for_permission(profile::$agent()).await;
            }

            #[tokio::test]
            #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
            async fn stops_in_the_middle_of_a_turn_and_remembers_when_talked_to_again() {
                scenario::stops_and_goes_on(profile::$agent()).await;
            }

            #[tokio::test]
            #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
            async fn remembers_after_a_restart_of_the_server() {
                scenario::outlives_a_restart(profile::$agent()).await;
            }

            #[tokio::test]
            #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
            async fn tells_what_the_model_s_provider_refused() {
                scenario::tells_model_errors(profile::$agent(), 400).await;
            }
        }
    )*};
}

agents! { claude codex gemini qwen opencode }

/// Those whose patience with a provider that has too much to do can be set.
mod overloaded {
    use super::{profile, scenario};

    #[tokio::test]
    #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
    async fn claude_tells_that_its_provider_has_too_much_to_do() {
        scenario::tells_model_errors(profile::claude(), 529).await;
    }

    #[tokio::test]
    #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
    async fn codex_tells_that_its_provider_has_too_much_to_do() {
        scenario::tells_model_errors(profile::codex(), 529).await;
    }
}

mod as_commands {
    use super::{profile, scenario};

    #[tokio::test]
    #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
    async fn claude_works_as_a_plain_command() {
        let line = "claude -p --permission-mode acceptEdits";
        scenario::runs_as_a_command(profile::claude(), line).await;
    }

    #[tokio::test]
    #[ignore = "needs the agent's own program: cargo xtask test --only agents"]
    async fn codex_works_as_a_plain_command() {
        scenario::runs_as_a_command(profile::codex(), "codex exec -s workspace-write -").await;
    }
}
