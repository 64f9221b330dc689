//! One attempt to connect to Redis, to find out why the verbs have no connection.

use redis::{AsyncConnectionConfig, Client, ConnectionAddr, cmd};
use silta_broker::ports::StoreError;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;

use super::{RedisSettings, cause};

pub(super) async fn connect_once(
    client: &Client,
    settings: &RedisSettings,
) -> Result<(), StoreError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(settings.connect_timeout))
        .set_response_timeout(Some(settings.response_timeout));
    let attempt = async {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        // Unlike PING, it tells a Redis that loads, or has lost its primary. The key never exists.
        cmd("GET").arg("silta:reach").query_async::<()>(&mut connection).await
    };
    match tokio::time::timeout(settings.total_timeout(), attempt).await {
        Ok(Err(error)) => Err(match cause::of(&error) {
            StoreError::NoConnection => {
                refusal(client, settings).await.unwrap_or(StoreError::NoConnection)
            }
            known => known,
        }),
        Ok(Ok(())) => Ok(()),
        Err(_elapsed) => Err(StoreError::NoAnswer),
    }
}

/// Why Redis refuses the connection itself. Of too many clients, and in protected mode, it says so
/// at once and closes; whoever sends a command meanwhile only learns that the connection broke. So
/// this sends none. Over TLS Redis says nothing to a client that it refuses.
async fn refusal(client: &Client, settings: &RedisSettings) -> Option<StoreError> {
    let ConnectionAddr::Tcp(host, port) = client.get_connection_info().addr() else { return None };
    let listen = async {
        let stream = TcpStream::connect((host.as_str(), *port)).await.ok()?;
        let mut line = vec![];
        BufReader::new(stream.take(LONGEST_REFUSAL)).read_until(b'\n', &mut line).await.ok()?;
        cause::of_line(&line)
    };
    // A Redis that takes the connection says nothing.
    tokio::time::timeout(settings.connect_timeout, listen).await.ok().flatten()
}

/// Protected mode explains itself on two screens, in one line; its first word is enough.
const LONGEST_REFUSAL: u64 = 256;
