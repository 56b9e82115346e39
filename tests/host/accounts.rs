//! Each user has a user id, a root and a runner of their own, whatever happens to the host.

use std::os::unix::fs::MetadataExt;

use switchyard_domain::ErrorKind;
use switchyard_domain::runner::{Runner, Runners};

use crate::ground::{Ground, UIDS, processes_in};
use switchyard_integration::{copy_program, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_user_has_a_private_root_under_a_user_id_of_their_own() {
    let ground = Ground::new().await;
    let (one, other) = (ground.person().await, ground.person().await);
    assert_ne!(one.uid(), other.uid());
    for person in [&one, &other] {
        let facts = person.root().metadata().unwrap();
        assert_eq!((facts.mode() & 0o7777, facts.uid(), facts.gid()), (0o700, person.uid(), person.uid()));
        let status = std::fs::read_to_string(format!("/proc/{}/status", person.runner_pid())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let uid = person.uid().to_string();
        assert_eq!(field("Uid:"), [uid.as_str(); 4].join(" "));
        assert_eq!(
            (field("Groups:"), field("NoNewPrivs:"), field("CapPrm:")),
            (String::new(), "1".to_owned(), "0".repeat(16))
        );
    }
    let description = ground.description().await;
    assert_eq!((description.isolation.as_str(), description.uids_left), ("user", UIDS - 3));
    assert!(description.landlock_abi > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_at_once_get_one_runner() {
    let ground = Ground::new().await;
    let one = ground.person().await;
    // A runner that is killed is started again when it is asked for, by whoever asks first.
    let killed = one.runner_pid();
    one.kill_runner();
    let (runners, id) = (std::sync::Arc::clone(&ground.runners), one.id);
    ground
        .as_server(async move {
            let calls = (0..20).map(|_| {
                let runner = runners.of(id);
                tokio::spawn(async move {
                    // The connection that broke with the runner may be noticed by a call alone.
                    while runner.terminals().await.is_err() {}
                })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap();
            }
        })
        .await;
    assert_ne!(one.runner_pid(), killed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_id_stays_its_users_over_a_restart_and_is_never_given_out_again() {
    let mut ground = Ground::new().await;
    let (one, other) = (ground.person().await, ground.person().await);
    let (id, uid, latest) = (one.id, one.uid(), other.uid());
    drop((one, other));
    ground.restart_host(&[]).await;
    // What is gone from the disk is not free for all that.
    for root in std::fs::read_dir(ground.workspaces()).unwrap().flatten() {
        std::fs::remove_dir_all(root.path()).unwrap();
    }
    let third = ground.person().await;
    assert!(third.uid() > latest, "{} was given out before", third.uid());
    let map = std::fs::read_to_string(ground.folder.join("state/uids")).unwrap();
    assert!(map.contains(&format!("{uid} {id}\n")), "{map}");
    assert_eq!(map.lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_is_kept_is_found_by_the_next_host() {
    let mut ground = Ground::new().await;
    ground.restart_host(&["--on-exit", "keep"]).await;
    let kept = ground.person().await.runner_pid();
    ground.restart_host(&["--on-exit", "stop"]).await;
    let states = ground.folder.join("state/runners");
    assert_eq!(processes_in(&states), [kept]);
    ground.end_host();
    eventually("the runner is gone", || {
        let left = processes_in(&states).is_empty();
        async move { left.then_some(()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_nobody_asks_for_ends_although_the_server_is_there() {
    let mut ground = Ground::new().await;
    ground.restart_host(&["--grace-secs", "1"]).await;
    let person = ground.person().await;
    let states = ground.folder.join("state/runners");
    assert_eq!(processes_in(&states).len(), 1);
    eventually("the runner ends", || {
        let left = processes_in(&states).is_empty();
        async move { left.then_some(()) }
    })
    .await;
    // It is there again when it is asked for.
    let there = person.call(|runner| async move { runner.terminals().await }).await;
    assert!(there.is_ok() || person.call(|runner| async move { runner.terminals().await }).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_user_more_than_there_are_ids_is_refused_with_what_to_do() {
    let mut ground = Ground::new().await;
    let first = ground.first_uid;
    ground.restart_host(&["--uids", &format!("{first}-{}", first + 1)]).await;
    let one = ground.person().await;
    assert_eq!(one.uid(), first + 1);
    let runners = std::sync::Arc::clone(&ground.runners);
    let error = ground
        .as_server(async move {
            let stranger: std::sync::Arc<dyn Runner> = runners.of(switchyard_domain::UserId::new());
            stranger.terminals().await.unwrap_err()
        })
        .await;
    assert_eq!((error.kind, error.code), (ErrorKind::Limited, "uids_exhausted"));
    assert!(error.message.contains("SWITCHYARD_RUNNER_UIDS"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_program_was_replaced_goes_on_with_the_one_that_it_is() {
    let mut ground = Ground::new().await;
    let program = ground.folder.join("switchyard-runner");
    copy_program("switchyard-runner", &program);
    ground.restart_host_from(&program).await;
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, "something else").unwrap();
    let person = ground.person().await;
    let site = person.workspace().await;
    let ran = person.runs(&site, "echo at work").await;
    assert!(ran.said.contains("at work"), "{ran:?}");
}
