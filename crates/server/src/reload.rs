//! Reads the configuration anew, all of it: it is used whole or not at all, and the last good one stays otherwise.
//! Where AWS or Redis does not answer it is tried again.

use std::path::PathBuf;
use std::time::Duration;

use silta_config::Change;
use tokio::time::Instant;
use tracing::{error, info, warn};

use crate::EX_UNAVAILABLE;
use crate::config_source::{ConfigError, ConfigSource};
use crate::fixed_keys::{self, FixedFile};
use crate::follow::{Follower, unusable};
use crate::jitter::jittered;
use crate::pending_reload::PendingReload;
use crate::reload_outcome::ReloadOutcome;

/// What two readings of a configuration differ in.
struct Differences {
    changes: Vec<Change>,
    /// The files whose content changed, beside the configuration's own.
    files: Vec<PathBuf>,
    /// Those of them that fixed keys refer to.
    fixed_files: Vec<FixedFile>,
}

impl Follower {
    /// Reads it anew, and tells what became of it in the log, in metrics and in health.
    pub(crate) async fn reload(&mut self) {
        // What is read now is newer than what still waits.
        self.pending = None;
        match ConfigSource::read_to_serve(&self.path).await {
            Ok(next) => self.try_to_use(next, None).await,
            Err(failed) => self.tell(&Err(failed), true),
        }
    }

    /// Tries what waits once more, as it was read: a file that somebody writes meanwhile is not read in its middle.
    pub(crate) async fn retry(&mut self) {
        if let Some(PendingReload { source, logged, .. }) = self.pending.take() {
            self.try_to_use(source, Some(logged)).await;
        }
    }

    /// Uses it, or keeps it for another try where that may end otherwise. `logged` is when the log had the last try.
    async fn try_to_use(&mut self, next: ConfigSource, logged: Option<Instant>) {
        let read = self.differences_if_used(&next).await;
        let now = Instant::now();
        let is_logged = is_logged_again(logged, now);
        self.tell(&read, is_logged);
        match read {
            Ok(Some(_)) => {
                self.source = next;
                self.failing = None;
            }
            Err(ConfigError { exit_code: EX_UNAVAILABLE, .. }) => {
                let at = now + jittered(TRY_AGAIN, self.services.entropy.as_ref());
                let logged = logged.filter(|_| !is_logged).unwrap_or(now);
                self.pending = Some(PendingReload { source: next, at, logged });
            }
            Ok(None) | Err(_) => {}
        }
    }

    fn tell(&self, read: &Result<Option<Differences>, ConfigError>, is_logged: bool) {
        let broker = self.current.get().broker.clone();
        let hash = broker.configuration().map(|hash| hash.to_string()).unwrap_or_default();
        let outcome = match read {
            Ok(Some(told)) => {
                let changes = listed(told.changes.iter().map(ToString::to_string));
                let files = listed(told.files.iter().map(|file| file.display().to_string()));
                info!(hash, changes, files, "the configuration has changed: the new one is used");
                ReloadOutcome::Changed
            }
            Ok(None) => {
                info!(hash, "the configuration was read again, and nothing has changed");
                ReloadOutcome::Unchanged
            }
            Err(ConfigError { message, exit_code: EX_UNAVAILABLE, .. }) => {
                if is_logged {
                    let why = listed(message.lines().map(str::to_owned));
                    warn!(hash, why, "the configuration cannot be tried yet: it is tried again");
                }
                ReloadOutcome::Pending
            }
            Err(ConfigError { message, .. }) => {
                let why = listed(message.lines().map(str::to_owned));
                error!(hash, why, "the configuration cannot be used: the last good one stays");
                ReloadOutcome::Refused
            }
        };
        let now = self.services.clock.now();
        self.services.metrics.reloaded(outcome, now);
        self.services.health.configuration_was_read(hash, outcome, now);
    }

    /// The differences to what was used before, once it is used; `None` where there are none.
    async fn differences_if_used(
        &mut self,
        next: &ConfigSource,
    ) -> Result<Option<Differences>, ConfigError> {
        let loaded = next.load().await;
        // What was read and refused is not read again before it changes.
        if let Some(watch) = &mut self.watch {
            watch.was_read(&next.seen());
        }
        let mut loaded = loaded?;
        loaded.warnings = loaded.warnings.and(next.changeable_by_others());
        let differences = self.differences(next)?;
        let Differences { changes, files, fixed_files } = &differences;
        if let Some(why) = fixed_keys::refusal(changes, fixed_files) {
            return Err(unusable(why));
        }
        if changes.is_empty() && files.is_empty() && loaded.digest == self.digest {
            return Ok(None);
        }
        self.apply(loaded).await?;
        Ok(Some(differences))
    }

    fn differences(&self, next: &ConfigSource) -> Result<Differences, ConfigError> {
        let unread = |problems: silta_config::Problems| unusable(problems.to_string());
        let before = self.source.document().map_err(unread)?;
        let after = next.document().map_err(unread)?;
        let (seen, now) = (self.source.seen(), next.seen());
        let is_another = |path: &PathBuf| {
            let before = seen.get(path).map(|one| one.digest);
            *path != self.path
                && before.is_some_and(|digest| now.get(path).map(|one| one.digest) != Some(digest))
        };
        let files = now.keys().filter(|path| is_another(path)).cloned().collect();
        let folder = self.path.parent().unwrap_or(self.path.as_path());
        let fixed_files = fixed_keys::changed_files(&after, folder, &seen, &now);
        Ok(Differences { changes: before.changes(&after), files, fixed_files })
    }
}

/// Whether the log has a try of `now`, where it had another of the same at `before`.
fn is_logged_again(before: Option<Instant>, now: Instant) -> bool {
    before.is_none_or(|before| now.duration_since(before) >= LOG_AGAIN)
}

/// One line of so many parts as an operator reads.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<_> = parts.collect();
    let more = parts.len().saturating_sub(MOST_LISTED);
    parts.truncate(MOST_LISTED);
    let text = parts.join("; ");
    if more > 0 { format!("{text}; and {more} more") } else { text }
}

const MOST_LISTED: usize = 20;
/// An outage of some seconds holds back what was taken away hardly longer than itself, and one try costs less than a login.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A line for each try would fill the log of an outage of a day.
const LOG_AGAIN: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_lists_twenty_things_and_says_how_many_more_there_are() {
        let numbers = |count: usize| listed((1..=count).map(|number| number.to_string()));
        assert_eq!(numbers(2), "1; 2");
        assert!(numbers(20).ends_with("; 19; 20"));
        assert!(numbers(23).ends_with("; 20; and 3 more"));
        assert_eq!(numbers(0), "");
    }

    #[test]
    fn of_the_tries_of_a_minute_the_log_has_one() {
        let first = Instant::now();
        assert!(is_logged_again(None, first));
        for (seconds, is_logged) in [(0, false), (12, false), (59, false), (60, true), (72, true)] {
            let now = first + Duration::from_secs(seconds);
            assert_eq!(is_logged_again(Some(first), now), is_logged, "{seconds}");
        }
    }
}
