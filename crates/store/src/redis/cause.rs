//! Maps an error of the Redis client to one cause of a closed set. The text of the peer goes no
//! further than this file.

use std::error::Error as _;
use std::io;
use std::sync::Arc;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use silta_broker::ports::StoreError;

pub(super) fn of(error: &RedisError) -> StoreError {
    match error.kind() {
        ErrorKind::Io if error.is_connection_refusal() => StoreError::NobodyListens,
        ErrorKind::Io if error.is_timeout() => StoreError::NoAnswer,
        ErrorKind::Io if is_certificate(error) => StoreError::CertificateRefused,
        ErrorKind::Io => StoreError::NoConnection,
        ErrorKind::AuthenticationFailed => StoreError::CredentialsRefused,
        // It does not know HELLO: older than 6.0.
        ErrorKind::RESP3NotSupported => StoreError::UnsupportedVersion,
        ErrorKind::Server(ServerErrorKind::ResponseError) => {
            let refused = error.to_string();
            if refused.contains(SELECT_REFUSED) {
                return of_select(error.detail().unwrap_or_default());
            }
            of_detail(error.detail().unwrap_or_default())
        }
        _ => error.code().map_or(StoreError::Unexpected, of_code),
    }
}

/// The cause in a line of the protocol, `-CODE text`, if it is one that we know.
pub(super) fn of_line(line: &[u8]) -> Option<StoreError> {
    let (code, detail) =
        str::from_utf8(line).ok()?.strip_prefix('-')?.trim_end().split_once(' ')?;
    let cause = if code == "ERR" { of_detail(detail) } else { of_code(code) };
    (cause != StoreError::Unexpected).then_some(cause)
}

/// Causes by the code with which Redis begins its errors.
fn of_code(code: &str) -> StoreError {
    match code {
        "WRONGPASS" | "NOAUTH" => StoreError::CredentialsRefused,
        "DENIED" => StoreError::ProtectedMode,
        "READONLY" => StoreError::ReadOnly,
        "NOPERM" => StoreError::NotPermitted,
        "OOM" => StoreError::OutOfMemory,
        "MOVED" | "ASK" | "CLUSTERDOWN" | "TRYAGAIN" | "CROSSSLOT" => StoreError::ClusterNode,
        "LOADING" => StoreError::Loading,
        "MASTERDOWN" => StoreError::PrimaryDown,
        "NOREPLICAS" => StoreError::NoReplicas,
        "MISCONF" => StoreError::CannotPersist,
        "BUSY" => StoreError::Busy,
        _ => StoreError::Unexpected,
    }
}

/// Causes by the text after `ERR`, which Redis uses for every error without a code of its own.
fn of_detail(detail: &str) -> StoreError {
    if let Some(rest) = detail.strip_prefix("unknown command") {
        // GET and SET are as old as Redis: what does not know them is another program.
        let name = rest.trim_start().trim_start_matches(['\'', '`']);
        let name = name.split(['\'', '`', ',']).next().unwrap_or_default();
        let keeps_records = !matches!(name, "GET" | "SET" | "SELECT");
        return if keeps_records { StoreError::UnsupportedVersion } else { StoreError::Sentinel };
    }
    if detail.starts_with("max number of clients") {
        return StoreError::TooManyClients;
    }
    // Redis 7 says so of a command inside of a script.
    if detail.starts_with("The user executing the script can't") {
        return StoreError::NotPermitted;
    }
    // Redis 6 wraps the error of a command inside of a script: "... -READONLY You can't write ..".
    let inner = detail.split_ascii_whitespace().filter_map(|word| word.strip_prefix('-'));
    let known = inner.map(of_code).find(|cause| *cause != StoreError::Unexpected);
    known.unwrap_or(StoreError::Unexpected)
}

/// The cause why Redis refused `SELECT`, which has no code of its own.
fn of_select(detail: &str) -> StoreError {
    match of_detail(detail) {
        StoreError::Unexpected if detail.contains("cluster mode") => StoreError::ClusterNode,
        StoreError::Unexpected if detail.contains("no permissions") => StoreError::NotPermitted,
        StoreError::Unexpected => StoreError::WrongDatabase,
        known => known,
    }
}

fn is_certificate(error: &RedisError) -> bool {
    let cause = error.source().and_then(|source| source.downcast_ref::<Shared>());
    let broken = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    let tls = broken.and_then(io::Error::get_ref);
    let tls = tls.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
}

/// How the client keeps the cause of an error.
type Shared = Arc<dyn std::error::Error + Send + Sync>;

// The client's own sentence, not the peer's.
const SELECT_REFUSED: &str = "Redis server refused to switch database";

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, detail: &str) -> StoreError {
        of(&redis::make_extension_error(code.to_owned(), Some(detail.to_owned())))
    }

    #[test]
    fn each_word_of_redis_is_a_cause() {
        for (code, cause) in [
            ("WRONGPASS", StoreError::CredentialsRefused),
            ("NOAUTH", StoreError::CredentialsRefused),
            ("DENIED", StoreError::ProtectedMode),
            ("READONLY", StoreError::ReadOnly),
            ("NOPERM", StoreError::NotPermitted),
            ("OOM", StoreError::OutOfMemory),
            ("MOVED", StoreError::ClusterNode),
            ("ASK", StoreError::ClusterNode),
            ("CLUSTERDOWN", StoreError::ClusterNode),
            ("LOADING", StoreError::Loading),
            ("MASTERDOWN", StoreError::PrimaryDown),
            ("NOREPLICAS", StoreError::NoReplicas),
            ("MISCONF", StoreError::CannotPersist),
            ("BUSY", StoreError::Busy),
            ("SOMETHING", StoreError::Unexpected),
        ] {
            assert_eq!(told(code, "and what it means"), cause, "{code}");
        }
    }

    #[test]
    fn a_line_that_redis_says_by_itself_is_a_cause() {
        for (line, cause) in [
            ("-ERR max number of clients reached\r\n", Some(StoreError::TooManyClients)),
            ("-DENIED Redis is running in protected mode because", Some(StoreError::ProtectedMode)),
            ("-ERR something else\r\n", None),
            ("220 mail.example ready\r\n", None),
            ("", None),
        ] {
            assert_eq!(of_line(line.as_bytes()), cause, "{line}");
        }
    }

    #[test]
    fn a_database_that_is_refused_says_why() {
        for (detail, cause) in [
            ("DB index is out of range", StoreError::WrongDatabase),
            ("SELECT is not allowed in cluster mode", StoreError::ClusterNode),
            ("this user has no permissions to run the 'select' command", StoreError::NotPermitted),
            ("unknown command 'SELECT', with args beginning with: '1'", StoreError::Sentinel),
        ] {
            assert_eq!(of_select(detail), cause, "{detail}");
        }
    }

    #[test]
    fn an_error_without_a_word_is_told_by_what_it_says() {
        for (detail, cause) in [
            ("unknown command 'SET', with args beginning with: 'silta:x'", StoreError::Sentinel),
            ("unknown command `GET`, with args beginning with: `silta:x`", StoreError::Sentinel),
            ("unknown command 'GETDEL', with args beginning", StoreError::UnsupportedVersion),
            ("unknown command `EVAL`, with args beginning", StoreError::UnsupportedVersion),
            ("max number of clients reached", StoreError::TooManyClients),
            ("The user executing the script can't run this command", StoreError::NotPermitted),
            (
                "Error running script (call to f_1): @user_script:1: @user_script: 1: -READONLY You",
                StoreError::ReadOnly,
            ),
            (
                "Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command",
                StoreError::OutOfMemory,
            ),
            ("syntax error", StoreError::Unexpected),
            ("", StoreError::Unexpected),
        ] {
            assert_eq!(of_detail(detail), cause, "{detail}");
        }
    }
}
