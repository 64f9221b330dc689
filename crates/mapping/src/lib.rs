//! Maps attributes to claims, by rules that are compiled once.
//!
//! The [`Dictionary`] of an upstream gives the attributes that come from there the internal names that the
//! configuration uses, and drops the rest. [`ClaimRules`] are checked against it once, at start-up, so that a
//! login can only fail by the person's own attributes. This crate knows neither XML nor tokens, nor the configuration file.
//!
//! ```
//! use silta_mapping::{
//!     Attribute, ClaimRule, ClaimRules, Dictionary, Kind, KnownPeople, Login, Pseudonyms, Spelling, ValueRule,
//! };
//!
//! let given_name = Attribute {
//!     name: "givenName".into(),
//!     sources: vec!["urn:oid:2.5.4.42".into()],
//!     kind: Kind::Text,
//!     sensitive: true,
//! };
//! let dictionary = Dictionary::new(vec![given_name]).unwrap();
//! let rule = ClaimRule::new("given_name", ValueRule::from(&["givenName"]));
//! let rules = ClaimRules::compile(&[&dictionary], vec![rule], &["sub"]).unwrap();
//!
//! let attributes = dictionary.recognise([("urn:oid:2.5.4.42", ["Nordea"])]);
//!
//! struct NoPseudonyms;
//! impl Pseudonyms for NoPseudonyms {
//!     fn pseudonym(&self, _purpose: &str, _value: &str) -> String {
//!         String::new()
//!     }
//! }
//! let pseudonyms = &NoPseudonyms;
//! let known_by = &KnownPeople { attributes: &[], spelling: &Spelling::default() };
//! let (sub, level, upstream, client) = ("5f1c", "high", "suomifi", "portal");
//! let login = Login { sub, level, upstream, client, known_by, pseudonyms };
//! let mapped = rules.apply(&attributes, &login).unwrap();
//! assert_eq!(mapped.claims.as_map()["given_name"], "Nordea");
//! ```

mod apply;
mod attribute;
mod attributes;
mod characters;
mod compile;
mod condition;
mod dictionary;
mod kind;
mod language_tag;
mod login;
mod make;
mod mapped;
mod name_id;
mod operator;
mod operators;
mod pattern;
mod personal_code;
mod rule_error;
mod rules;
mod spelling;
mod table;
mod template;

#[cfg(test)]
mod example;
#[cfg(test)]
mod properties;

pub use attribute::Attribute;
pub use attributes::{AttributeError, Attributes};
pub use compile::ClaimRules;
pub use condition::{AttributeFact, AttributeTest, Condition, Facts};
pub use dictionary::{Dictionary, DictionaryError};
pub use kind::Kind;
pub use language_tag::is_language_tag;
pub use login::{KnownBy, Login, Pseudonyms};
pub use mapped::{Claims, MappedClaims, MappingError, Outcome, Step, Trace};
pub use name_id::{NAME_ID, PROVIDER_SUBJECT, QUALIFIED_NAME_ID, qualified, unqualified};
pub use operator::{Arguments, Field, FieldForm, Operation, Operator, OperatorError};
pub use personal_code::in_one_spelling;
pub use rule_error::RuleError;
pub use rules::{ClaimRule, ClaimSource, Otherwise, Take, ValueRule};
pub use spelling::{KnownPeople, Spelling};
pub use table::Table;
pub use template::{Template, TemplateError};
