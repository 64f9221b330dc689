//! Attributes in, claims out, by rules compiled once.
//!
//! A [`Dictionary`] gives delivered attributes the names that the configuration uses, and drops the
//! rest. [`ClaimRules`] are checked against it once, at start-up, so that all that can go wrong in a
//! login is what the person's own data brings. This crate knows neither XML nor tokens, nor where
//! the rules were written.
//!
//! ```
//! use silta_mapping::{ClaimRule, ClaimRules, Source, Take, suomifi};
//!
//! let dictionary = suomifi();
//! let rule = ClaimRule {
//!     claim: "given_name".into(),
//!     source: Source::Attribute(vec!["givenName".into(), "FirstName".into()]),
//!     take: Take::Only,
//!     required: true,
//!     emit_empty: false,
//! };
//! let rules = ClaimRules::compile(&dictionary, vec![rule], &["sub"]).unwrap();
//!
//! let attributes = dictionary.recognise([("urn:oid:2.5.4.42", ["Nordea"])]).unwrap();
//! let mapped = rules.apply(&attributes).unwrap();
//! assert_eq!(mapped.claims.as_map()["given_name"], "Nordea");
//! ```

mod attributes;
mod dictionary;
mod kind;
mod mapped;
mod rules;
mod suggest;
mod suomifi;

#[cfg(test)]
mod properties;

pub use attributes::{AttributeFault, Attributes};
pub use dictionary::{Attribute, Dictionary, DictionaryFault};
pub use kind::Kind;
pub use mapped::{Claims, Mapped, MappingFault, Outcome, Step, Trace};
pub use rules::{ClaimRule, ClaimRules, RuleFault, Source, Take};
pub use suggest::suggest;
pub use suomifi::suomifi;
