//! The login as a story: from an authorize request to tokens.
//!
//! The broker joins three leaves that do not know each other (`silta-saml`, `silta-oidc`,
//! `silta-mapping`) and reaches the world only through [`ports`].

pub mod ports;
