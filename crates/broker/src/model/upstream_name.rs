//! The names of upstreams.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::short_name::is_short_name;

/// The name of an upstream in configuration and in its URLs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UpstreamName(String);

impl UpstreamName {
    /// A name of 1 to 32 lower-case letters, digits and hyphens: it stands in URLs.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_short_name(text).then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UpstreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_upstream_can_stand_in_a_url() {
        for good in ["a", "suomi-fi", "eidas2", &"a".repeat(32)] {
            assert_eq!(UpstreamName::parse(good).map(|name| name.to_string()), Some(good.into()));
        }
        for bad in ["", "Suomifi", "suomi.fi", "a/b", "a b", "å", &"a".repeat(33)] {
            assert_eq!(UpstreamName::parse(bad), None, "{bad}");
        }
    }
}
