//! `control`: where operators ask this replica.

use std::path::PathBuf;

use silta_config::Value;
use silta_config::description::root;

use super::source::Sources;

/// The path of the socket.
pub(super) fn read(value: Value<'_>, sources: &Sources<'_>) -> Option<PathBuf> {
    let socket = value.section(&root::CONTROL)?;
    let socket = socket.value(&root::SOCKET)?;
    let text = socket.text()?;
    if text.is_empty() || text.starts_with('~') || text.contains(':') || text.contains('\0') {
        let instead =
            "write one such as /run/silta/control.sock; nobody is answered over the network";
        return socket.refuse("it is not the path of a socket", instead);
    }
    let path = sources.files.tried(text);
    if path.len() > LONGEST {
        let what = format!(
            "the path of a socket has {LONGEST} octets at most, and this one {}",
            path.len()
        );
        return socket.refuse(what, "write a shorter one, such as /run/silta/control.sock");
    }
    Some(PathBuf::from(path))
}

/// Linux has room for 108, and ends it with a zero [unix(7)].
const LONGEST: usize = 107;
