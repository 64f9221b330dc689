//! Maps attributes to claims, by rules that are compiled once.
//!
//! The [`Dictionary`] of an upstream gives the attributes that come from there the internal names that the
//! configuration uses, and drops the rest. [`ClaimRules`] are checked against it once, at start-up, so that a
//! login can only fail by the person's own attributes. This crate knows neither XML nor tokens, nor the configuration file.
//!
//! ```
//! use silta_mapping::{Attribute, ClaimRule, ClaimRules, ClaimSource, Dictionary, Kind, Take};
//!
//! let given_name = Attribute {
//!     name: "givenName".into(),
//!     sources: vec!["urn:oid:2.5.4.42".into()],
//!     kind: Kind::Text,
//!     sensitive: true,
//! };
//! let dictionary = Dictionary::new(vec![given_name]).unwrap();
//! let rule = ClaimRule {
//!     claim: "given_name".into(),
//!     source: ClaimSource::Attribute(vec!["givenName".into()]),
//!     take: Take::Only,
//!     required: true,
//!     emit_empty: false,
//! };
//! let rules = ClaimRules::compile(&[&dictionary], vec![rule], &["sub"]).unwrap();
//!
//! let attributes = dictionary.recognise([("urn:oid:2.5.4.42", ["Nordea"])]);
//! let mapped = rules.apply(&attributes).unwrap();
//! assert_eq!(mapped.claims.as_map()["given_name"], "Nordea");
//! ```

mod apply;
mod attribute;
mod attributes;
mod dictionary;
mod kind;
mod name_id;
mod personal_code;
mod rules;

#[cfg(test)]
mod example;
#[cfg(test)]
mod properties;

pub use apply::{Claims, MappedClaims, MappingError, Outcome, Step, Trace};
pub use attribute::Attribute;
pub use attributes::{AttributeError, Attributes};
pub use dictionary::{Dictionary, DictionaryError};
pub use kind::Kind;
pub use name_id::{NAME_ID, PROVIDER_SUBJECT, QUALIFIED_NAME_ID, qualified, unqualified};
pub use personal_code::in_one_spelling;
pub use rules::{ClaimRule, ClaimRules, ClaimSource, RuleError, Take};
