//! Reads the configuration anew, all of it: it is used whole or not at all, and the last good one stays otherwise.

use std::path::PathBuf;

use silta_config::Change;
use tracing::{error, info};

use crate::config_source::{ConfigError, ConfigSource};
use crate::fixed_keys;
use crate::follow::{Follower, unusable};
use crate::reload_outcome::ReloadOutcome;

/// What two readings of a configuration differ in.
struct Differences {
    changes: Vec<Change>,
    /// The files whose content changed, beside the configuration's own.
    files: Vec<PathBuf>,
    /// Those of them that fixed keys refer to, each with the key.
    fixed_files: Vec<(String, PathBuf)>,
}

impl Follower {
    /// Reads it anew, and tells what became of it in the log, in metrics and in health.
    pub(crate) async fn reload(&mut self) {
        let read = self.read_anew().await;
        let broker = self.current.get().broker.clone();
        let hash = broker.configuration().map(|hash| hash.to_string()).unwrap_or_default();
        let outcome = match &read {
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

    /// The differences to what was used before; `None` where there are none.
    async fn read_anew(&mut self) -> Result<Option<Differences>, ConfigError> {
        let next = ConfigSource::read_to_serve(&self.path).await?;
        let loaded = next.load().await;
        // What was read and refused is not read again before it changes.
        if let Some(watch) = &mut self.watch {
            watch.was_read(&next.seen());
        }
        let loaded = loaded?;
        let differences = self.differences(&next)?;
        let Differences { changes, files, fixed_files } = &differences;
        if let Some(why) = fixed_keys::refusal(changes, fixed_files) {
            return Err(unusable(why));
        }
        if changes.is_empty() && files.is_empty() && loaded.digest == self.digest {
            return Ok(None);
        }
        self.apply(loaded).await?;
        self.source = next;
        self.failing = None;
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

/// One line of so many parts as an operator reads.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<_> = parts.collect();
    let more = parts.len().saturating_sub(MOST_LISTED);
    parts.truncate(MOST_LISTED);
    let text = parts.join("; ");
    if more > 0 { format!("{text}; and {more} more") } else { text }
}

const MOST_LISTED: usize = 20;

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
}
