//! What one user tries against another, against the host and against the own runner: each is refused, and each would
//! have worked without what keeps users apart, which an administrator's try shows.

mod gaps;
mod table;
mod victim;

use std::process::{Command, Stdio};

use switchyard_integration::eventually;

use crate::ground::Ground;
use table::{ATTACKS, Attack, CALLS, Control};
use victim::{CANARY, Victim};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_user_tries_reaches_another_the_host_or_the_own_runner() {
    let ground = Ground::new().await;
    let (attacker, other) = (ground.person().await, ground.person().await);
    let site = attacker.workspace().await;
    let victim = Victim::beside(&attacker, &other, &ground).await;
    let tools =
        attacker.runs(&site, "perl -MSocket -e 1 && prlimit --pid $$ > /dev/null && echo ready").await;
    assert!(tools.code == Some(0), "the attacker has no tools: {tools:?}");
    let mut faults = Vec::new();
    for Attack { name, script, control } in ATTACKS {
        let script =
            CALLS.iter().fold(format!("{}\n{script}", victim.names()), |script, (name, x86, arm)| {
                let number = if cfg!(target_arch = "x86_64") { x86 } else { arm };
                script.replace(name, &number.to_string())
            });
        victim.restore();
        let tried = attacker.runs(&site, &script).await;
        if tried.code == Some(0) || tried.said.contains(CANARY) {
            faults.push(format!("{name}: it worked: {}", tried.said));
        }
        if *control == Control::Administrator {
            victim.restore();
            let done = as_administrator(&script);
            if !done.0 {
                faults.push(format!(
                    "{name}: an administrator cannot do it either, so it shows nothing: {}",
                    done.1
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {} attacks:\n{}", faults.len(), ATTACKS.len(), faults.join("\n"));
    assert!(ATTACKS.len() >= 60);
}

fn as_administrator(script: &str) -> (bool, String) {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]).current_dir("/").stdin(Stdio::null());
    let done = shell.output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_kills_all_that_can_be_killed_kills_the_own_program_alone() {
    let ground = Ground::new().await;
    let (attacker, other) = (ground.person().await, ground.person().await);
    let site = attacker.workspace().await;
    let victim = Victim::beside(&attacker, &other, &ground).await;
    let before = [attacker.runner_pid(), other.runner_pid()];
    attacker.runs(&site, "kill -9 -1; perl -e 'kill 9, -1'").await;
    assert_eq!([attacker.runner_pid(), other.runner_pid()], before);
    for pid in victim.processes() {
        assert!(std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid} was killed");
    }
    let ran = attacker.runs(&site, "echo still here").await;
    assert!(ran.said.contains("still here"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_swapped_while_it_is_followed_leads_nowhere() {
    let ground = Ground::new().await;
    let (attacker, other) = (ground.person().await, ground.person().await);
    let site = attacker.workspace().await;
    std::fs::create_dir(other.root().join("folder")).unwrap();
    std::fs::write(other.root().join("folder/file"), CANARY).unwrap();
    let worktree = std::path::PathBuf::from(&site.repos[0].path);
    let swap = format!(
        "mkdir own; echo own > own/file; touch begun; while :; do ln -sfn own race; ln -sfn {}/folder race; done",
        other.root().display()
    );
    attacker.begins(&site, &swap).await;
    eventually("it is swapped", || {
        let begun = worktree.join("begun").exists();
        async move { begun.then_some(()) }
    })
    .await;
    for _ in 0..200 {
        let asked = site.clone();
        let read =
            attacker.call(|runner| async move { runner.file(&asked, "project/race/file").await }).await;
        assert!(!format!("{read:?}").contains(CANARY));
    }
}

#[test]
fn what_is_not_stopped_is_listed_by_name() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/security.md");
    let document = std::fs::read_to_string(path).unwrap();
    for (name, _) in gaps::GAPS {
        assert!(document.contains(&format!("`{name}`")), "docs/security.md does not name `{name}`");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_as_not_stopped_works_so_that_the_list_is_not_longer_than_it_must_be() {
    let ground = Ground::new().await;
    let (attacker, other) = (ground.person().await, ground.person().await);
    let site = attacker.workspace().await;
    let victim = Victim::beside(&attacker, &other, &ground).await;
    for (name, script) in gaps::GAPS.iter().filter(|(_, script)| !script.is_empty()) {
        let ran = attacker.runs(&site, &format!("{}\n{script}", victim.names())).await;
        assert_eq!(ran.code, Some(0), "{name} is stopped: {ran:?}");
    }
}
