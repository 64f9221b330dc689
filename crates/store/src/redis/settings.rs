//! The address of Redis and the time-outs.

use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::{Client, ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// The address of Redis and the time-outs.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// `redis://host:6379`, or over TLS `rediss://user:password@host:6379/0`.
    pub url: SecretString,
    /// How long to wait for a connection, TLS and login included.
    pub connect_timeout: Duration,
    /// How long to wait for the answer to one command.
    pub response_timeout: Duration,
}

impl RedisSettings {
    /// The Redis at `url`, with the ordinary time-outs of 1 s and 2 s.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self { url, connect_timeout: CONNECT_TIMEOUT, response_timeout: RESPONSE_TIMEOUT }
    }

    /// The most time that a verb may take.
    pub(super) fn total_timeout(&self) -> Duration {
        self.connect_timeout.saturating_add(self.response_timeout)
    }

    pub(super) fn client(&self) -> Result<Client, RedisSettingsError> {
        let url = self.url.expose_secret();
        if has_unencoded_login(url) {
            return Err(RedisSettingsError::UnencodedLogin);
        }
        // The parser's own error is dropped: it may repeat a part of the address.
        let info = url.into_connection_info().map_err(|_| RedisSettingsError::UnreadableUrl)?;
        match info.addr() {
            ConnectionAddr::Tcp(..) => {}
            ConnectionAddr::TcpTls { insecure: false, .. } => provide_tls(),
            ConnectionAddr::TcpTls { .. } => return Err(RedisSettingsError::UncheckedCertificate),
            _ => return Err(RedisSettingsError::NotOverNetwork),
        }
        // Only the third protocol tells of a lost connection before somebody needs it.
        let login = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        // Commands are small and each is waited for: nothing to gain from collecting them.
        let tcp = TcpSettings::default().set_nodelay(true);
        Client::open(info.set_redis_settings(login).set_tcp_settings(tcp))
            .map_err(|_| RedisSettingsError::UnreadableUrl)
    }
}

/// Whether an `@` comes only after the host would be over: then a `/`, `?` or `#` before it belongs
/// to a user name or password [RFC 3986 §3.2]. Sometimes it reads as an address all the same, of
/// another host.
fn has_unencoded_login(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_scheme, rest)| rest);
    rest.split_once(['/', '?', '#']).is_some_and(|(_authority, after)| after.contains('@'))
}

/// Installs the TLS provider: the client panics at its first connection if the process has none.
/// Where it has one, that one stays, and the error of the second installation is ignored.
fn provide_tls() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Why the address of Redis cannot be used. It never holds the address, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RedisSettingsError {
    /// Not a Redis address.
    #[error(
        "the Redis address cannot be read; write redis://host:6379, \
         or with TLS rediss://user:password@host:6379/0"
    )]
    UnreadableUrl,
    /// The user name or password has a character that ends the host of an address.
    #[error(
        "the user name or password in the Redis address has a / ? or # that is not \
         percent-encoded; write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25"
    )]
    UnencodedLogin,
    /// The address asks for TLS without looking at the certificate.
    #[error("the Redis address ends in #insecure; certificates are always checked, so remove it")]
    UncheckedCertificate,
    /// The address is a socket file, which replicas cannot share.
    #[error("the Redis address is a file; replicas need one they all reach, as redis://host:6379")]
    NotOverNetwork,
}

// Redis is a hop away in the same network and answers in about a millisecond. A caller of the token
// endpoint gives up after 5 s (an AWS load balancer), so both together must stay well below that
// for an outage to be told as our error rather than as their time-out.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// So long a verb waits for its answer.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn error(url: &str) -> RedisSettingsError {
        RedisSettings::new(url.into()).client().unwrap_err()
    }

    #[test]
    fn accepts_plain_and_tls_addresses() {
        for url in ["redis://cache", "redis://:pass@cache:6380/2", "rediss://silta:pass@cache"] {
            RedisSettings::new(url.into()).client().unwrap();
        }
    }

    #[test]
    fn refuses_what_is_no_redis_address() {
        for url in ["", "cache:6379", "http://cache", "redis://", "rediss://cache/#verify"] {
            assert_eq!(error(url), RedisSettingsError::UnreadableUrl, "{url}");
        }
    }

    #[test]
    fn tells_to_encode_what_would_end_the_host() {
        for url in [
            "redis://:hush#hush@cache",
            "rediss://silta:hush/hush@cache:6379/0",
            "redis://silta:1?hush@cache",
            // It reads as port 1 of a host named silta.
            "redis://silta:1#hush@cache",
        ] {
            assert_eq!(error(url), RedisSettingsError::UnencodedLogin, "{url}");
        }
        RedisSettings::new("rediss://silta:hush%23%2F%3F%40@cache".into()).client().unwrap();
    }

    #[test]
    fn refuses_to_leave_a_certificate_unchecked() {
        assert_eq!(error("rediss://cache/#insecure"), RedisSettingsError::UncheckedCertificate);
    }

    #[test]
    fn refuses_a_socket_file() {
        assert_eq!(error("unix:///run/redis.sock"), RedisSettingsError::NotOverNetwork);
    }

    #[test]
    fn never_shows_the_password() {
        let settings = RedisSettings::new("redis://silta:hush-hush@cache".into());
        assert!(!format!("{settings:?}").contains("hush"));
        let unreadable = error("redis://silta:hush-hush@");
        assert!(!format!("{unreadable:?} {unreadable}").contains("hush"));
    }
}
