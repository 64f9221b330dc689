//! Records in one Redis (6.2 or later, or Valkey) that every replica reaches.
//!
//! Each verb is one command on one key, so Redis itself makes it atomic. Nothing is ever retried
//! here: a `take` whose answer got lost would find nothing the second time and call that "absent".

mod cause;
mod memory;
mod reach;
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
pub use self::settings::{RedisSettings, RedisSettingsFault};
use crate::life;
use crate::proof::{Unproved, prove};

/// A store that lives as long as its Redis, whoever of the replicas comes and goes.
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
    lines: HashMap<ThreadId, Line>,
    /// What the last proof found out, if no command was answered since.
    diagnosis: Option<StoreError>,
    usage: Option<StoreUsage>,
}

/// The connection in use. `number` grows with every new one, so that of many callers who find the
/// same connection unusable only the first replaces it.
#[derive(Default)]
struct Line {
    number: u64,
    open: Option<ConnectionManager>,
}

impl RedisStore {
    /// Prepares the store and connects to nothing yet.
    ///
    /// # Errors
    /// [`RedisSettingsFault`] when the settings cannot name a Redis.
    pub fn open(settings: RedisSettings) -> Result<Self, RedisSettingsFault> {
        Ok(Self { client: settings.client()?, settings, state: Mutex::default() })
    }

    /// Does every verb once, on the record `key`, as [`prove`] does, and says why not.
    ///
    /// # Errors
    /// [`Unproved`], after twice the connect and response time-outs at most.
    pub async fn prove(&self, key: &Key) -> Result<(), Unproved> {
        match prove(self, key).await {
            Ok(()) => Ok(()),
            Err(failed) => Err(self.diagnose(failed).await),
        }
    }

    /// Finds out why there is no connection, where that is all that `failed` says, by one more of
    /// its own. Until a command is answered again, verbs that learn nothing by themselves tell it,
    /// too.
    pub async fn diagnose(&self, failed: Unproved) -> Unproved {
        let Unproved { verb, mut error } = failed;
        if matches!(error, StoreError::NoAnswer | StoreError::NoConnection)
            && let Err(found) = reach::once(&self.client, &self.settings).await
        {
            error = found;
        }
        self.lock().diagnosis = Some(error);
        Unproved { verb, error }
    }

    /// Asks Redis about its memory, and remembers how full it is. `None` where our user may not ask,
    /// or nobody answers.
    pub async fn look_at_memory(&self) -> Option<RedisMemory> {
        let info: Option<InfoDict> = self.ask(cmd("INFO").arg("memory")).await.ok();
        let memory = info.map(|info| RedisMemory::read(&info));
        // One that evicts is always full and still takes writes: it has no limit that counts.
        let full_refuses = memory.filter(|memory| memory.policy != EvictionPolicy::Evicts);
        self.lock().usage = full_refuses.and_then(|memory| memory.usage);
        memory
    }

    /// Sends `command` and waits no longer than the time-outs allow.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let (number, mut line) = self.line()?;
        // The outer limit ends the wait for a connection that is still being reopened.
        match tokio::time::timeout(self.settings.patience(), command.query_async(&mut line)).await {
            Ok(Ok(answer)) => {
                self.lock().diagnosis = None;
                Ok(answer)
            }
            Ok(Err(error)) => {
                if is_worth_a_new_line(&error) {
                    self.hang_up(number);
                }
                // A Sentinel repeats our octets in its refusal, which then does not read as text.
                let unread = cause::of(&error);
                let known = (unread == StoreError::Unexpected).then(|| self.lock().diagnosis);
                Err(known.flatten().unwrap_or(unread))
            }
            Err(_elapsed) => Err(self.lock().diagnosis.unwrap_or(StoreError::NoAnswer)),
        }
    }

    fn line(&self) -> Result<(u64, ConnectionManager), StoreError> {
        let mut state = self.lock();
        let line = state.lines.entry(thread::current().id()).or_default();
        if let Some(open) = &line.open {
            return Ok((line.number, open.clone()));
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(self.settings.response_timeout))
            .set_number_of_retries(usize::MAX)
            .set_min_delay(SHORTEST_PAUSE)
            .set_max_delay(LONGEST_PAUSE);
        let open = ConnectionManager::new_lazy_with_config(self.client.clone(), config)
            .map_err(|error| cause::of(&error))?;
        line.number += 1;
        line.open = Some(open.clone());
        Ok((line.number, open))
    }

    fn hang_up(&self, number: u64) {
        let mut state = self.lock();
        let line = state.lines.get_mut(&thread::current().id());
        if let Some(line) = line.filter(|line| line.number == number) {
            line.open = None;
        }
    }

    /// A panic elsewhere cannot leave a line half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection is useless although the connection manager would keep it: one that is open
/// but silent (a host that vanished; the kernel would go on trying for a quarter of an hour), and
/// one to a primary that a failover made read-only (the name leads to another host by now).
fn is_worth_a_new_line(error: &RedisError) -> bool {
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
        self.ask(&set(key, &value, life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        let found: Option<Vec<u8>> = self.ask(cmd("GET").arg(key.as_str())).await?;
        Ok(found.map(Sealed::from_bytes))
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        let found: Option<Vec<u8>> = self.ask(cmd("GETDEL").arg(key.as_str())).await?;
        Ok(found.map(Sealed::from_bytes))
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        // Redis answers OK, or null where something is.
        let done: Option<()> = self.ask(set(key, &value, life).arg("NX")).await?;
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
        self.ask(&swap).await
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

/// Silent about the client, whose address may hold a password.
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
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
