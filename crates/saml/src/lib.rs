//! SAML 2.0 messages, bindings, XML signature and encryption, metadata
