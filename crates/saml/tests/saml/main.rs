//! The judgement over responses, proved from outside: what must be accepted, and every known way to
//! lie. A test is a good response with one deviation and one reason.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod accepts;
mod addressing;
mod advice;
mod agreement;
mod algorithms;
mod authn_context;
mod authn_request;
mod bare;
mod canonical;
mod conditions;
mod confirmation;
mod eidas;
mod encrypted_content;
mod encrypted_for_others;
mod encrypted_parts;
mod encrypted_request;
mod encryption;
mod encryption_schema;
mod esaml_answer;
mod explained;
mod fixture;
mod idp_metadata;
mod idp_peers;
mod idp_registration;
mod idp_request;
mod idp_response;
mod limits;
mod line_ends;
mod logout;
mod metadata;
mod metadata_published;
mod mutation;
mod national_status;
mod no_oracle;
mod opens;
mod other_statements;
mod peers;
mod plaintext;
mod qualified;
mod reasons;
mod redirect;
mod references;
mod requirement;
mod shapes;
mod shown;
mod sign_message;
mod signatures;
mod statement;
mod times;
mod values;
mod weak;
mod wrapping;
mod xml;
