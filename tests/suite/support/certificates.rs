//! An authority of one's own, and certificates that it has signed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::skip;

/// An authority that nobody knows but those who are told of it; gone when dropped.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

/// A server's certificate and its key, in PEM.
pub(crate) struct Identity {
    /// The certificate.
    pub(crate) certificate: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
}

impl Authority {
    /// A new one; none where there is no `openssl`, which is said.
    pub(crate) fn new() -> Option<Self> {
        if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
            skip("there is no openssl");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("runledger-ca-").tempdir().expect("a folder");
        let authority = Self { folder };
        authority.request(&[
            "-x509",
            "-subj",
            "/CN=An authority for tests",
            "-days",
            "2",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
        ]);
        Some(authority)
    }

    /// The file that tells others of it.
    pub(crate) fn file(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// A certificate for servers of these names, like `DNS:localhost,IP:127.0.0.1`.
    pub(crate) fn sign(&self, names: &str) -> Identity {
        std::fs::write(self.path("names"), format!("subjectAltName={names}\n")).expect("a file");
        self.request(&[
            "-subj",
            "/CN=A server for tests",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "1",
            "-extfile",
            "names",
            "-out",
            "server.pem",
        ]);
        Identity { certificate: self.path("server.pem"), key: self.path("server.key") }
    }

    /// A certificate for servers on this machine.
    pub(crate) fn sign_localhost(&self) -> Identity {
        self.sign("DNS:localhost,IP:127.0.0.1")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks for a certificate with a new key.
    fn request(&self, args: &[&str]) {
        let new_key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        self.openssl(&[&new_key, args].concat());
    }

    fn openssl(&self, args: &[&str]) {
        let folder: &Path = self.folder.path();
        let output = Command::new("openssl").args(args).current_dir(folder).output();
        let output = output.expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
