//! Us, as an identity provider knows us.

use silta_xml_security::{DecryptionKey, DecryptionRules};

use crate::sp::peer_profile::PeerProfile;

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

impl ServiceProvider {
    /// What a peer of this profile may encrypt with, and our keys: for an assertion, for what is encrypted
    /// inside one, and for the name in a LogoutRequest.
    pub(crate) fn decryption_rules<'a>(&'a self, profile: &'a PeerProfile) -> DecryptionRules<'a> {
        DecryptionRules {
            recipient: &self.entity_id,
            keys: &self.decryption_keys,
            ciphers: &profile.ciphers,
            oaep_digests: &profile.oaep_digests,
            key_wraps: &profile.key_wraps,
        }
    }
}
