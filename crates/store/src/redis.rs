//! Records in one Redis (6.2 or later, or Valkey) that every replica reaches.
//!
//! Each verb is one command on one key, so Redis itself makes it atomic. No command is retried: a
//! `take` whose reply got lost would find nothing the second time, and "absent" would be wrong.

mod cause;
mod connect_once;
mod memory;
mod settings;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, ErrorKind, FromRedisValue, InfoDict, RedisError, ServerErrorKind, cmd};
use silta_broker::ports::{Key, Sealed, Store, StoreError, StoreUsage};

pub use self::memory::{EvictionPolicy, RedisMemory};
pub use self::settings::{RESPONSE_TIMEOUT, RedisSettings, RedisSettingsError};
use crate::check::{StoreCheckError, check_verbs};
use crate::life;

/// A store whose records live in Redis, which all replicas share.
///
/// One connection carries the commands of all callers of a thread. It is opened by the first of
/// them, so the process starts while Redis is down, and it is reopened in the background for as long
/// as that takes. The verbs must be called inside a tokio runtime of one thread: there an answer
/// wakes its caller at once. From another thread it would wait behind all that is ready there, and
/// hold up new connections.
pub struct RedisStore {
    client: Client,
    settings: RedisSettings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// As many as threads have called.
    connections: HashMap<ThreadId, Connection>,
    usage: Option<StoreUsage>,
}

/// The connection of one thread. `number` grows with every new one, so that of many callers that
/// find the same connection unusable, only the first replaces it.
#[derive(Default)]
struct Connection {
    number: u64,
    open: Option<ConnectionManager>,
    /// The cause that the last diagnosis found, if no command was answered here since.
    diagnosis: Option<StoreError>,
}

impl RedisStore {
    /// Prepares the store and connects to nothing yet.
    ///
    /// # Errors
    /// [`RedisSettingsError`] when the settings cannot name a Redis.
    pub fn open(settings: RedisSettings) -> Result<Self, RedisSettingsError> {
        Ok(Self { client: settings.client()?, settings, state: Mutex::default() })
    }

    /// Its host and port, as the address has them; nothing else of the address.
    #[must_use]
    pub fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }

    /// Calls every verb once, on the record `key`, as [`check_verbs`] does, and diagnoses a failure.
    ///
    /// # Errors
    /// [`StoreCheckError`], after twice the connect and response time-outs at most.
    pub async fn check(&self, key: &Key) -> Result<(), StoreCheckError> {
        match check_verbs(self, key).await {
            Ok(()) => Ok(()),
            Err(failed) => Err(self.diagnose(failed).await),
        }
    }

    /// Where `failed` only says that there is no connection, finds the cause with a connection of
    /// its own. Until this thread gets an answer again, its verbs without a cause of their own
    /// return it: other threads may well be served.
    pub async fn diagnose(&self, failed: StoreCheckError) -> StoreCheckError {
        let StoreCheckError { verb, mut error } = failed;
        if matches!(error, StoreError::NoAnswer | StoreError::NoConnection)
            && let Err(found) = connect_once::connect_once(&self.client, &self.settings).await
        {
            error = found;
        }
        self.set_diagnosis(Some(error));
        StoreCheckError { verb, error }
    }

    /// Reads the memory usage and policy of Redis, and remembers the usage.
    ///
    /// # Errors
    /// [`StoreError`]: `NotPermitted` or `UnsupportedVersion` where `INFO` is not for us, which is no
    /// reason not to serve.
    pub async fn read_memory(&self) -> Result<RedisMemory, StoreError> {
        let info: Result<InfoDict, StoreError> = self.query(cmd("INFO").arg("memory")).await;
        let memory = info.map(|info| RedisMemory::read(&info));
        // One that evicts is always full and still takes writes: it has no limit that counts.
        let full_refuses = memory.ok().filter(|memory| memory.policy != EvictionPolicy::Evicts);
        self.lock().usage = full_refuses.and_then(|memory| memory.usage);
        memory
    }

    /// Sends `command` and waits for its reply, no longer than the time-outs allow.
    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let (number, mut connection) = self.connection()?;
        // The outer limit ends the wait for a connection that is still being reopened.
        match tokio::time::timeout(
            self.settings.total_timeout(),
            command.query_async(&mut connection),
        )
        .await
        {
            Ok(Ok(answer)) => {
                self.set_diagnosis(None);
                Ok(answer)
            }
            Ok(Err(error)) => {
                if needs_new_connection(&error) {
                    self.drop_connection(number, &error);
                }
                // A Sentinel repeats our octets in its refusal, which then does not read as text.
                let unread = cause::of(&error);
                let known = (unread == StoreError::Unexpected).then(|| self.diagnosis());
                Err(known.flatten().unwrap_or(unread))
            }
            Err(_elapsed) => Err(self.diagnosis().unwrap_or(StoreError::NoAnswer)),
        }
    }

    fn connection(&self) -> Result<(u64, ConnectionManager), StoreError> {
        let mut state = self.lock();
        let connection = state.connections.entry(thread::current().id()).or_default();
        if let Some(open) = &connection.open {
            return Ok((connection.number, open.clone()));
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(self.settings.response_timeout))
            .set_number_of_retries(usize::MAX)
            .set_min_delay(MIN_RECONNECT_DELAY)
            .set_max_delay(MAX_RECONNECT_DELAY);
        let open = ConnectionManager::new_lazy_with_config(self.client.clone(), config)
            .map_err(|error| cause::of(&error))?;
        connection.number += 1;
        connection.open = Some(open.clone());
        Ok((connection.number, open))
    }

    /// Drops the connection of this thread, and those of all threads after a failover: each would
    /// lose a login before it knew.
    fn drop_connection(&self, number: u64, error: &RedisError) {
        let mut state = self.lock();
        let own = state.connections.get_mut(&thread::current().id());
        let Some(own) = own.filter(|own| own.number == number) else { return };
        own.open = None;
        if matches!(error.kind(), ErrorKind::Server(_)) {
            state.connections.values_mut().for_each(|connection| connection.open = None);
        }
    }

    fn diagnosis(&self) -> Option<StoreError> {
        self.lock().connections.get(&thread::current().id())?.diagnosis
    }

    fn set_diagnosis(&self, cause: Option<StoreError>) {
        self.lock().connections.entry(thread::current().id()).or_default().diagnosis = cause;
    }

    /// A panic elsewhere cannot leave this state half changed, so a poisoned lock can be used.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection is useless although the connection manager would keep it: one that is open
/// but silent (a host that vanished; the kernel would go on trying for a quarter of an hour), and
/// one to a primary that a failover made read-only (the name leads to another host by now).
fn needs_new_connection(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Io => !error.is_unrecoverable_error(),
        ErrorKind::Server(kind) => {
            matches!(kind, ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown)
        }
        _ => false,
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.query(&set(key, &value, life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        let found: Option<Vec<u8>> = self.query(cmd("GET").arg(key.as_str())).await?;
        Ok(found.map(Sealed::from_bytes))
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        let found: Option<Vec<u8>> = self.query(cmd("GETDEL").arg(key.as_str())).await?;
        Ok(found.map(Sealed::from_bytes))
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        // Redis answers OK, or null where something is.
        let done: Option<()> = self.query(set(key, &value, life).arg("NX")).await?;
        Ok(done.is_some())
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        let mut swap = cmd("EVAL");
        swap.arg(SWAP).arg(1).arg(key.as_str());
        swap.arg(seen.as_bytes()).arg(next.as_bytes()).arg(life::in_millis(life));
        self.query(&swap).await
    }

    fn usage(&self) -> Option<StoreUsage> {
        self.lock().usage
    }
}

fn set(key: &Key, value: &Sealed, life: Duration) -> Cmd {
    let mut set = cmd("SET");
    set.arg(key.as_str()).arg(value.as_bytes()).arg("PX").arg(life::in_millis(life));
    set
}

/// Without the client, whose address may hold a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

// Compares and sets in one step. One key only, so that it also runs where keys are sharded.
const SWAP: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return 0";

// Between attempts to reconnect, up to twice as long by jitter: at most about a second passes from
// Redis's return to the next login that works, and a Redis that is down is not stormed.
const MIN_RECONNECT_DELAY: Duration = Duration::from_millis(50);
const MAX_RECONNECT_DELAY: Duration = Duration::from_millis(500);
