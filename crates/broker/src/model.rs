//! The vocabulary of a login: words that no protocol owns. Adapters translate into them and out of
//! them, and know nothing of each other.

pub(crate) mod arrived_names;
pub(crate) mod configuration_hash;
pub(crate) mod identity;
pub(crate) mod kept_attributes;
pub(crate) mod language;
pub(crate) mod login_halves;
pub(crate) mod login_hint;
pub(crate) mod login_id;
pub(crate) mod login_request;
pub(crate) mod message;
pub(crate) mod needed_of_person;
pub(crate) mod participant;
pub(crate) mod pending;
pub(crate) mod person;
pub(crate) mod protocol;
pub(crate) mod relying_party;
pub(crate) mod session_end;
pub(crate) mod session_id;
pub(crate) mod session_part;
mod short_name;
pub(crate) mod source_network;
pub(crate) mod subject;
pub(crate) mod translated;
pub(crate) mod upstream_name;
pub(crate) mod upstream_session;
pub(crate) mod visitor;
