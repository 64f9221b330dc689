//! A real Redis for one test.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// A `redis-server` on a free loopback port that keeps nothing on disk. Dropping it kills it.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    password: Option<String>,
    folder: PathBuf,
    running: Option<Child>,
}

impl RedisServer {
    /// A Redis that anybody on this machine may use, ready when this returns.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// A Redis that wants `password` (letters and digits), ready when this returns.
    #[must_use]
    pub fn with_password(password: &str) -> Self {
        Self::start_with(Some(password))
    }

    /// `redis://127.0.0.1:port`, with the password if there is one.
    #[must_use]
    pub fn url(&self) -> String {
        let login = self.password.as_ref().map_or(String::new(), |word| format!(":{word}@"));
        format!("redis://{login}127.0.0.1:{}", self.port)
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

    fn start_with(password: Option<&str>) -> Self {
        // Between choosing a port and listening on it, somebody else may take it: then another.
        for _ in 0..10 {
            let port = free_port();
            let folder = env::temp_dir().join(format!("silta-redis-{}-{port}", process::id()));
            fs::create_dir_all(&folder).expect("a temporary folder");
            let mut server =
                Self { port, password: password.map(str::to_owned), folder, running: None };
            if server.launch() {
                return server;
            }
        }
        panic!("redis-server found no free port in ten attempts");
    }

    /// Whether it runs and answers; `false` when it gave up by itself.
    fn launch(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--logfile", LOG_FILE])
            .arg("--dir")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(password) = &self.password {
            command.args(["--requirepass", password]);
        }
        let child = command.spawn().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => panic!("no redis-server here: apt-get install redis-server"),
            _ => panic!("redis-server does not start: {error}"),
        });
        let child = self.running.insert(child);
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if child.try_wait().expect("the state of our child").is_some() {
                return false;
            }
            if answers(self.port) {
                return true;
            }
            assert!(Instant::now() < deadline, "redis-server stays silent:\n{}", self.log());
            thread::sleep(POLL);
        }
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

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
    listener.local_addr().expect("the port just bound").port()
}

/// Whether a Redis answers PING. One that asks for the password first is up as well.
fn answers(port: u16) -> bool {
    let ping = || -> std::io::Result<bool> {
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        line.set_read_timeout(Some(READY_WITHIN))?;
        line.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        line.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG\r\n" || &answer == b"-NOAUTH")
    };
    ping().unwrap_or(false)
}

const LOG_FILE: &str = "redis.log";
// It takes some ten milliseconds; a machine that compiles at the same time may need seconds.
const READY_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_until_stopped_and_again_after_a_restart() {
        let mut server = RedisServer::start();
        assert!(answers(server.port));
        server.stop();
        assert!(!answers(server.port));
        server.restart();
        assert!(answers(server.port));
    }

    #[test]
    fn leaves_nothing_behind() {
        let server = RedisServer::with_password("opensesame");
        let (port, folder) = (server.port, server.folder.clone());
        assert_eq!(server.url(), format!("redis://:opensesame@127.0.0.1:{port}"));
        drop(server);
        assert!(!answers(port));
        assert!(!folder.exists());
    }
}
