//! What we require of one identity provider.

use jiff::SignedDuration;
use silta_xml_security::KeyWrap;
use silta_xml_security::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};

use crate::sp::country::Country;
use crate::sp::esaml_answer::EsamlExpectation;
use crate::sp::level_source::LevelSource;
use crate::sp::national_status::NationalStatuses;
use crate::sp::requirement::Requirements;
use crate::sp::sign_message::SignMessageProof;

/// What we require of one identity provider. The default is safe with any of them; a profile only
/// narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Wraps this peer may use behind an agreement by ECDH-ES. None by default: then it may not agree on a key.
    pub key_wraps: Vec<KeyWrap>,
    /// What its answers must have, and SAML leaves free. Nothing by default.
    pub require: Requirements,
    /// What it says of a failed login in words of its federation's own. None by default.
    pub statuses: NationalStatuses,
    /// Where it says how strongly the person was authenticated.
    pub level_from: LevelSource,
    /// How far its clock may be from ours.
    pub skew: SignedDuration,
    /// The country for which an eIDAS node makes identifiers. None for other peers: then an identifier is any text.
    pub identifiers_for: Option<Country>,
    /// What answers of a German eID-Server must say, whose values are XML. None for other peers.
    pub esaml: Option<EsamlExpectation>,
    /// What answers must prove of a message that people are shown who sign by logging in. None for other peers.
    pub sign_message: Option<SignMessageProof>,
}

impl PeerProfile {
    /// Whether its assertions are always signed themselves, or a signed Response may vouch for them:
    /// what our metadata asks of it [SAML2Meta §2.4.4].
    #[must_use]
    pub fn signs_assertions(&self) -> bool {
        self.signed != SignedParts::Response
    }
}

impl Default for PeerProfile {
    fn default() -> Self {
        Self {
            signed: SignedParts::Either,
            encryption: EncryptionRule::Required,
            signature_algorithms: SignatureAlgorithm::ALL.to_vec(),
            ciphers: DataCipher::ALL.to_vec(),
            oaep_digests: DigestAlgorithm::ALL.to_vec(),
            key_wraps: vec![],
            require: Requirements::default(),
            statuses: NationalStatuses::default(),
            level_from: LevelSource::AuthnContext,
            skew: SKEW,
            identifiers_for: None,
            esaml: None,
            sign_message: None,
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

/// saml2int allows three to five minutes; synchronised hosts need far less [saml2int SDP-G01].
const SKEW: SignedDuration = SignedDuration::from_secs(60);
