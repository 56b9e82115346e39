//! TLS on the way to the server, where its address asks for it.
//!
//! Two parameters of libpq's addresses say so. `sslmode` is `disable`, which is also what holds where nothing is said, or one
//! of `require`, `verify-ca` and `verify-full`, which come to the same here: a certificate that nobody looks at protects
//! from nobody. `sslrootcert` names a file with the authorities to trust, instead of the system's own.
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>

use std::path::Path;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// An address without what it says of TLS, and that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What the driver is given: it does not know all of the parameters.
    pub(super) address: String,
    authorities: Option<Authorities>,
}

/// Who may vouch for the server.
#[derive(Debug, PartialEq, Eq)]
enum Authorities {
    Systems,
    OfFile(String),
}

impl Wanted {
    /// Takes an address apart.
    ///
    /// # Errors
    /// In words, when it asks for something that there is not.
    pub(super) fn of(url: &str) -> Result<Self, String> {
        let (place, parameters) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut file, mut others) = ("disable".to_owned(), None, Vec::new());
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "sslmode" => mode = value(),
                "sslrootcert" => file = Some(value()),
                _ => others.push(parameter),
            }
        }
        let authorities = match (mode.as_str(), file) {
            ("disable", None) => None,
            ("disable", Some(_)) => {
                return Err("It names an sslrootcert, which needs sslmode=verify-full.".to_owned());
            }
            ("require" | "verify-ca" | "verify-full", None) => Some(Authorities::Systems),
            ("require" | "verify-ca" | "verify-full", Some(file)) if file == "system" => {
                Some(Authorities::Systems)
            }
            ("require" | "verify-ca" | "verify-full", Some(file)) => Some(Authorities::OfFile(file)),
            _ => return Err(format!("Its sslmode is {mode:?}; let it be verify-full or disable.")),
        };
        others.push(if authorities.is_some() { "sslmode=require" } else { "sslmode=disable" });
        Ok(Self { address: format!("{place}?{}", others.join("&")), authorities })
    }

    /// What makes connections safe, where that was asked for.
    ///
    /// # Errors
    /// In words, when the authorities cannot be read.
    pub(super) fn connector(&self) -> Result<Option<MakeRustlsConnect>, String> {
        let Some(authorities) = &self.authorities else { return Ok(None) };
        let mut trusted = RootCertStore::empty();
        let (added, _) = trusted.add_parsable_certificates(match authorities {
            Authorities::Systems => rustls_native_certs::load_native_certs().certs,
            Authorities::OfFile(file) => read(Path::new(file))?,
        });
        if added == 0 {
            return Err(
                "There is no certificate authority to trust: name a file of them as sslrootcert.".to_owned()
            );
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Some(MakeRustlsConnect::new(config)))
    }
}

fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error| format!("The sslrootcert {} cannot be read: {error}.", file.display());
    CertificateDer::pem_file_iter(file).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_says_nothing_of_tls_goes_without() {
        let wanted = Wanted::of("postgres://me@db/switchyard").unwrap();
        assert_eq!(wanted.address, "postgres://me@db/switchyard?sslmode=disable");
        assert!(wanted.connector().unwrap().is_none());
    }

    #[test]
    fn whatever_asks_for_tls_has_the_certificate_looked_at() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://me@db/switchyard?sslmode={mode}&connect_timeout=3");
            let wanted = Wanted::of(&url).unwrap();
            assert_eq!(wanted.address, "postgres://me@db/switchyard?connect_timeout=3&sslmode=require");
            assert_eq!(wanted.authorities, Some(Authorities::Systems));
        }
        let wanted =
            Wanted::of("postgres://db/a?sslmode=verify-full&sslrootcert=%2Fetc%2Fa%20b.pem").unwrap();
        assert_eq!(wanted.authorities, Some(Authorities::OfFile("/etc/a b.pem".to_owned())));
    }

    #[test]
    fn what_would_be_safe_by_chance_only_is_refused() {
        for parameters in ["sslmode=prefer", "sslmode=allow", "sslmode=", "sslrootcert=/etc/ca.pem"] {
            Wanted::of(&format!("postgres://me@db/switchyard?{parameters}")).unwrap_err();
        }
        let missing = Wanted::of("postgres://db/a?sslmode=require&sslrootcert=/nowhere.pem").unwrap();
        assert!(missing.connector().err().unwrap().contains("/nowhere.pem"));
    }
}
