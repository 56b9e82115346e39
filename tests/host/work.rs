//! What is kept apart can still be worked with: git, scripts, agents, terminals. All of it is confined.

use futures_util::StreamExt;
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::runner::{MessageText, SessionStart};
use switchyard_domain::transcript::EntryBody;
use switchyard_domain::{MessageId, SessionId};

use std::os::unix::fs::PermissionsExt;

use switchyard_integration::{copy_program, eventually};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_works_with_git_scripts_and_processes_of_their_own() {
    let ground = Ground::new().await;
    let person = ground.person().await;
    let site = person.workspace().await;
    let script = "set -e; echo text > file; git add file; git commit -q -m Work; git log --oneline | grep Work; \
                  mkfifo pipe; (sleep 60 & echo $! > pid); kill $(cat pid); test \"$HOME\" = $(cd ~ && pwd -P); \
                  echo x > \"$TMPDIR/y\"; mktemp; ps > /dev/null; env; tty; id -u; id -g; echo all done";
    let ran = person.runs(&site, script).await;
    assert!(ran.code == Some(0) && ran.said.contains("all done"), "{ran:?}");
    for secret in ["canary-of-the-host", "JWT_SECRET", "DATABASE_URL", "CARGO"] {
        assert!(!ran.said.contains(secret), "{secret} is in {}", ran.said);
    }
    let uid = person.uid().to_string();
    assert_eq!(ran.said.lines().filter(|line| line.trim() == uid).count(), 2, "{}", ran.said);
    // What the runner itself does: it looks at the work, saves it, and throws it away.
    let (looked, saved, thrown) = (site.clone(), site.clone(), site.clone());
    let diff = person.call(|runner| async move { runner.diff(&looked, None).await }).await.unwrap();
    assert!(diff.files.iter().any(|file| file.path == "file"), "{diff:?}");
    let reason = switchyard_domain::workspace::CheckpointReason::Manual;
    person.call(move |runner| async move { runner.checkpoint(&saved, reason).await }).await.unwrap();
    person
        .call(|runner| async move { runner.discard_workspace(&thrown, Some("echo bye")).await })
        .await
        .unwrap();
    person.call(move |runner| async move { runner.restore_workspace(&site).await }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_has_its_turn() {
    let ground = Ground::new().await;
    let person = ground.person().await;
    let site = person.workspace().await;
    // An agent that the user has installed.
    let agent = person.root().join("agent");
    copy_program("switchyard-scripted-agent", &agent);
    let command = vec![agent.to_str().unwrap().to_owned()];
    let start = SessionStart {
        id: SessionId::new(),
        site,
        agent: AgentSpec::Acp { command },
        message: MessageText { id: MessageId::new(), text: "say: I am at work".into() },
        setup_script: Some("touch set-up".into()),
        environment: Vec::new(),
        credentials: Vec::new(),
        resume: None,
    };
    let entries = person
        .call(move |runner| async move {
            let id = start.id;
            runner.start_session(&start).await.unwrap();
            let mut stream = runner.follow(id, 0).await.unwrap();
            let mut entries = Vec::new();
            while let Some(batch) = stream.next().await {
                entries.extend(batch.unwrap().into_iter().map(|entry| entry.body));
                let text = format!("{entries:?}");
                if text.contains("Checkpoint") || text.contains("checkpoint_failed") {
                    break;
                }
            }
            entries
        })
        .await;
    let said = |entry: &EntryBody| matches!(entry, EntryBody::AgentMessage { .. });
    let text = format!("{entries:?}");
    assert!(entries.iter().any(said) && text.contains("Checkpoint"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_refuses_what_is_another_users() {
    let ground = Ground::new().await;
    let (one, other) = (ground.person().await, ground.person().await);
    let site = other.workspace().await;
    // As if the server had mixed them up.
    let looked = site.clone();
    let error = one.call(|runner| async move { runner.diff(&looked, None).await }).await.unwrap_err();
    assert_eq!(error.code, "not_found");
    let root = other.root().to_str().unwrap().to_owned();
    let error = one.call(|runner| async move { runner.find_repos(Some(&root)).await }).await.unwrap_err();
    assert_eq!(error.code, "path_missing");
    for outside in ["/etc", "/", "/proc"] {
        let found = one.call(move |runner| async move { runner.inspect_repo(outside).await }).await;
        assert_eq!(found.unwrap_err().code, "path_missing", "{outside}");
        let prefix = format!("{outside}/");
        let found = one.call(move |runner| async move { runner.complete_path(&prefix).await }).await;
        assert_eq!(found.unwrap(), []);
    }
    let own = one.call(|runner| async move { runner.complete_path("~/").await }).await.unwrap();
    assert!(own.iter().all(|found| found.path.starts_with(one.root().to_str().unwrap())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_runner_starts_is_confined() {
    let ground = Ground::new().await;
    let person = ground.person().await;
    let site = person.workspace().await;
    let home = person.root();
    // It notes who ran it, and what of the runner it reached.
    let spy = format!(
        "#!/bin/sh\nwho=$1\nkill -0 {0} 2> /dev/null && who=\"$who signalled\"\nls {1} > /dev/null 2>&1 && who=\"$who \
         listed\"\ntouch /tmp/{2} 2> /dev/null && who=\"$who wrote\"\necho \"$who.\" >> ~/spied\ntest \"$1\" = git && \
         cat\nexit 0\n",
        person.runner_pid(),
        person.state().display(),
        person.id,
    );
    std::fs::write(home.join("spy"), spy).unwrap();
    std::fs::set_permissions(home.join("spy"), PermissionsExt::from_mode(0o755)).unwrap();
    // A driver of the user's own is run by git, which the runner starts.
    let configuration =
        format!("[filter \"spy\"]\n\tclean = {0}/spy git\n\tsmudge = {0}/spy git\n", home.display());
    std::fs::write(home.join(".gitconfig"), configuration).unwrap();
    let ran =
        person.runs(&site, "echo '* filter=spy' > .gitattributes; echo text > file; ~/spy terminal").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let reason = switchyard_domain::workspace::CheckpointReason::Manual;
    let saved = site.clone();
    person.call(move |runner| async move { runner.checkpoint(&saved, reason).await }).await.unwrap();
    let start = SessionStart {
        id: SessionId::new(),
        site: site.clone(),
        agent: AgentSpec::Command { command: "~/spy agent".into() },
        message: MessageText { id: MessageId::new(), text: "go".into() },
        setup_script: Some("~/spy set-up".into()),
        environment: Vec::new(),
        credentials: Vec::new(),
        resume: None,
    };
    person
        .call(move |runner| async move {
            runner.start_session(&start).await.unwrap();
            let entries = runner.follow(start.id, 0).await.unwrap();
            // To the end of the agent's process.
            entries.for_each(|_| async {}).await;
        })
        .await;
    let site = site.clone();
    person
        .call(|runner| async move { runner.discard_workspace(&site, Some("~/spy clean-up")).await })
        .await
        .unwrap();
    let spied = std::fs::read_to_string(home.join("spied")).unwrap();
    for who in ["terminal", "git", "set-up", "agent", "clean-up"] {
        assert!(spied.lines().any(|line| line == format!("{who}.")), "{who} did not run:\n{spied}");
    }
    assert!(!spied.contains("signalled") && !spied.contains("listed") && !spied.contains("wrote"), "{spied}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_starts_processes_without_end_is_stopped_and_others_go_on() {
    let mut ground = Ground::new().await;
    ground.restart_host(&["--most-processes", "100"]).await;
    let (one, other) = (ground.person().await, ground.person().await);
    let (site, other_site) = (one.workspace().await, other.workspace().await);
    let bomb = "perl -e 'while (1) { $p = fork; defined $p or do { print \"refused after \", $n, \"\\n\"; exit 1 }; $p or do { \
                sleep 60; exit }; $n++; $n < 1000 or exit 0 }'";
    let ran = one.runs(&site, bomb).await;
    assert!(ran.said.contains("refused after"), "{ran:?}");
    let ran = other.runs(&other_site, "echo unharmed").await;
    assert!(ran.said.contains("unharmed"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_itself_reads_nothing_outside_of_its_users_root() {
    let ground = Ground::new().await;
    let person = ground.person().await;
    // A package that everybody may read, once outside of the root and once within.
    let (outside, within) = (ground.folder.join("open/node_modules"), person.root().join("node_modules"));
    for (packages, agent, version) in [(&outside, "gemini", "6.6.6"), (&within, "qwen", "7.7.7")] {
        let package = packages.join(agent);
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("package.json"), format!("{{\"version\": \"{version}\"}}")).unwrap();
        std::fs::write(package.join("program"), "#!/bin/sh\n").unwrap();
        person.outside("mkdir", &["-p", ".local/bin"]);
        person.outside(
            "ln",
            &["-s", package.join("program").to_str().unwrap(), &format!(".local/bin/{agent}")],
        );
    }
    for path in ["open", "open/node_modules", "open/node_modules/gemini", "open/node_modules/gemini/program"]
    {
        std::fs::set_permissions(ground.folder.join(path), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let own = person.root().join("node_modules");
    std::process::Command::new("chmod").args(["-R", "755"]).arg(own).status().unwrap();
    // Folders of programs are looked for when a runner starts.
    person.kill_runner();
    let agents = eventually("the runner is there again", || async {
        person.call(|runner| async move { runner.agents().await }).await.ok()
    })
    .await;
    let version = |id: &str| agents.iter().find(|agent| agent.id == id).unwrap().version.clone();
    assert_eq!((version("gemini"), version("qwen").as_deref()), (None, Some("7.7.7")));
}
