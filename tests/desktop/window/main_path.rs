//! The whole main path once more, in the window.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{Home, wait_until};
use crate::driver::Driver;
use crate::processes;
use crate::terminal::go;

const COMMAND: &str = "echo 'reading the task'; printf 'flour\\nwater\\n' > recipe.txt; echo 'written'";

#[tokio::test]
async fn a_task_goes_from_the_empty_board_to_the_merged_commit_in_the_window() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let before = home.git(&repository, &["rev-parse", "main"]);
    let window = Driver::start(&home).await;

    window.press("Create your first project").await;
    window.find("//button[contains(., 'Choose…')]").await;
    window.write("Repository", &repository.display().to_string()).await;
    window.write("Name", "Bakery").await;
    window.press("Create project").await;
    window.find("//h1[normalize-space(.)='Bakery']").await;
    assert!(window.path().await.starts_with("/projects/"));

    let project = window.path().await;
    let task = window
        .script_later(&format!(
            "const r = await fetch('/api{project}/tasks', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, \
             body: JSON.stringify({{ title: 'Write the recipe', status: 'todo' }}) }}); return r.status;"
        ))
        .await;
    assert_eq!(task, 201);
    // The board learns of it from the change feed, which comes over a channel.
    window.press("Write the recipe").await;
    window.picture("1-board-with-task").await.unwrap();
    window.press("Start agent").await;
    let agent = window.find("//form[@aria-label='Start an agent']//select").await;
    agent.select_by_value("command").await.unwrap();
    window.write("Command", COMMAND).await;
    window
        .find("//form[@aria-label='Start an agent']//button[starts-with(normalize-space(.), 'Start')]")
        .await
        .click()
        .await
        .unwrap();
    window.shown("reading the task").await;
    window.shown("Completed").await;
    window.picture("2-transcript").await.unwrap();

    window.press("Changes").await;
    window.shown("recipe.txt").await;
    window.shown("flour").await;
    window.picture("3-diff").await.unwrap();

    window.press("Merge…").await;
    window.press("Squash").await;
    window.press("Merge").await;
    window.shown("Merged into main as").await;
    window.picture("4-merged").await.unwrap();
    assert_eq!(home.git(&repository, &["log", "-1", "--format=%s", "main"]), "Write the recipe");
    assert_eq!(home.git(&repository, &["diff", "--name-only", &before, "main"]), "recipe.txt");
    window.close().await;
}

#[tokio::test]
async fn a_crash_of_the_app_leaves_its_agent_at_work_and_the_next_start_shows_it() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let workspace =
        start_agent(&window, &repository.display().to_string(), "echo begun; sleep 6; echo survived").await;
    assert!(workspace.starts_with("/projects/"), "{workspace}");
    wait_until("the runner is there", Duration::from_secs(10), || {
        processes::runner_of(&home.data()).is_some()
    });
    let runner = processes::runner_of(&home.data()).unwrap();
    processes::end(home.app().expect("the app is there").pid, rustix::process::Signal::KILL);
    drop(window);
    let window = Driver::start(&home).await;
    assert_eq!(processes::runner_of(&home.data()).unwrap().pid, runner.pid, "the runner is the same");
    window.find("//*[contains(., 'Bakery')]").await;
    go(&window, &workspace).await;
    window.shown("survived").await;
    window.close().await;
}

/// Makes a project, a task and a workspace with a command, and returns the workspace's path.
pub(crate) async fn start_agent(window: &Driver, repository: &str, command: &str) -> String {
    let task = bakery(window, repository).await;
    start_session(window, &task, &json!({ "id": "command", "command": command }), "x").await
}

/// Makes a project with a task, and returns the task's path.
pub(crate) async fn bakery(window: &Driver, repository: &str) -> String {
    let script = format!(
        "{POST} const project = await post('/projects', {{ name: 'Bakery' }}); \
         await post(`/projects/${{project.id}}/repos`, {{ path: '{repository}' }}); \
         const task = await post(`/projects/${{project.id}}/tasks`, {{ title: 'Bake' }}); \
         return `/projects/${{project.id}}/tasks/${{task.id}}`;"
    );
    window.script_later(&script).await.as_str().unwrap_or_default().to_owned()
}

/// Starts an agent in a workspace of its own, and returns the workspace's path.
pub(crate) async fn start_session(window: &Driver, task: &str, agent: &Value, prompt: &str) -> String {
    let of_task = task.rsplit_once("/tasks/").map_or(task, |(_, id)| id);
    let body = json!({ "agent": agent, "prompt": prompt });
    let script = format!("{POST} return (await post('/tasks/{of_task}/workspaces', {body})).id;");
    let id = window.script_later(&script).await;
    format!("{task}/workspaces/{}", id.as_str().unwrap_or_default())
}

/// A script's way to the API.
const POST: &str = "const post = async (path, body) => { const r = await fetch('/api' + path, { method: 'POST', \
     headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); \
     if (!r.ok) throw new Error(path + ' ' + r.status + ' ' + await r.text()); return r.json(); };";
