//! What a session keeps of a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use silta_mapping::Attributes;
use thiserror::Error;

/// The attributes of a person that single sign-on may tell of, by internal name: those that a relying party
/// needs which the session may answer. One that was not delivered has no values, so that it is told from one
/// that nobody needed. `Debug` shows only how many there are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptAttributes(BTreeMap<String, Vec<String>>);

impl KeptAttributes {
    /// Those of these names.
    ///
    /// # Errors
    /// [`TooLongToKeep`]: they are longer than anybody's.
    pub(crate) fn of(
        attributes: &Attributes,
        names: &BTreeSet<String>,
    ) -> Result<Self, TooLongToKeep> {
        let kept: BTreeMap<_, _> = attributes
            .only(names.iter().map(String::as_str))
            .map(|(name, values)| (name.to_owned(), values.to_vec()))
            .collect();
        let octets: usize = kept.values().flatten().map(String::len).sum();
        if octets > MAX_OCTETS { Err(TooLongToKeep { octets }) } else { Ok(Self(kept)) }
    }

    /// Whether it is known what the person has of this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The attributes.
    pub(crate) fn attributes(&self) -> Attributes {
        Attributes::from_kept(self.0.clone())
    }
}

impl fmt::Debug for KeptAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptAttributes({})", self.0.len())
    }
}

/// Why a session keeps no attributes, and answers no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the attributes that clients with sso use have {octets} octets, and a session keeps {MAX_OCTETS}; \
     let fewer clients have sso, or let them use fewer attributes"
)]
pub struct TooLongToKeep {
    pub(crate) octets: usize,
}

/// Suomi.fi says some 2 KiB of a person. A session of somebody of whom more is said answers nothing.
const MAX_OCTETS: usize = 8 * 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use silta_testkit::dictionary::suomifi;

    use super::*;

    fn kept(value: &str) -> Result<KeptAttributes, TooLongToKeep> {
        let delivered = [("urn:oid:2.5.4.3", [value]), ("urn:oid:1.2.246.21", ["210281-9988"])];
        let attributes = suomifi().recognise(delivered);
        KeptAttributes::of(&attributes, &["cn", "sn"].map(str::to_owned).into())
    }

    #[test]
    fn nothing_is_kept_but_what_was_named_and_what_is_absent_is_known_to_be() {
        let kept = kept("Nordea Demo").unwrap();
        assert!(kept.knows("cn") && kept.knows("sn") && !kept.knows("givenName"));
        let attributes = kept.attributes();
        assert_eq!(attributes.values("cn"), ["Nordea Demo"]);
        for absent in ["sn", "nationalIdentificationNumber"] {
            assert!(attributes.values(absent).is_empty(), "{absent}");
        }
        assert_eq!(format!("{kept:?}"), "KeptAttributes(2)");
    }

    #[test]
    fn a_person_of_whom_too_much_is_said_is_not_kept() {
        assert!(kept(&"x".repeat(MAX_OCTETS)).is_ok());
        let too_long = TooLongToKeep { octets: MAX_OCTETS + 1 };
        assert_eq!(kept(&"x".repeat(MAX_OCTETS + 1)), Err(too_long));
        assert!(too_long.to_string().contains("have 8193 octets, and a session keeps 8192;"));
    }
}
