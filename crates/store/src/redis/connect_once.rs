//! One attempt to connect to Redis, to find out why the verbs have no connection.

use redis::{AsyncConnectionConfig, Client, cmd};
use silta_broker::ports::StoreError;

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
        Ok(answer) => answer.map_err(|error| cause::of(&error)),
        Err(_elapsed) => Err(StoreError::NoAnswer),
    }
}
