//! A throwaway PostgreSQL: one cluster per test process, a database per test.
//!
//! The cluster listens on a Unix socket alone and is gone when the test process is, in whatever way that ends. For tests
//! it keeps nothing safe (no `fsync`) and lies in memory where there is room; for measuring it does all that a real one
//! does.

mod tls;

use std::fmt;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that must be free in memory for the cluster to lie there.
const ROOM: u64 = 1 << 30;

/// Runs the server, and kills and starts it as it is told, until the test process is gone, which closes the pipe that is
/// read here; then cleans up.
const SUPERVISOR: &str = r#"
programs=$1 folder=$2
shift 2
start() {
    "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
        -c shared_buffers=64MB "$@" >>"$folder/log" 2>&1 &
    server=$!
}
start "$@"
while read -r order; do
    case "$order" in
        kill)
            kill -KILL $server $(cat "/proc/$server/task/$server/children")
            wait $server
            echo killed ;;
        start) start "$@" ;;
    esac
done
kill -QUIT $server
wait
rm -rf "$folder"
"#;

pub use tls::TlsCluster;

/// What a cluster does without whose data nobody will miss.
const CARELESS: [&str; 4] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"];

/// The role that owns every database, and no more than that.
pub const OWNER: &str = "switchyard_owner";

/// A role that owns nothing.
pub const APP: &str = "switchyard_app";

/// Why there is no PostgreSQL, and what to do.
#[derive(Clone, Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A PostgreSQL server of this test process.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    account: Option<Account>,
    databases: AtomicU32,
    /// Holds the pipe by which the server is told, and whose end stops it.
    supervisor: Mutex<Child>,
}

/// Whom the server runs as when the tests run as root, which PostgreSQL refuses.
#[derive(Clone, Copy, Debug)]
struct Account {
    uid: u32,
    gid: u32,
}

/// How the superuser's addresses begin.
const SUPERUSER: &str = "postgres://postgres@";

/// The address of the same database for another role, [`OWNER`] or [`APP`].
#[must_use]
pub fn address_for(role: &str, url: &str) -> String {
    url.replacen(SUPERUSER, &format!("postgres://{role}@"), 1)
}

impl Cluster {
    /// The cluster of this process, started on first call.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    pub fn shared() -> Result<&'static Self, Error> {
        static SHARED: OnceLock<Result<Cluster, Error>> = OnceLock::new();
        let start = || Self::start(&CARELESS, find_room());
        SHARED.get_or_init(start).as_ref().map_err(Clone::clone)
    }

    /// A cluster whose data lie on disk and are kept safe, as in production.
    ///
    /// # Errors
    /// As [`Cluster::shared`].
    pub fn lasting() -> Result<Self, Error> {
        Self::start(&[], std::env::temp_dir())
    }

    /// A cluster for one test alone, which may kill it: what was acknowledged is there afterwards.
    ///
    /// # Errors
    /// As [`Cluster::shared`].
    pub fn to_be_killed() -> Result<Self, Error> {
        // A kill of its processes leaves what the system has taken from them.
        Self::start(&["fsync=off", "full_page_writes=off", "autovacuum=off"], find_room())
    }

    /// Kills the server and all of its processes where they stand.
    ///
    /// # Errors
    /// When the supervisor is gone.
    pub fn kill9(&self) -> Result<(), Error> {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        order(&mut supervisor, "kill")?;
        let mut answer = [0; "killed\n".len()];
        let told = supervisor.stdout.as_mut().map(|answers| answers.read_exact(&mut answer));
        told.transpose().map(drop).map_err(|error| Error(format!("the supervisor is gone: {error}")))
    }

    /// Starts the server, which was killed, and waits until it serves.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&self) -> Result<(), Error> {
        order(&mut self.supervisor.lock().unwrap_or_else(PoisonError::into_inner), "start")?;
        self.wait_until_ready(Duration::from_millis(5))
    }

    /// The socket that the server listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Makes an empty database; the answer is its address for the server's superuser.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn database(&self) -> Result<String, Error> {
        self.create("template0")
    }

    /// Makes a database with the content of another one, to which nobody may be connected.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy_of(&self, url: &str) -> Result<String, Error> {
        let path = url.split('?').next().unwrap_or_default();
        self.create(path.rsplit('/').next().unwrap_or_default())
    }

    /// Runs one statement as the server's superuser.
    ///
    /// # Errors
    /// With what the server said.
    pub fn run(&self, database: &str, sql: &str) -> Result<(), Error> {
        let mut psql = self.command("psql");
        psql.args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", sql])
            .arg("-h");
        finished("psql", psql.arg(&self.folder).output()).map(drop)
    }

    /// All rows of a database, as statements; bytes in hexadecimal digits.
    ///
    /// # Errors
    /// With what the server said.
    pub fn dump(&self, database: &str) -> Result<Vec<u8>, Error> {
        let mut dump = self.command("pg_dump");
        dump.args(["--data-only", "--column-inserts", "-U", "postgres", "-d", database, "-h"]);
        finished("pg_dump", dump.arg(&self.folder).output()).map(|output| output.stdout)
    }

    fn create(&self, template: &str) -> Result<String, Error> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE \"{name}\" OWNER {OWNER} TEMPLATE \"{template}\""))?;
        // A socket's folder stands where a host does, its slashes written as such an address wants them.
        let folder = self.folder.display().to_string().replace('/', "%2F");
        Ok(format!("{SUPERUSER}{folder}/{name}"))
    }

    fn start(settings: &[&str], below: PathBuf) -> Result<Self, Error> {
        let programs = find_programs()?;
        let account = rustix::process::geteuid().is_root().then(unprivileged);
        let folder = make_folder(&below, account)?;
        let mut initdb = command(&programs, "initdb", &folder, account);
        initdb.args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]);
        finished("initdb", initdb.arg("-D").arg(folder.join("data")).output())?;
        let mut supervisor = command(Path::new("/bin"), "sh", &folder, account);
        // A group of its own: an interrupt from the terminal is for the tests, the clean-up comes after them.
        supervisor.args(["-c", SUPERVISOR, "supervisor"]).arg(&programs).arg(&folder).process_group(0);
        supervisor.args(settings.iter().flat_map(|setting| ["-c", setting]));
        let supervisor =
            supervisor.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let supervisor = supervisor.map_err(|error| Error(format!("/bin/sh does not start: {error}")))?;
        let cluster = Self {
            programs,
            folder,
            account,
            databases: AtomicU32::new(0),
            supervisor: Mutex::new(supervisor),
        };
        cluster.wait_until_ready(Duration::from_millis(50))?;
        cluster.run("postgres", &format!("CREATE ROLE {OWNER} LOGIN; CREATE ROLE {APP} LOGIN"))?;
        Ok(cluster)
    }

    fn command(&self, program: &str) -> Command {
        command(&self.programs, program, &self.folder, self.account)
    }

    fn wait_until_ready(&self, pulse: Duration) -> Result<(), Error> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let ready = self.command("pg_isready").args(["-q", "-h"]).arg(&self.folder).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            sleep(pulse);
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(Error(format!("PostgreSQL did not start within 30 s. Its log:\n{log}")))
    }
}

fn order(supervisor: &mut Child, order: &str) -> Result<(), Error> {
    let told = supervisor.stdin.as_mut().map(|orders| writeln!(orders, "{order}"));
    told.transpose().map(drop).map_err(|error| Error(format!("the supervisor is gone: {error}")))
}

fn command(programs: &Path, program: &str, folder: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(programs.join(program));
    command.current_dir(folder).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

fn finished(program: &str, output: std::io::Result<Output>) -> Result<Output, Error> {
    match output {
        Ok(output) if output.status.success() => Ok(output),
        Ok(output) => Err(Error(format!(
            "{program} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))),
        Err(error) => Err(Error(format!("{program} does not start: {error}"))),
    }
}

/// The folder with PostgreSQL's programs: the newest of Debian's, or one on the search path.
fn find_programs() -> Result<PathBuf, Error> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    let version = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    let complete = |folder: &PathBuf| {
        ["initdb", "postgres", "psql", "pg_isready"].iter().all(|name| folder.join(name).is_file())
    };
    folders.into_iter().find(complete).ok_or_else(|| {
        Error("PostgreSQL is not installed, and these tests need it: apt-get install postgresql".to_owned())
    })
}

/// The account `postgres` where there is one, or `nobody`.
fn unprivileged() -> Account {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = ["postgres", "nobody"].iter().find_map(|name| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Account { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    });
    found.unwrap_or(Account { uid: 65534, gid: 65534 })
}

/// In memory, where there is room.
fn find_room() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |memory| memory.f_bavail * memory.f_frsize);
    if room >= ROOM { memory.to_owned() } else { std::env::temp_dir() }
}

fn make_folder(below: &Path, account: Option<Account>) -> Result<PathBuf, Error> {
    let folder = tempfile::Builder::new().prefix("switchyard-pg-").tempdir_in(below);
    let folder =
        folder.map_err(|error| Error(format!("{} cannot be written: {error}", below.display())))?.keep();
    // Programs under test may run as somebody else, and reach the socket all the same; the data are closed to them.
    let mut owned = std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o711));
    if let Some(Account { uid, gid }) = account {
        owned = owned.and_then(|()| chown(&folder, Some(uid), Some(gid)));
    }
    owned.map_err(|error| Error(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Cluster;

    #[test]
    fn a_copy_has_what_its_original_had() {
        let cluster = Cluster::shared().unwrap();
        let original = cluster.database().unwrap();
        let name = |url: &str| url.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        cluster.run(&name(&original), "CREATE TABLE things (name text)").unwrap();
        let copy = cluster.copy_of(&original).unwrap();
        cluster.run(&name(&copy), "INSERT INTO things VALUES ('one')").unwrap();
        let error = cluster.run(&name(&copy), "INSERT INTO nothing VALUES (1)").unwrap_err();
        assert!(error.to_string().contains("does not exist"), "{error}");
    }

    #[test]
    fn a_cluster_that_was_killed_serves_again_what_it_had_acknowledged() {
        let cluster = Cluster::to_be_killed().unwrap();
        cluster
            .run("postgres", "CREATE TABLE things (name text); INSERT INTO things VALUES ('one')")
            .unwrap();
        cluster.kill9().unwrap();
        cluster.run("postgres", "SELECT 1").unwrap_err();
        cluster.start_again().unwrap();
        let kept = "DO $$ BEGIN ASSERT (SELECT count(*) = 1 FROM things); END $$";
        cluster.run("postgres", kept).unwrap();
    }

    #[test]
    fn a_database_has_an_address_for_each_role() {
        let url = Cluster::shared().unwrap().database().unwrap();
        let owners = super::address_for(super::OWNER, &url);
        assert!(owners.starts_with("postgres://switchyard_owner@%2F"), "{owners}");
    }
}
