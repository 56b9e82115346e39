//! The users' runners: each started when it is first asked for, and again when it is gone.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use switchyard_domain::{Error, Result, UserId};
use tokio::io::AsyncReadExt;
use tokio::process::Child;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep};

use super::sockets::{end_listener, listener, make};
use super::{Settings, UidMap, folders};
use crate::process::{Account, Spawn, start_as};

/// How long a runner may take until it listens: it finishes first what its predecessor left half done.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile.
const PULSE: Duration = Duration::from_millis(5);
/// How long a runner has to stop its sessions and terminals when the host ends.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// Most of a runner's complaint that is told, in bytes.
const LONGEST_COMPLAINT: usize = 2048;
/// By this name the very program that runs is found, even when its file was replaced meanwhile.
const ITSELF: &str = "/proc/self/exe";

/// Why a runner is not in the runners' group although it was started in it: older kernels take the effective group, at
/// exec, from a process that may gain no privileges.
const GROUP_LOST: &str = "the runners' group was taken from it. Whoever runs Switchyard must start the runner host without \
                          no-new-privileges; runners take that on themselves";

/// Where everything of the users lies.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    /// The users' roots.
    pub(super) workspaces: PathBuf,
    /// The runners' own folders.
    pub(super) states: PathBuf,
    /// The runners' sockets.
    pub(super) sockets: PathBuf,
}

/// The runners.
pub(super) struct Runners {
    settings: Settings,
    folders: Folders,
    uids: Arc<Mutex<UidMap>>,
    /// One for each user who was asked for, so that one runner is started however many ask at once.
    turns: Mutex<HashMap<UserId, Arc<tokio::sync::Mutex<()>>>>,
    /// No runner is started any more.
    ending: AtomicBool,
}

impl Runners {
    pub(super) fn new(settings: Settings, folders: Folders, uids: UidMap) -> Self {
        let uids = Arc::new(Mutex::new(uids));
        Self { settings, folders, uids, turns: Mutex::default(), ending: AtomicBool::new(false) }
    }

    /// How many users can still be given an id.
    pub(super) fn uids_left(&self) -> u32 {
        self.uids.lock().unwrap_or_else(PoisonError::into_inner).left()
    }

    /// The socket of the user's runner, which listens when this returns.
    ///
    /// # Errors
    /// `Limited` with code `uids_exhausted`; `Unavailable` with what is in the way.
    pub(super) async fn open(&self, user: UserId) -> Result<PathBuf> {
        let _only_one = self.turn(user).await;
        if self.ending.load(Ordering::SeqCst) {
            return Err(cannot_start("the runner host is about to end"));
        }
        let socket = self.socket(user);
        let (uids, folders) = (Arc::clone(&self.uids), self.folders.clone());
        let there = listener(&socket).await.map_err(Error::internal)?;
        let uid = tokio::task::spawn_blocking(move || {
            let uid = uids.lock().unwrap_or_else(PoisonError::into_inner).uid_of(user)?;
            if there.is_none() {
                folders::private(&folders.workspaces, user, uid)?;
                folders::private(&folders.states, user, uid)?;
            }
            Ok::<_, Error>(uid)
        });
        let uid = uid.await.map_err(Error::internal)??;
        match there {
            Some(there) if there.uid == uid => {}
            Some(there) => {
                let why = format!("{} is served by user id {} and not {uid}", socket.display(), there.uid);
                return Err(Error::internal(why));
            }
            None => self.start(user, uid, &socket).await?,
        }
        Ok(socket)
    }

    /// Waits until nobody else starts or ends the user's runner.
    async fn turn(&self, user: UserId) -> OwnedMutexGuard<()> {
        let turn =
            Arc::clone(self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(user).or_default());
        turn.lock_owned().await
    }

    fn socket(&self, user: UserId) -> PathBuf {
        self.folders.sockets.join(user.to_string())
    }

    async fn start(&self, user: UserId, uid: u32, path: &Path) -> Result<()> {
        let socket =
            make(path, self.settings.server_uid).map_err(|error| cannot_start(&error.to_string()))?;
        let Settings { uids, most_processes, .. } = self.settings;
        let account = Account { uid, runners_gid: uids.runners_gid(), most_processes };
        let arguments = self.arguments(user);
        let child = Spawn {
            program: Path::new(ITSELF),
            arguments: &arguments,
            folder: Path::new("/"),
            environment: &[],
        };
        let mut runner =
            start_as(&child, account, socket).map_err(|error| cannot_start(&error.to_string()))?;
        let begun = Instant::now();
        loop {
            match listener(path).await {
                Ok(Some(there)) if there.uid == uid && there.gid == account.runners_gid => break,
                Ok(Some(there)) if there.uid == uid => {
                    let _ = runner.kill().await;
                    return Err(cannot_start(GROUP_LOST));
                }
                _ if begun.elapsed() > START_PATIENCE => {
                    let _ = runner.kill().await;
                    return Err(cannot_start("it does not answer"));
                }
                _ => {}
            }
            tokio::select! {
                _ = runner.wait() => return Err(cannot_start(&complaint(&mut runner).await)),
                () = sleep(PULSE) => {}
            }
        }
        tracing::info!(%user, uid, pid = runner.id(), elapsed = ?begun.elapsed(), "a user's runner is ready");
        // Nobody reads what it says from here on; its log tells.
        drop(runner.stderr.take());
        tokio::spawn(async move {
            let ended = runner.wait().await;
            tracing::info!(%user, ?ended, "a user's runner ended");
        });
        Ok(())
    }

    fn arguments(&self, user: UserId) -> Vec<String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut arguments = vec!["serve-user".to_owned()];
        let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        add("--user", user.to_string());
        add("--server-uid", self.settings.server_uid.to_string());
        add("--state", text(&self.folders.states.join(user.to_string())));
        add("--workspaces", text(&self.folders.workspaces));
        add("--grace-secs", self.settings.grace_secs.to_string());
        add("--log", self.settings.log.clone());
        add("--remote-secs", self.settings.remote_secs.to_string());
        add("--clone-mib", self.settings.clone_mib.to_string());
        for remote in self.settings.private_remotes.iter().filter(|remote| !remote.trim().is_empty()) {
            add("--private-remotes", remote.trim().to_owned());
        }
        for folder in &self.settings.programs {
            add("--programs", text(folder));
        }
        arguments
    }

    /// Ends all runners, those of an earlier host included.
    pub(super) async fn end_all(&self) {
        self.ending.store(true, Ordering::SeqCst);
        let users: Vec<UserId> =
            self.uids.lock().unwrap_or_else(PoisonError::into_inner).users().map(|(user, _)| user).collect();
        join_all(users.into_iter().map(|user| async move {
            // One that is being started is waited for.
            let _turn = self.turn(user).await;
            match end_listener(&self.socket(user), STOP_PATIENCE).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!(%user, "a user's runner did not end in time"),
                Err(error) => tracing::warn!(%user, %error, "a user's runner could not be ended"),
            }
        }))
        .await;
    }
}

/// What a runner that has ended said.
async fn complaint(runner: &mut Child) -> String {
    let mut said = Vec::new();
    if let Some(stderr) = &mut runner.stderr {
        // A runner that says nothing is told as such.
        let _: io::Result<usize> = stderr.take(LONGEST_COMPLAINT as u64).read_to_end(&mut said).await;
    }
    let said = String::from_utf8_lossy(&said);
    let told = said.lines().filter_map(|line| line.strip_prefix("switchyard-runner: ")).next_back();
    told.map_or_else(|| "it ended at once; its log says more".to_owned(), str::to_owned)
}

fn cannot_start(why: &str) -> Error {
    Error::unavailable("runner_not_started", format!("Your runner could not be started: {why}"))
}
