//! The two parties of a login: us as a service provider, and the identity provider we ask.

use jiff::SignedDuration;
use silta_xml_security::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_xml_security::{DecryptionKey, VerificationKey};
use thiserror::Error;

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

/// An identity provider as configured: never without a key, never without an assurance level.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    pub(crate) entity_id: String,
    pub(crate) keys: Vec<VerificationKey>,
    pub(crate) assurance_levels: AssuranceLevels,
    pub(crate) profile: PeerProfile,
}

/// An identity provider without a verification key could only be believed blindly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an identity provider needs at least one signing certificate")]
pub struct NoVerificationKeyError;

impl IdentityProvider {
    /// An identity provider that signs with any of `keys`.
    ///
    /// # Errors
    /// [`NoVerificationKeyError`] when `keys` is empty: "no key, no check" cannot happen.
    pub fn new(
        entity_id: impl Into<String>,
        keys: Vec<VerificationKey>,
        assurance_levels: AssuranceLevels,
        profile: PeerProfile,
    ) -> Result<Self, NoVerificationKeyError> {
        if keys.is_empty() {
            return Err(NoVerificationKeyError);
        }
        Ok(Self { entity_id: entity_id.into(), keys, assurance_levels, profile })
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Whether its assertions are always signed themselves, or a signed Response may vouch for them:
    /// what our metadata asks of it [SAML2Meta §2.4.4].
    #[must_use]
    pub fn signs_assertions(&self) -> bool {
        self.profile.signed != SignedParts::Response
    }

    /// The authentication contexts it may assert, by level.
    #[must_use]
    pub fn assurance_levels(&self) -> &AssuranceLevels {
        &self.assurance_levels
    }
}

/// What we require of one identity provider. The default is safe with any of them; a profile only
/// narrows it.
#[derive(Debug, Clone)]
pub struct PeerProfile {
    /// Which signatures the profile promises.
    pub signed: SignedParts,
    /// Whether a plain assertion is refused.
    pub encryption: EncryptionRule,
    /// Signature algorithms this peer may use.
    pub signature_algorithms: Vec<SignatureAlgorithm>,
    /// Ciphers this peer may use. CBC counts only inside a verified Response, whatever stands here.
    pub ciphers: Vec<DataCipher>,
    /// Digests this peer may use inside RSA-OAEP, for the label and for MGF1.
    pub oaep_digests: Vec<DigestAlgorithm>,
    /// How far its clock may be from ours.
    pub skew: SignedDuration,
}

impl Default for PeerProfile {
    fn default() -> Self {
        Self {
            signed: SignedParts::Either,
            encryption: EncryptionRule::Required,
            signature_algorithms: SignatureAlgorithm::ALL.to_vec(),
            ciphers: DataCipher::ALL.to_vec(),
            oaep_digests: DigestAlgorithm::ALL.to_vec(),
            skew: SKEW,
        }
    }
}

/// Which parts of a response must be signed. A signature that is there must always hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedParts {
    /// The Response, or an assertion that nobody but us could have opened: an unsigned Response may
    /// carry only a GCM-encrypted, signed assertion, and an encrypted assertion is always signed.
    Either,
    /// Both, as Suomi.fi promises.
    Both,
    /// The Response; the assertion inside may be unsigned, as eIDAS nodes have it.
    Response,
    /// The assertion; the Response around it may be unsigned, as SPID has it.
    Assertion,
}

/// Whether the assertion must be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionRule {
    /// A plain assertion is refused.
    Required,
    /// A plain assertion is accepted.
    Optional,
}

/// The assurance levels of a peer, weakest first: each is one authentication context that it may
/// assert, or several that are equally strong. A context that is not listed is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssuranceLevels(Vec<Vec<String>>);

/// A peer without assurance levels could log nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the list of authentication contexts is empty")]
pub struct NoAssuranceLevelsError;

impl AssuranceLevels {
    /// The levels as lists of `AuthnContextClassRef` URIs, weakest first.
    ///
    /// # Errors
    /// [`NoAssuranceLevelsError`].
    pub fn new(weakest_first: Vec<Vec<String>>) -> Result<Self, NoAssuranceLevelsError> {
        if weakest_first.iter().all(Vec::is_empty) {
            Err(NoAssuranceLevelsError)
        } else {
            Ok(Self(weakest_first))
        }
    }

    /// The level of a context, counted from the weakest, which is 0.
    #[must_use]
    pub fn level(&self, context: &str) -> Option<usize> {
        self.0.iter().position(|level| level.iter().any(|one| one == context))
    }

    /// Every context of this level and above.
    #[must_use]
    pub fn from_level(&self, level: usize) -> Vec<String> {
        self.0.get(level..).unwrap_or_default().concat()
    }
}

/// saml2int allows three to five minutes; synchronised hosts need far less [saml2int SDP-G01].
const SKEW: SignedDuration = SignedDuration::from_secs(60);
