//! Us, as an identity provider knows us.

use silta_xml_security::DecryptionKey;

/// Us, as one identity provider knows us.
#[derive(Debug, Clone)]
pub struct ServiceProvider {
    /// Our entityID, compared as opaque text.
    pub entity_id: String,
    /// Where the identity provider posts its responses, as written in our metadata.
    pub acs_url: String,
    /// Every private key that may open an assertion: peers choose freely among those published.
    pub decryption_keys: Vec<DecryptionKey>,
}
