//! What stands under siege: one replica, its store, and perhaps a proxy in front.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use super::apart::cores;
use super::memory::MemoryLimit;
use super::proxy::LoadBalancer;
use super::{Subject, Way};

/// What a row needs of the replica.
pub(super) struct Needs {
    pub(super) store: Store,
    /// How many descriptors the process may have open; none for as many as we may.
    pub(super) descriptors: Option<u32>,
    /// What a row changes in `silta.yaml`, beside which it may put more files.
    pub(super) configure: fn(&TestDir, &str) -> String,
}

/// Where records are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Memory,
    Redis,
    /// A Redis that refuses to grow beyond so many megabytes.
    SmallRedis(u32),
}

/// A replica on a core of its own where there are several, so that what attacks it takes none of its
/// time.
pub(super) struct Deployment {
    // Fields are dropped in this order.
    silta: Silta,
    proxy: Option<LoadBalancer>,
    limit: Option<MemoryLimit>,
    _redis: Option<RedisServer>,
    pub(super) dir: TestDir,
    process: u32,
    store: Store,
}

impl Deployment {
    pub(super) fn start(needs: &Needs, way: Way, subject: &Subject) -> Self {
        let dir = TestDir::new();
        let redis = match needs.store {
            Store::Memory => None,
            Store::Redis | Store::SmallRedis(_) => Some(RedisServer::start()),
        };
        if let (Some(redis), Store::SmallRedis(megabytes)) = (&redis, needs.store) {
            let most = format!("{megabytes}mb");
            assert_eq!(redis.ask(&["CONFIG", "SET", "maxmemory", &most]), b"OK\n");
            assert_eq!(redis.ask(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]), b"OK\n");
        }
        let mut params = ConfigParams::without_idp("https://login.example".to_owned());
        params.redis = redis.as_ref().map(RedisServer::url);
        let config = dir.configure(&params);
        let mut text = (needs.configure)(&dir, &fs::read_to_string(&config).unwrap());
        if way == Way::Proxy && subject.knows_proxies {
            text.push_str("\ntrusted_proxies: [127.0.0.1]\n");
        }
        fs::write(&config, text).unwrap();
        let limit = MemoryLimit::of(LIMIT);
        let silta = Silta::by(&mut command(subject, &config, limit.as_ref(), needs.descriptors));
        let proxy = (way == Way::Proxy).then(|| LoadBalancer::start(silta.address()));
        let process = silta.id();
        Self { silta, proxy, limit, _redis: redis, dir, process, store: needs.store }
    }

    /// Where people come to.
    pub(super) fn address(&self) -> SocketAddr {
        self.proxy.as_ref().map_or(self.silta.address(), |proxy| proxy.honest.address())
    }

    /// Where the hostile machine comes to.
    pub(super) fn hostile_address(&self) -> SocketAddr {
        self.proxy.as_ref().map_or(self.silta.address(), |proxy| proxy.hostile.address())
    }

    /// Where it shows health.
    pub(super) fn admin(&self) -> SocketAddr {
        self.silta.admin()
    }

    /// The reasons of its refusals so far, and how many of each.
    pub(super) fn refusals(&self) -> BTreeMap<String, usize> {
        let mut reasons = BTreeMap::new();
        for line in self.silta.logs() {
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            if let Some(reason) = line["reason"].as_str() {
                *reasons.entry(reason.to_owned()).or_default() += 1;
            }
        }
        reasons
    }

    /// In words, what was refused for another reason than these.
    pub(super) fn refused_for_other_reasons(&self, right: &[&str]) -> Vec<String> {
        let refusals = self.refusals().into_iter();
        let others = refusals.filter(|(reason, _)| !right.contains(&reason.as_str()));
        others.map(|(reason, count)| format!("{count} were refused as {reason}")).collect()
    }

    /// Whether somebody ends connections for the replica.
    pub(super) fn behind_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// Whether a memory limit is around it.
    pub(super) fn limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Whether the process is gone, as one is that wanted more memory than there is.
    pub(super) fn died(&self) -> bool {
        self.kibibytes("VmRSS").is_none()
    }

    /// Its resident memory in KiB; 0 when it is gone.
    pub(super) fn resident(&self) -> u64 {
        self.kibibytes("VmRSS").unwrap_or(0)
    }

    /// The most that it was in KiB since [`Deployment::forget_peak`]; 0 when it is gone.
    pub(super) fn peak(&self) -> u64 {
        self.kibibytes("VmHWM").unwrap_or(0)
    }

    pub(super) fn forget_peak(&self) {
        // 5 sets the peak back to what is resident now [proc(5): clear_refs].
        fs::write(format!("/proc/{}/clear_refs", self.process), "5").expect("our own process");
    }

    /// Waits until memory is back within 20 % of `start` and what `open` logins hold, but no longer
    /// than a minute: how much there is then, and how long that took. Records in memory stay for as
    /// long as they live, so there it waits for nothing.
    pub(super) async fn wait_for_memory(&self, start: u64, open: u32) -> (u64, Option<Duration>) {
        let began = Instant::now();
        let most = start * 6 / 5 + u64::from(open) * OF_OPEN_LOGIN / 1024;
        loop {
            let now = self.resident();
            if now <= most {
                return (now, Some(began.elapsed()));
            }
            if self.store == Store::Memory || began.elapsed() > MINUTE {
                return (now, None);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn kibibytes(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    }
}

/// The replica's command: a shell that goes into the memory limit, and becomes the binary.
fn command(
    subject: &Subject,
    config: &Path,
    limit: Option<&MemoryLimit>,
    descriptors: Option<u32>,
) -> Command {
    let limit = limit.map(|limit| format!("echo $$ > '{}' && ", limit.door().display()));
    let descriptors = descriptors.map(|most| format!("ulimit -n {most} && "));
    let run = if cores() > 1 { "exec taskset -c 0 \"$@\"" } else { "exec \"$@\"" };
    let script = [limit.unwrap_or_default(), descriptors.unwrap_or_default(), run.to_owned()];
    let script = script.concat();
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(&subject.binary).args(["serve", "--config"]);
    command.arg(config);
    command
}

/// The smallest task that a deployment has.
pub(super) const LIMIT: u64 = 512 * 1024 * 1024;
/// What the replica remembers of a login for half an hour, so that logins that are open stay bounded.
const OF_OPEN_LOGIN: u64 = 600;
const MINUTE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
