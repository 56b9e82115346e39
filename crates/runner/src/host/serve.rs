//! Serving the host's contract, once it is sure that the machine keeps users apart.

use std::path::Path;
use std::sync::Arc;

use switchyard_domain::{Error, Result, UserId};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use super::runners::{Folders, Runners};
use super::{OnExit, Settings, UidMap, folders, sockets};
use crate::process::{Capabilities, become_reaper, gaps, landlock_abi, reap_strays};
use crate::service::proto::runner_host_server::{RunnerHost, RunnerHostServer};
use crate::service::{Door, PROTOCOL, only_one, proto, status};

/// Connections that may wait to be taken.
const BACKLOG: i32 = 128;

/// Serves until it is told to end.
///
/// # Errors
/// `Unavailable` with all that is in the way of keeping users apart; `Conflict` with code `host_running`.
pub async fn serve(settings: Settings) -> Result<()> {
    let folders = check(&settings)?;
    let state = folders.states.parent().unwrap_or(Path::new("/")).to_owned();
    crate::log::start(&state, &settings.log).map_err(Error::internal)?;
    let Some(_lock) = only_one(&state.join("host.lock"))? else {
        let text = format!("Another host works with {} already.", state.display());
        return Err(Error::conflict("host_running", text));
    };
    let uids = UidMap::open(&state.join("uids"), settings.uids)?;
    let abi = landlock_abi();
    for gap in gaps(abi) {
        tracing::warn!(gap, abi, security_event = true, "this kernel leaves a gap");
    }
    let socket = sockets::make(&settings.socket, settings.server_uid).map_err(Error::internal)?;
    rustix::net::listen(&socket, BACKLOG).map_err(Error::internal)?;
    let listener = std::os::unix::net::UnixListener::from(socket);
    listener.set_nonblocking(true).map_err(Error::internal)?;
    let listener = UnixListener::from_std(listener).map_err(Error::internal)?;
    let door = Door { listener, only: Some(settings.server_uid), visits: None };

    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate()).map_err(Error::internal)?,
        signal(SignalKind::interrupt()).map_err(Error::internal)?,
    );
    // What a runner that ends leaves behind comes to the host: in a container it is the first process.
    become_reaper().map_err(Error::internal)?;
    let strays = tokio::spawn(reap_strays());
    let (path, on_exit) = (settings.socket.clone(), settings.on_exit);
    tracing::info!(socket = %path.display(), abi, uids_left = uids.left(), "serving");
    let runners = Arc::new(Runners::new(settings, folders, uids));
    let service = RunnerHostServer::new(Service { runners: Arc::clone(&runners) });
    let serving = Server::builder().add_service(service).serve_with_incoming(door.incoming());
    tokio::select! {
        served = serving => served.map_err(Error::internal)?,
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!(?on_exit, "ending");
    // Nobody is to ask for a runner that is about to end.
    let _ = std::fs::remove_file(&path);
    if on_exit == OnExit::Stop {
        runners.end_all().await;
    }
    strays.abort();
    Ok(())
}

/// Makes sure that users can be kept apart here, and names everything that is in the way.
fn check(settings: &Settings) -> Result<Folders> {
    let mut faults: Vec<String> = Vec::new();
    if landlock_abi() == 0 {
        faults.push(
            "The kernel gives no Landlock. It takes Linux 5.13 or newer, started with `landlock` among its `lsm`; a \
             container must be allowed the system calls."
                .to_owned(),
        );
    }
    match Capabilities::own() {
        Ok(own) if own.missing().is_empty() => {}
        Ok(own) => faults.push(format!(
            "The host lacks {}. Start it as root, with these capabilities.",
            own.missing().join(", ")
        )),
        Err(error) => faults.push(format!("The host's capabilities cannot be read: {error}.")),
    }
    if settings.uids.contains(settings.server_uid) {
        faults.push(format!(
            "The server's user id {} is in the range for users. Choose another range.",
            settings.server_uid
        ));
    }
    if settings.server_uid == 0 {
        faults.push("The server's user id is root's. Run the server as a user of its own.".to_owned());
    }
    faults.extend(taken(settings));
    let mut usable = |folder: Result<std::path::PathBuf>| match folder {
        Ok(folder) => Some(folder),
        Err(error) => {
            faults.push(error.message.into_owned());
            None
        }
    };
    let workspaces = usable(folders::passable(&settings.workspaces));
    let states = usable(
        folders::passable(&settings.state).and_then(|state| folders::passable(&state.join("runners"))),
    );
    let sockets = usable(folders::of_sockets(&settings.socket).map(|beside| beside.join("runners")));
    let (Some(workspaces), Some(states), Some(sockets), true) =
        (workspaces, states, sockets, faults.is_empty())
    else {
        return Err(Error::unavailable("host_refused", faults.join("\n")));
    };
    Ok(Folders { workspaces, states, sockets })
}

/// Accounts of the system whose number is in the range for users.
fn taken(settings: &Settings) -> Option<String> {
    let database = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let names: Vec<&str> = database
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let (name, uid) = (fields.next()?, fields.nth(1)?.parse().ok()?);
            settings.uids.contains(uid).then_some(name)
        })
        .collect();
    (!names.is_empty()).then(|| {
        format!("The range for users has the user ids of {}. Choose another range.", names.join(", "))
    })
}

struct Service {
    runners: Arc<Runners>,
}

#[tonic::async_trait]
impl RunnerHost for Service {
    async fn describe(
        &self,
        _: Request<proto::DescribeRequest>,
    ) -> std::result::Result<Response<proto::DescribeReply>, Status> {
        let abi = landlock_abi();
        Ok(Response::new(proto::DescribeReply {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            isolation: "user".to_owned(),
            landlock_abi: abi,
            uids_left: self.runners.uids_left(),
            gaps: gaps(abi).into_iter().map(str::to_owned).collect(),
        }))
    }

    async fn open(
        &self,
        request: Request<proto::OpenRequest>,
    ) -> std::result::Result<Response<proto::OpenReply>, Status> {
        let user_id = request.into_inner().user_id;
        let user: UserId = user_id
            .parse()
            .map_err(|_| status(Error::invalid("user_id", format!("“{user_id}” cannot be read."))))?;
        // Whoever asked may go away; what was begun is finished.
        let runners = Arc::clone(&self.runners);
        let opened = tokio::spawn(async move { runners.open(user).await }).await;
        let socket = opened.map_err(Error::internal).flatten().map_err(status)?;
        Ok(Response::new(proto::OpenReply { socket: socket.to_string_lossy().into_owned() }))
    }
}
