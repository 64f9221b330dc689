//! A Redis as ElastiCache is: reached by name, over TLS, with a password.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use silta_testkit::program::Program;
use silta_testkit::test_dir::TestDir;

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct RedisOverTls {
    _program: Program,
    port: u16,
    folder: PathBuf,
}

impl RedisOverTls {
    /// Starts it with files in `dir`, ready when this returns.
    pub(crate) fn start(dir: &TestDir) -> Self {
        let folder = dir.folder().to_owned();
        certify(&folder);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut command = Command::new("redis-server");
        command.current_dir(&folder).args(["--bind", "127.0.0.1", "--save", "", "--port", "0"]);
        command.args(["--tls-port", &port.to_string(), "--tls-auth-clients", "no"]);
        command.args(["--tls-cert-file", "redis.crt", "--tls-key-file", "redis.key"]);
        command.args(["--tls-ca-cert-file", "redis.crt", "--requirepass", PASSWORD]);
        let program = Program::start("redis-server", &mut command);
        program.wait_for_start("readiness", |line| {
            line.contains("Ready to accept connections").then_some(())
        });
        Self { _program: program, port, folder }
    }

    /// `rediss://`, and a name that only `/etc/hosts` need know.
    pub(crate) fn url(&self) -> String {
        format!("rediss://:{PASSWORD}@localhost:{}", self.port)
    }

    /// A file with the certificates of `bundle` and, last, this server's own.
    pub(crate) fn trusted_beside(&self, bundle: &Path) -> PathBuf {
        let text = [fs::read(bundle).unwrap(), fs::read(self.folder.join("redis.crt")).unwrap()];
        let file = self.folder.join("trusted.crt");
        fs::write(&file, text.concat()).unwrap();
        file
    }
}

/// A key and a certificate of its own for `localhost`.
fn certify(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).args(["req", "-x509", "-newkey", "rsa:2048", "-nodes"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.args(["-keyout", "redis.key", "-out", "redis.crt"]);
    let output = openssl.output().expect("openssl starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

const PASSWORD: &str = "opensesame";
