//! One attempt to reach Redis, told in words an operator can act on.

use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, cmd};
use thiserror::Error;

use super::RedisSettings;

/// What stands between us and Redis. Only kinds: the address may hold a password, and the text of
/// an answer is the peer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreachable {
    /// Nobody listens there: Redis is down, or host or port are wrong.
    #[error("nothing listens at the Redis address; is Redis running, are host and port right?")]
    NobodyListens,
    /// No answer in time: a firewall, a wrong host, TLS towards a port without, an overloaded Redis.
    #[error(
        "Redis did not answer in time; does a firewall or security group stand in between, \
         or does the address say rediss:// where Redis speaks no TLS?"
    )]
    NoAnswer,
    /// Redis wants other credentials, or some at all.
    #[error(
        "Redis refused our user name or password, or wants one and got none; does the URL that \
         store.redis refers to have the right ones, as redis://user:password@ or redis://:password@?"
    )]
    WrongCredentials,
    /// The name does not resolve, TLS failed, or the connection broke.
    #[error(
        "no connection to Redis; does its name resolve, do both sides use TLS or neither, \
         and does this machine trust the issuer of its certificate?"
    )]
    NoConnection,
    /// Something answered, but cannot do our verbs.
    #[error(
        "what answered cannot serve us; is it Redis 6.2 or later, done loading, the primary, \
         and may our user run EVAL, GET, GETDEL and SET on keys silta:*?"
    )]
    NotReady,
}

pub(super) async fn once(client: &Client, settings: &RedisSettings) -> Result<(), Unreachable> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(settings.connect_timeout))
        .set_response_timeout(Some(settings.response_timeout));
    let attempt = async {
        let mut line = client.get_multiplexed_async_connection_with_config(&config).await?;
        cmd("EVAL").arg(ATTEMPT).arg(1).arg("silta:reach").query_async::<()>(&mut line).await
    };
    match tokio::time::timeout(settings.patience(), attempt).await {
        Ok(answer) => told(answer),
        Err(_elapsed) => Err(Unreachable::NoAnswer),
    }
}

fn told(answer: RedisResult<()>) -> Result<(), Unreachable> {
    answer.map_err(|error: RedisError| match error.kind() {
        ErrorKind::Io if error.is_connection_refusal() => Unreachable::NobodyListens,
        ErrorKind::Io if error.is_timeout() => Unreachable::NoAnswer,
        ErrorKind::Io => Unreachable::NoConnection,
        ErrorKind::AuthenticationFailed => Unreachable::WrongCredentials,
        _ if matches!(error.code(), Some("WRONGPASS" | "NOAUTH")) => Unreachable::WrongCredentials,
        _ => Unreachable::NotReady,
    })
}

// A PING would say less: this needs scripts, version 6.2, a primary, and rights to our keys. The
// key never exists.
const ATTEMPT: &str = "redis.call('GETDEL', KEYS[1]) return 1";
