//! Us as a service provider: asking an identity provider, and judging what it answers.

pub(crate) mod advice;
pub(crate) mod assertion;
pub(crate) mod assurance_levels;
pub(crate) mod attributes;
pub(crate) mod authn_request;
pub(crate) mod check;
pub(crate) mod eidas_answer;
pub(crate) mod eidas_request;
pub(crate) mod encrypted_content;
pub(crate) mod encrypted_parts;
pub(crate) mod envelope;
pub(crate) mod expectation;
pub(crate) mod explanation;
pub(crate) mod identity_provider;
pub(crate) mod mismatch;
pub(crate) mod national_status;
pub(crate) mod peer_profile;
pub(crate) mod request_profile;
pub(crate) mod requirement;
pub(crate) mod response;
pub(crate) mod response_error;
pub(crate) mod service_provider;
pub(crate) mod statements;
pub(crate) mod weak_assertion;
