//! The control socket: what operators of this machine ask a replica that runs. It speaks no HTTP, so no browser can speak
//! to it, whatever somebody puts in front of it: a connection is one line with one command, and one line of JSON back.
//! Nothing is changed here, and nothing of what is sent is read beyond that word.

use std::fs::{Permissions, set_permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use silta_broker::ports::Audit as _;
use silta_broker::{ControlCommand, ControlRefusal, Event};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::coverage_report::CoverageReport;
use crate::summary::Summary;
use crate::telemetry::InstrumentedAudit;

/// The socket, which is there for as long as this is.
pub(crate) struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// What a replica tells of the configuration that it runs.
#[derive(Serialize, Deserialize)]
pub(crate) struct ToldConfiguration {
    /// The configuration.
    pub(crate) summary: Summary,
    /// The hashes of others that replicas ran lately; nothing where the store does not say.
    pub(crate) others: Option<Vec<String>>,
}

impl ControlSocket {
    /// Makes the socket, for this user alone. One that a process left behind makes way.
    ///
    /// # Errors
    /// When a process listens there, or the operating system refuses it.
    pub(crate) fn bind(path: &Path) -> io::Result<Self> {
        remove_what_nobody_serves(path)?;
        let socket = Self { listener: UnixListener::bind(path)?, path: path.to_owned() };
        // Whoever connects in the moment before is refused by who they are.
        set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(socket)
    }

    /// Answers one after the other, for as long as the process runs. Whoever comes meanwhile waits.
    pub(crate) async fn serve(self, current: Arc<CurrentState>, services: Arc<Services>) {
        let audit = InstrumentedAudit(services.metrics.clone());
        loop {
            if let Ok((stream, _)) = self.listener.accept().await {
                audit.record(match timeout(PATIENCE, answered(stream, &current)).await {
                    Ok(Ok(command)) => Event::ControlAnswered { command },
                    Ok(Err(reason)) => Event::ControlRefused { reason },
                    Err(_) => Event::ControlRefused { reason: ControlRefusal::TooSlow },
                });
            }
            tokio::time::sleep(BETWEEN_TWO).await;
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // What is left behind makes way for the next process.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn remove_what_nobody_serves(path: &Path) -> io::Result<()> {
    let is_socket =
        std::fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket());
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if is_socket && error.kind() == ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)
        }
        // That there is none, or something else, is found when it is made.
        Ok(_) | Err(_) => Ok(()),
    }
}

async fn answered(
    mut stream: UnixStream,
    current: &CurrentState,
) -> Result<ControlCommand, ControlRefusal> {
    // The mode of the socket says the same from its second moment on, unless somebody changes it.
    let peer = stream.peer_cred().map_err(|_| ControlRefusal::Gone)?.uid();
    if !is_trusted(peer, geteuid().as_raw()) {
        return Err(ControlRefusal::AnotherUser);
    }
    let command = command(&mut stream).await?;
    let answer = match command {
        ControlCommand::Configuration => configuration(current).await,
        ControlCommand::Coverage => coverage(current),
    };
    let sent = async {
        stream.write_all(&answer.ok_or(ErrorKind::Other)?).await?;
        stream.shutdown().await
    };
    sent.await.map_err(|_: io::Error| ControlRefusal::Gone)?;
    Ok(command)
}

/// Whether this user may ask a process of `own`.
pub(crate) fn is_trusted(peer: u32, own: u32) -> bool {
    peer == own || peer == ROOT
}

/// The command of the first line, of which no more is read than the longest command has.
async fn command(stream: &mut UnixStream) -> Result<ControlCommand, ControlRefusal> {
    let mut line = vec![];
    while !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
        match stream.read_u8().await {
            Ok(octet) => line.push(octet),
            Err(_) => return Err(ControlRefusal::NoCommand),
        }
    }
    let meant = |command: &ControlCommand| line == format!("{}\n", command.word()).as_bytes();
    ControlCommand::ALL.into_iter().find(meant).ok_or(ControlRefusal::NoCommand)
}

async fn configuration(current: &CurrentState) -> Option<Vec<u8>> {
    let state = current.get();
    let others = in_time(state.broker.other_configurations()).await;
    let others = others.map(|all| all.iter().map(ToString::to_string).collect());
    let running = ToldConfiguration { summary: state.summary.clone()?, others };
    serde_json::to_vec(&running).ok()
}

/// What the store says; nothing where that is slow or fails, so that it makes no answer slow.
async fn in_time<T, E>(asked: impl Future<Output = Result<T, E>>) -> Option<T> {
    timeout(STORE_PATIENCE, asked).await.ok()?.ok()
}

fn coverage(current: &CurrentState) -> Option<Vec<u8>> {
    serde_json::to_vec(&CoverageReport::of(&current.get().broker)?).ok()
}

/// The user that may do everything anyway.
const ROOT: u32 = 0;
/// The longest command has 14 octets with its end.
const LONGEST_LINE: usize = 32;
/// A command on this machine sends its line at once; the store answers, or not, within a second.
const PATIENCE: Duration = Duration::from_secs(3);
/// Less than that, so that the rest is answered without it.
const STORE_PATIENCE: Duration = Duration::from_secs(1);
/// A flood is four commands, and four lines in the log, a second.
const BETWEEN_TWO: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::rt::System;
    use silta_testkit::test_dir::TestDir;

    use super::*;

    #[test]
    fn only_the_user_of_the_process_and_root_are_answered() {
        assert!(is_trusted(1000, 1000) && is_trusted(0, 1000) && is_trusted(0, 0));
        assert!(!is_trusted(1001, 1000) && !is_trusted(1000, 0) && !is_trusted(65534, 0));
    }

    #[test]
    fn the_socket_is_for_one_user_and_goes_with_its_process() {
        System::new().block_on(async {
            let dir = TestDir::new();
            let path = dir.folder().join("control.sock");
            let socket = ControlSocket::bind(&path).unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let taken = ControlSocket::bind(&path).err().unwrap();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse, "a process listens there");
            drop(socket);
            assert!(!path.exists());

            // What a process left that was killed.
            drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
            assert!(path.exists());
            drop(ControlSocket::bind(&path).unwrap());

            dir.write("control.sock", "no socket");
            let taken = ControlSocket::bind(&path).err().unwrap();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse, "a file of somebody else stays");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "no socket");
        });
    }

    #[test]
    fn a_slow_store_leaves_time_for_the_rest_of_the_answer() {
        System::new().block_on(async {
            assert_eq!(in_time(async { Ok::<_, ()>(1) }).await, Some(1));
            assert_eq!(in_time(async { Err::<(), _>(()) }).await, None);
            let never = in_time(std::future::pending::<Result<(), ()>>());
            assert_eq!(timeout(PATIENCE, never).await, Ok(None), "it ends first");
        });
    }

    async fn read(sent: &[u8]) -> Result<ControlCommand, ControlRefusal> {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(sent).await.unwrap();
        theirs.shutdown().await.unwrap();
        command(&mut ours).await
    }

    #[test]
    fn a_line_with_a_command_alone_is_one() {
        System::new().block_on(async {
            assert_eq!(read(b"configuration\n").await, Ok(ControlCommand::Configuration));
            let long = vec![b'a'; 100_000];
            for other in [
                &b""[..],
                b"configuration",
                b"configuration\r\n",
                b"CONFIGURATION\n",
                b"\nconfiguration\n",
                b"POST /configuration HTTP/1.1\r\nHost: control\r\n\r\nconfiguration\n",
                b"GET / HTTP/1.1\r\nOrigin: https://evil.example\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01",
                &long,
            ] {
                assert_eq!(read(other).await, Err(ControlRefusal::NoCommand));
            }
        });
    }
}
