//! The login broker: from a relying party's request to its answer.
//!
//! The broker joins three crates that do not know each other (`silta-saml`, `silta-oidc`,
//! `silta-mapping`), and does input and output only through [`ports`]. Its flow knows no protocol: a
//! [`ports::Downstream`] reads what relying parties ask and writes what they are answered, a
//! [`ports::Upstream`] asks an identity provider and verifies what it says.
//!
//! 1. [`Broker::start_login`]: takes a request, and sends the browser to an upstream.
//! 2. [`Broker::finish_login`]: judges the callback once, and answers the relying party.
//! 3. [`redeem`](downstream::OidcProvider::redeem): redeems a client's code for tokens, once.
//! 4. [`userinfo`](downstream::OidcProvider::userinfo): shows the claims to the holder of the access token.

mod access_rule;
mod audit;
mod broker;
mod callback_error;
mod callback_verdict;
mod client_error;
mod coverage;
mod deny_rule;
pub mod downstream;
mod error;
mod error_class;
mod failed_callback;
mod fetch_cache;
mod flow;
mod form_body_error;
mod give_way;
mod hex;
mod hmac;
mod identification;
mod later;
mod length_prefix;
mod logout;
mod model;
mod octets;
mod open_logins;
mod our_key_error;
mod outbound_error;
mod person_mapping;
pub mod ports;
mod record;
mod running_configurations;
mod sealed_store;
mod session_policy;
mod store_error;
mod to_its_end;
mod unavailable_error;
pub mod upstream;
mod versioned;

pub use access_rule::{AccessRule, Matching};
pub use audit::{
    COUNTERS, ControlCommand, ControlRefusal, Count, Counter, Description, Event, Facts,
    LOGINS_ABANDONED, LOGINS_ENDED, LOGINS_REFUSED, LOGINS_STARTED, LoginAge, RevokedTokens,
    Severity, TIMERS, Time, Timer,
};
pub use broker::{
    AllowedUpstream, Broker, ConfiguredUpstream, Ports, RelyingPartyPolicy, Settings,
    SettingsError, needed_of_people,
};
pub use callback_error::{CallbackError, ForeignRelayState};
pub use callback_verdict::CallbackVerdict;
pub use coverage::{IdleRule, MappingCoverage, PartyCoverage};
pub use deny_rule::DenyRule;
pub use error::{FailedLogin, LoginError};
pub use error_class::ErrorClass;
pub use failed_callback::FailedCallback;
pub use flow::end_session::EndedSession;
pub use flow::finish::FinishedLogin;
pub use flow::start::{ReceivedLogin, StartedLogin};
pub use form_body_error::FormBodyError;
pub use give_way::give_way;
pub use logout::client_logout::{ClientLogout, LogoutHint};
pub use logout::error::{FailedLogout, LogoutError, LogoutMessageError};
pub use logout::finished_logout::{FinishedLogout, LogoutEnd};
pub use logout::from_client::{LoggedOut, LogoutStep};
pub use logout::from_upstream::ReceivedLogout;
pub use logout::notification_error::NotificationError;
pub use logout::notified_party::NotifiedParty;
pub use logout::outbox_error::OutboxError;
pub use logout::party::LogoutParty;
pub use logout::to_upstream::AfterLogout;
pub use logout::upstream_logout::{
    LogoutAnswer, LogoutHandle, LogoutMessage, LogoutOutcome, LogoutRequest, LogoutToAsk,
    UpstreamLogout,
};
pub use model::arrived_names::{ArrivedNames, shown_name};
pub use model::configuration_hash::ConfigurationHash;
pub use model::identity::{Identity, PersonName, ReplayKey, ReplayProtection};
pub use model::kept_attributes::TooLongToKeep;
pub use model::language::{Language, accepted_languages};
pub use model::login_halves::{BrowserBinding, RelayState};
pub use model::login_hint::LoginHint;
pub use model::login_id::LoginId;
pub use model::login_request::{Freshness, LoginRequest};
pub use model::message::{Callback, CallbackMethod, InboundRequest, OutboundMessage, RedirectUrl};
pub use model::needed_of_person::NeededOfPerson;
pub use model::participant::Participant;
pub use model::pending::Pending;
pub use model::person::Person;
pub use model::protocol::Protocol;
pub use model::relying_party::RelyingParty;
pub use model::session_end::SessionEnd;
pub use model::session_id::{HeldSessions, SessionId};
pub use model::session_part::SessionPart;
pub use model::source_network::SourceNetwork;
pub use model::subject::{SubjectKey, SubjectSource};
pub use model::translated::{PageText, Translated};
pub use model::upstream_name::UpstreamName;
pub use model::upstream_session::{UpstreamSession, UpstreamSessionName};
pub use model::visitor::{Visitor, Window};
pub use open_logins::{OpenLogins, OpenLoginsError};
pub use our_key_error::{KeyErrorCause, OurKey, OurKeyError};
pub use outbound_error::OutboundError;
pub use person_mapping::{MappedAttributes, PersonMapping};
pub use record::LOGIN_LIFE;
pub use sealed_store::{SealKey, SealedStore};
pub use session_policy::{BEFORE_A_TOKEN, SessionPolicy};
pub use unavailable_error::UnavailableError;
pub use versioned::{RecordError, Tagged, Versioned};
