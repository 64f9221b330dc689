//! Asks a replica of this machine over its control socket.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::geteuid;
use serde::de::DeserializeOwned;
use silta_broker::ControlCommand;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::control::is_trusted;

/// What it answers.
///
/// # Errors
/// What is wrong, and what to do.
pub(crate) async fn ask<T: DeserializeOwned>(
    path: &Path,
    command: ControlCommand,
) -> Result<T, String> {
    let answer = answer(path, command).await?;
    serde_json::from_slice(&answer).map_err(|_| {
        let why = "what it answers cannot be read: ask with the silta of the release that serves";
        format!("{}: {why}", path.display())
    })
}

/// What is said where neither the file nor the command names a socket.
pub(crate) const NO_SOCKET: &str = "the file has no control.socket: say --at SOCKET";

async fn answer(path: &Path, command: ControlCommand) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let asked = timeout(PATIENCE, asked(path, command)).await;
    asked.map_err(|_| format!("{shown}: it does not answer in time"))?.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                "nobody listens there: is a silta serving on this machine, with this control.socket in its configuration?"
            }
            ErrorKind::PermissionDenied => "ask as the user that silta serves as, or as root",
            ErrorKind::UnexpectedEof => {
                "it answers nothing: is it a silta of this release, and are you its user or root?"
            }
            _ => "it cannot be asked",
        };
        format!("{shown}: {why}")
    })
}

async fn asked(path: &Path, command: ControlCommand) -> std::io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(path).await?;
    let (peer, own) = (stream.peer_cred()?.uid(), geteuid().as_raw());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder_of = std::fs::metadata(folder.unwrap_or(Path::new(".")))?.uid();
    if !is_believed(peer, own, folder_of) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    stream.write_all(format!("{}\n", command.word()).as_bytes()).await?;
    let mut answer = vec![];
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    if answer.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
}

/// Whether a process of this user may tell `own`. Another who can write in the folder could tell whatever they like, so root
/// believes the owner of the folder alone, whoever serves there.
fn is_believed(peer: u32, own: u32, folder_of: u32) -> bool {
    is_trusted(peer, own) || (is_trusted(own, 0) && peer == folder_of)
}

/// Longer than a replica takes for three who are silent, or for a hundred others, before this one.
const PATIENCE: Duration = Duration::from_secs(30);
/// Twice as long as the largest file, whose values are longer than their fingerprints.
const LONGEST_ANSWER: u64 = 2 * silta_config::MAX_OCTETS as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_believes_itself_and_root_and_root_the_owner_of_the_folder() {
        assert!(
            is_believed(1000, 1000, 0) && is_believed(0, 1000, 0) && is_believed(1000, 0, 1000)
        );
        assert!(!is_believed(1001, 1000, 1001) && !is_believed(1000, 0, 0));
    }
}
