//! A cluster that is reached over TLS.

use std::path::{Path, PathBuf};

use super::{CARELESS, Cluster, Error, SUPERUSER, command, find_room, finished};

/// Where it listens: an address of the machine's own at which nothing else does.
const HOST: &str = "127.83.89.1";

/// A cluster that is reached over TLS, besides its socket; one at a time, since its address is always the same.
pub struct TlsCluster {
    /// The cluster.
    pub cluster: Cluster,
    /// The file with the one certificate to trust; it is good for one host.
    pub authority: PathBuf,
}

impl TlsCluster {
    /// Starts one, with a certificate that it makes.
    ///
    /// # Errors
    /// As [`Cluster::shared`]; when there is no `openssl`.
    pub fn start() -> Result<Self, Error> {
        let listen = format!("listen_addresses={HOST}");
        let settings: Vec<&str> = CARELESS.into_iter().chain([listen.as_str()]).collect();
        let cluster = Cluster::start(&settings, find_room())?;
        let mut openssl = command(Path::new("/usr/bin"), "openssl", &cluster.folder, cluster.account);
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-subj", "/CN=switchyard test", "-keyout", "tls.key", "-out", "tls.crt"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-addext"]);
        finished("openssl", openssl.arg(format!("subjectAltName=IP:{HOST}")).output())?;
        let authority = cluster.folder.join("tls.crt");
        let folder = cluster.folder.display();
        for setting in [
            format!("ssl_cert_file = '{folder}/tls.crt'"),
            format!("ssl_key_file = '{folder}/tls.key'"),
            "ssl = on".to_owned(),
        ] {
            cluster.run("postgres", &format!("ALTER SYSTEM SET {setting}"))?;
        }
        cluster.run("postgres", "SELECT pg_reload_conf()")?;
        Ok(Self { cluster, authority })
    }

    /// A new empty database's address, by the host that the certificate names or by one that it does not.
    ///
    /// # Errors
    /// As [`Cluster::database`].
    pub fn database(&self, by_its_name: bool) -> Result<String, Error> {
        let url = self.cluster.database()?;
        let name = url.rsplit('/').next().unwrap_or_default();
        let host = if by_its_name { HOST } else { "postgres.invalid" };
        // The address is what is called, the host what the certificate has to name.
        Ok(format!("{SUPERUSER}{host}/{name}?hostaddr={HOST}"))
    }
}
