//! Which upstreams can speak for which people, for an operator who checks a configuration.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use silta_broker::UpstreamName;

use crate::config::UpstreamConfig;

/// One line for each subject source: whoever logs in at any of its upstreams, at the level that is
/// named there or a stronger one, is the same person by the same attribute. Each name is as `shown` has it.
pub(crate) fn speaks_for(
    upstreams: &BTreeMap<UpstreamName, UpstreamConfig>,
    shown: &dyn Fn(&str) -> String,
) -> String {
    let mut sources: BTreeMap<&str, Vec<(&UpstreamName, &str)>> = BTreeMap::new();
    for (name, upstream) in upstreams {
        let weakest = upstream.levels.first().map(String::as_str).unwrap_or_default();
        let least = upstream.subject.least_level.as_deref().unwrap_or(weakest);
        sources.entry(upstream.subject.source.as_str()).or_default().push((name, least));
    }
    let mut text = String::new();
    for (source, upstreams) in sources {
        let upstreams = upstreams.iter().map(|(name, least)| {
            format!("{} (level {} or stronger)", shown(name.as_str()), shown(least))
        });
        let upstreams = upstreams.collect::<Vec<_>>().join(", ");
        let source = shown(source);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "subject source {source}: its people log in at {upstreams}");
    }
    text
}
