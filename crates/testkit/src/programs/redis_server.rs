//! A real Redis for one test.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

use crate::authority::Authority;
use crate::deadline::DEADLINE;
use crate::keys::KeyPair;
use crate::program::Program;
use crate::programs::listening::{free_port, listens};
use crate::redis_connection::RedisConnection;

/// A `redis-server` on a free loopback port that keeps nothing on disk. Dropping it kills it.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    password: Option<String>,
    tls: bool,
    role: Role,
    folder: PathBuf,
    running: Option<Child>,
}

/// What it is started as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Alone,
    ClusterNode,
    Sentinel,
    /// It does not know this command any more.
    Renaming(&'static str),
}

impl RedisServer {
    /// A Redis that anybody on this machine may use, ready when this returns.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(Role::Alone, None, None)
    }

    /// A node of a cluster that has no other node and no slot yet.
    #[must_use]
    pub fn cluster_node() -> Self {
        Self::start_with(Role::ClusterNode, None, None)
    }

    /// A Sentinel, which answers like a Redis and keeps no records.
    #[must_use]
    pub fn sentinel() -> Self {
        Self::start_with(Role::Sentinel, None, None)
    }

    /// A Redis whose operator has switched `command` off, ready when this returns.
    #[must_use]
    pub fn renaming(command: &'static str) -> Self {
        Self::start_with(Role::Renaming(command), None, None)
    }

    /// A Redis that wants `password` (letters and digits), ready when this returns.
    #[must_use]
    pub fn with_password(password: &str) -> Self {
        Self::start_with(Role::Alone, Some(password), None)
    }

    /// A Redis as ElastiCache with encryption in transit: it speaks TLS only, shows a certificate of
    /// `authority` for 127.0.0.1 and localhost, and wants `password` (letters and digits).
    #[must_use]
    pub fn with_tls(authority: &Authority, password: &str) -> Self {
        let certified = authority.server(&["127.0.0.1", "localhost"]);
        Self::start_with(Role::Alone, Some(password), Some(&certified))
    }

    /// `redis://127.0.0.1:port`, or `rediss://` with TLS; with the password if there is one.
    #[must_use]
    pub fn url(&self) -> String {
        let login = self.password.as_ref().map_or(String::new(), |word| format!(":{word}@"));
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://{login}127.0.0.1:{}", self.port)
    }

    /// Lets a user in who may do what `rules` say (`+get ~silta:*`), and says by which URL.
    #[must_use]
    pub fn url_of_user(&self, name: &str, rules: &[&str]) -> String {
        let user = ["ACL", "SETUSER", name, "reset", "on", ">opensesame"];
        let _ = self.ask(&[&user, rules].concat());
        format!("redis://{name}:opensesame@127.0.0.1:{}", self.port)
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it as a crash would: connections break, and every record is lost.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Kills it if it runs, and starts it empty on the same port, ready when this returns.
    pub fn restart(&mut self) {
        self.stop();
        assert!(self.launch(), "redis-server does not start again:\n{}", self.log());
    }

    /// Lets it fall silent: its connections stay, and nobody is answered until [`RedisServer::wake`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn fall_silent(&self) {
        self.signal("STOP");
    }

    /// Ends its silence.
    ///
    /// # Panics
    /// When it does not run.
    pub fn wake(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.running.as_ref().expect("it runs").id();
        let kill = format!("kill -{signal} {id}");
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success(), "redis-server is not there to be signalled");
    }

    /// A `redis-cli` that says every command which anybody gives from now on, with its arguments.
    ///
    /// # Panics
    /// When it is not let in.
    #[must_use]
    pub fn monitor(&self) -> Program {
        let monitor = Program::start("redis-cli", self.cli().arg("MONITOR"));
        monitor.wait_for_start("OK", |line| (line == "OK").then_some(()));
        monitor
    }

    /// Every command that `monitor` was told of before now.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn commands(&self, monitor: &Program) -> Vec<Vec<u8>> {
        // One that no other command holds, so that all before it have been told when it has.
        let end = format!("until here: {}", monitor.said().len());
        assert_eq!(self.ask(&["ECHO", &end]), format!("{end}\n").into_bytes());
        monitor.wait_for("end", |line| line.contains(&end).then_some(()));
        monitor.said().into_iter().map(String::into_bytes).collect()
    }

    /// Every key and its value.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn records(&self) -> Vec<u8> {
        self.ask(&["EVAL", ALL_RECORDS, "0"])
    }

    /// What it answers to a command, as it is, each part of a list on a line of its own.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn ask(&self, command: &[&str]) -> Vec<u8> {
        let output = self.cli().args(command).output().expect("redis-cli starts");
        assert!(output.status.success(), "redis-server does not answer");
        output.stdout
    }

    /// A connection that stays open, to one without password and TLS.
    ///
    /// # Panics
    /// When nobody listens.
    #[must_use]
    pub fn connect(&self) -> RedisConnection {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("Redis listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time-out");
        RedisConnection::on(stream)
    }

    fn cli(&self) -> Command {
        let mut command = Command::new("redis-cli");
        command.args(["-e", "-p", &self.port.to_string()]);
        if self.tls {
            // Its certificate is for others to judge.
            command.args(["--tls", "--insecure"]);
        }
        if let Some(password) = &self.password {
            command.env("REDISCLI_AUTH", password);
        }
        command
    }

    fn start_with(role: Role, password: Option<&str>, certified: Option<&KeyPair>) -> Self {
        // Between choosing a port and listening on it, somebody else may take it: then another.
        for _ in 0..10 {
            let port = free_port();
            let folder = env::temp_dir().join(format!("silta-redis-{}-{port}", process::id()));
            fs::create_dir_all(&folder).expect("a temporary folder");
            if let Some(pair) = certified {
                fs::write(folder.join(KEY_FILE), pair.key_pem()).expect("a file");
                fs::write(folder.join(CERTIFICATE_FILE), pair.certificate_pem()).expect("a file");
            }
            let (password, tls) = (password.map(str::to_owned), certified.is_some());
            let mut server = Self { port, password, tls, role, folder, running: None };
            if server.launch() {
                return server;
            }
        }
        panic!("redis-server found no free port in ten attempts");
    }

    /// Whether it runs and answers; `false` when it gave up by itself.
    fn launch(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        if self.role == Role::Sentinel {
            // It insists on a file of its own, which it rewrites.
            let file = self.folder.join("sentinel.conf");
            fs::write(&file, "sentinel monitor nobody 127.0.0.1 1 1\n").expect("a file");
            command.arg(file).arg("--sentinel");
        }
        command
            .args(["--bind", "127.0.0.1", "--logfile", LOG_FILE, "--dir"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.role != Role::Sentinel {
            command.args(["--save", "", "--appendonly", "no"]);
        }
        if self.role == Role::ClusterNode {
            command.args(["--cluster-enabled", "yes", "--cluster-port", &free_port().to_string()]);
        }
        if let Role::Renaming(command_off) = self.role {
            command.args(["--rename-command", command_off, ""]);
        }
        let port = self.port.to_string();
        if self.tls {
            command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
            command.args(["--tls-key-file", KEY_FILE, "--tls-cert-file", CERTIFICATE_FILE]);
        } else {
            command.args(["--port", &port]);
        }
        if let Some(password) = &self.password {
            command.args(["--requirepass", password]);
        }
        let child = command.spawn().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => panic!("no redis-server here: apt-get install redis-server"),
            _ => panic!("redis-server does not start: {error}"),
        });
        self.running = Some(child);
        let deadline = Instant::now() + DEADLINE;
        loop {
            let child = self.running.as_mut().expect("just started");
            if child.try_wait().expect("the state of our child").is_some() {
                return false;
            }
            let id = child.id();
            if self.answers() && listens(id, self.port) {
                return true;
            }
            assert!(Instant::now() < deadline, "redis-server stays silent:\n{}", self.log());
            thread::sleep(POLL);
        }
    }

    /// Whether it answers, whatever its certificate says: this only asks whether it is up.
    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let line = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            line.set_read_timeout(Some(DEADLINE))?;
            if !self.tls {
                return pong(line);
            }
            let mut connector = SslConnector::builder(SslMethod::tls_client())?;
            connector.set_verify(SslVerifyMode::NONE);
            pong(connector.build().connect("localhost", line).map_err(std::io::Error::other)?)
        };
        ask().unwrap_or(false)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join(LOG_FILE)).unwrap_or_default()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
        // A folder left behind harms nobody, and a panic in here would hide the test's own.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether a Redis answers PING on this line. One that asks for the password first is up as well.
fn pong(mut line: impl Read + Write) -> std::io::Result<bool> {
    line.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    line.read_exact(&mut answer)?;
    Ok(&answer == b"+PONG\r\n" || &answer == b"-NOAUTH")
}

const LOG_FILE: &str = "redis.log";
const KEY_FILE: &str = "redis.key";
const CERTIFICATE_FILE: &str = "redis.crt";
const POLL: Duration = Duration::from_millis(5);
const ALL_RECORDS: &str = "\
local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  all[#all + 1] = key
  all[#all + 1] = redis.call('GET', key)
end
return all";

#[cfg(test)]
mod tests {
    use openssl::ssl::HandshakeError;
    use openssl::x509::X509;

    use super::*;

    // OpenSSL's own numbers [openssl-verification-options(1)].
    const FINE: i32 = 0;
    const NO_ISSUER: i32 = 20;
    const HOSTNAME_MISMATCH: i32 = 62;

    #[test]
    fn answers_until_stopped_and_again_after_a_restart() {
        let authority = Authority::new("test");
        for mut server in [RedisServer::start(), RedisServer::with_tls(&authority, "opensesame")] {
            assert!(server.answers());
            server.stop();
            assert!(!server.answers());
            server.restart();
            assert!(server.answers());
        }
    }

    #[test]
    fn shows_a_certificate_of_the_authority_and_speaks_nothing_but_tls() {
        let authority = Authority::new("test");
        let server = RedisServer::with_tls(&authority, "opensesame");
        assert_eq!(server.url(), format!("rediss://:opensesame@127.0.0.1:{}", server.port));
        let line = || TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).unwrap();
        assert!(!pong(line()).unwrap_or(false), "it answers without TLS");
        for (trusted, name, verdict) in [
            (&authority, "127.0.0.1", FINE),
            (&authority, "localhost", FINE),
            (&authority, "other.example", HOSTNAME_MISMATCH),
            (&Authority::new("another"), "localhost", NO_ISSUER),
        ] {
            let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
            let trusted = X509::from_pem(&trusted.certificate_pem()).unwrap();
            connector.cert_store_mut().add_cert(trusted).unwrap();
            let told = match connector.build().connect(name, line()) {
                Ok(stream) => stream.ssl().verify_result(),
                Err(HandshakeError::Failure(stream)) => stream.ssl().verify_result(),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(told.as_raw(), verdict, "{name}: {told}");
        }
    }

    #[test]
    fn leaves_nothing_behind() {
        let server = RedisServer::with_password("opensesame");
        let (port, folder) = (server.port, server.folder.clone());
        assert_eq!(server.url(), format!("redis://:opensesame@127.0.0.1:{port}"));
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert!(!folder.exists());
    }
}
