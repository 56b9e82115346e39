//! What git is handed for a remote is its own: the user's other programs cannot get at it, though they run under the same
//! user id.

use std::path::Path;

use switchyard_domain::RepoId;
use switchyard_domain::credential::{GitCredential, GitCredentialOrigin, GitHost};
use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::runner::{RemoteAccess, WantedClone};
use switchyard_integration::eventually;
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

use crate::ground::Ground;

const TOKEN: &str = "ghp-canary-b41d";

/// What a program can try against each of git's processes: descriptors, environment, memory, tracing.
const ATTACK: &str = r#"
for pid in PIDS; do
    echo "looked at $pid"
    tr '\0' ' ' < /proc/$pid/cmdline
    cat /proc/$pid/environ
    ls -l /proc/$pid/fd
    for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
        timeout 1 cat /proc/$pid/fd/$fd
    done
    while read range rest; do
        from=$((0x${range%-*})); to=$((0x${range#*-}))
        dd if=/proc/$pid/mem bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) 2>/dev/null
    done < /proc/$pid/maps | tr -d '\0'
done 2>&1
cat STATE/remotes/*/config 2>&1
exit 0
"#;

/// Processes of a user that have this text on their command line.
fn processes(uid: u32, text: &str) -> Vec<i32> {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let of_user = entries.filter(|entry| entry.metadata().is_ok_and(|facts| facts.uid() == uid));
    let ids = of_user.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(text)
    })
    .collect()
}

/// Whether the descriptors of a process hold the text, for somebody who may look.
fn holds(pid: i32, text: &str) -> bool {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let pipes = entries.filter(|entry| {
        std::fs::read_link(entry.path()).is_ok_and(|link| link.to_string_lossy().starts_with("pipe:"))
    });
    pipes.into_iter().any(|entry| read_some(&entry.path()).contains(text))
}

/// What a pipe holds at the moment.
fn read_some(path: &Path) -> String {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
    let mut bytes = [0; 4096];
    let file = std::fs::OpenOptions::new().read(true).custom_flags(nonblocking).open(path);
    let read = file.and_then(|mut file| file.read(&mut bytes)).unwrap_or_default();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[tokio::test]
async fn no_program_of_the_user_reads_what_git_shows_a_remote() {
    let server = GitServer::start().await;
    server.publish("project", &TempRepo::new());
    server.serve(Manner::Silent);
    let mut ground = Ground::new().await;
    let told = format!("http://{}", server.host());
    ground.restart_host(&["--private-remotes", &told]).await;
    let person = ground.person().await;
    let site = person.workspace().await;
    let url = RemoteUrl::new(&server.url("project")).unwrap();
    let credential =
        GitCredential::new(url.host().clone(), "ada", TOKEN, GitCredentialOrigin::Entered).unwrap();
    assert_eq!(url.host(), &GitHost::new(&server.host()).unwrap());
    let wanted = WantedClone {
        repo_id: RepoId::new(),
        attempt: 1,
        user_id: person.id,
        name: "project".to_owned(),
        folder: None,
        access: RemoteAccess { url, credential: Some(credential) },
        branches: Vec::new(),
    };
    let asked = wanted.clone();
    person
        .call(|runner| async move {
            tokio::spawn(async move { runner.have_clone(&asked).await });
        })
        .await;
    let pids = eventually("git talks to the remote", || {
        let pids = processes(person.uid(), &server.url("project"));
        async move { (pids.len() > 1).then_some(pids) }
    })
    .await;
    let listed = pids.iter().map(i32::to_string).collect::<Vec<_>>().join(" ");
    let state = person.state();
    let attack = ATTACK.replace("PIDS", &listed).replace("STATE", state.to_str().unwrap());
    let ran = person.runs(&site, &attack).await;
    assert!(ran.said.contains(&format!("looked at {}", pids[0])), "{}", ran.said);
    assert!(ran.said.contains("Permission denied"), "{}", ran.said);
    assert!(!ran.said.contains(TOKEN), "{}", ran.said);
    // Who may look finds it there: the attack failed at the border, and not for want of something to find.
    assert!(pids.iter().any(|pid| holds(*pid, TOKEN)), "none of {pids:?} holds the token");
    let repo = wanted.repo_id;
    person.call(move |runner| async move { runner.cancel_clone(repo, 1).await }).await.unwrap();
}
