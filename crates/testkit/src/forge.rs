//! An identity provider that really signs and encrypts, and lies wherever a test tells it to.
//!
//! A test starts from a good world and names one deviation:
//!
//! ```
//! use silta_saml::{Part, ResponseError};
//! use silta_testkit::forge::{FakeIdp, NOON};
//!
//! let idp = FakeIdp::default();
//! let stolen = idp.response().in_response_to("_another_login").sign();
//! assert_eq!(
//!     stolen.verify(&idp.expectation(), NOON).unwrap_err(),
//!     ResponseError::NotOurRequest { part: Part::Response }
//! );
//! ```

mod encrypted_assertion;
mod encryption;
mod forged_logout;
mod forged_request;
mod forged_response;
mod sent_request;
mod signing;
pub mod text;
mod wrapping;

use jiff::Timestamp;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssuranceLevels, EncryptionRule, Expectation, IdentityProvider, PeerProfile, RequestId,
    ServiceProvider, SignedParts, SigningKey, UsedContent, VerificationKey,
};

/// Algorithms, for tests that know Silta by this crate alone.
pub use silta_saml::{EcdhEs, KdfDigest, KeyWrap, algorithm};

pub use encrypted_assertion::encrypted_assertion;
pub use encryption::{encrypted_by_itself, encrypted_for, encrypted_part};
pub use forged_logout::{ForgedLogout, LogoutWrapping, SLO};
pub use forged_request::{ForgedRequest, SSO, registered};
pub use forged_response::{EditPoint, ForgedResponse};
pub use sent_request::SentRequest;
pub use signing::{digest, resigned, signed_redirect};
pub use wrapping::Wrapping;

use crate::keys;

/// An identity provider as it is, and what a broker that trusts it knows and expects.
#[derive(Debug, Clone)]
pub struct FakeIdp {
    /// The broker as a service provider, with one decryption key.
    pub provider: ServiceProvider,
    /// The request that is to be answered.
    pub request: RequestId,
    /// The earliest authentication that will do.
    pub authenticated_since: Option<Timestamp>,
    /// The least level that will do, as an index of [`AUTHN_CONTEXTS`].
    pub least_level: usize,
    /// What of an assertion the broker uses: all of it, where a test says nothing else.
    pub uses: UsedContent,
    trusted: Vec<VerificationKey>,
    profile: PeerProfile,
    signer: SigningKey,
    peer: IdentityProvider,
}

impl Default for FakeIdp {
    /// Signs with RSA-SHA256 and encrypts; the broker has the default profile.
    fn default() -> Self {
        let trusted = vec![keys::IDP.verification()];
        let profile = PeerProfile::default();
        Self {
            provider: ServiceProvider {
                entity_id: SP_ENTITY.to_owned(),
                acs_url: ACS.to_owned(),
                decryption_keys: vec![keys::SP.decryption()],
            },
            peer: peer(&trusted, &profile),
            trusted,
            profile,
            request: RequestId::from_stored(REQUEST.to_owned()),
            authenticated_since: None,
            least_level: 0,
            uses: UsedContent::ALL,
            signer: keys::IDP.signing(SignatureAlgorithm::RsaSha256),
        }
    }
}

impl FakeIdp {
    /// The same world, where the broker also takes plain assertions.
    #[must_use]
    pub fn plain() -> Self {
        Self::default().with_profile(|profile| profile.encryption = EncryptionRule::Optional)
    }

    /// Changes the broker's profile of this peer.
    #[must_use]
    pub fn with_profile(mut self, change: impl FnOnce(&mut PeerProfile)) -> Self {
        change(&mut self.profile);
        self.peer = peer(&self.trusted, &self.profile);
        self
    }

    /// Changes which signatures the broker wants.
    #[must_use]
    pub fn requiring(self, signed: SignedParts) -> Self {
        self.with_profile(|profile| profile.signed = signed)
    }

    /// Changes which keys the broker trusts.
    #[must_use]
    pub fn trusting(mut self, keys: Vec<VerificationKey>) -> Self {
        self.trusted = keys;
        self.with_profile(|_| {})
    }

    /// Asks for no weaker context than this index of [`AUTHN_CONTEXTS`].
    #[must_use]
    pub fn requiring_level(mut self, level: usize) -> Self {
        self.least_level = level;
        self
    }

    /// Asks for an authentication no earlier than this.
    #[must_use]
    pub fn requiring_freshness(mut self, since: Timestamp) -> Self {
        self.authenticated_since = Some(since);
        self
    }

    /// Uses no more than this of an assertion.
    #[must_use]
    pub fn using(mut self, uses: UsedContent) -> Self {
        self.uses = uses;
        self
    }

    /// Signs with another key, which the broker trusts alone.
    #[must_use]
    pub fn signing_with(mut self, pair: &keys::KeyPair, algorithm: SignatureAlgorithm) -> Self {
        self.signer = pair.signing(algorithm);
        self.trusting(vec![pair.verification()])
    }

    /// What a broker expects that asked this identity provider.
    #[must_use]
    pub fn expectation(&self) -> Expectation<'_> {
        Expectation {
            provider: &self.provider,
            idp: &self.peer,
            request: &self.request,
            authenticated_since: self.authenticated_since,
            least_level: self.least_level,
            uses: self.uses,
        }
    }

    /// A good answer to that request, encrypted, both parts signed, to be spoilt.
    #[must_use]
    pub fn response(&self) -> ForgedResponse {
        ForgedResponse::new(self.signer.clone())
    }
}

fn peer(trusted: &[VerificationKey], profile: &PeerProfile) -> IdentityProvider {
    let levels =
        AssuranceLevels::new(AUTHN_CONTEXTS.map(|one| vec![one.to_owned()]).to_vec()).unwrap();
    IdentityProvider::new(IDP_ENTITY, trusted.to_vec(), levels, profile.clone()).unwrap()
}

/// When everything happens: 2026-11-21T12:00:00Z.
pub const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);
/// The identity provider's entityID.
pub const IDP_ENTITY: &str = "https://idp.example/entity";
/// The broker's entityID.
pub const SP_ENTITY: &str = "https://broker.example/entity";
/// The broker's ACS.
pub const ACS: &str = "https://broker.example/saml/acs";
/// The ID of the request.
pub const REQUEST: &str = "_0123456789abcdef0123456789abcdef";
/// The ID of the Response.
pub const RESPONSE_ID: &str = "_response";
/// The ID of the assertion.
pub const ASSERTION_ID: &str = "_assertion";
/// The format of a name that is made up anew at each login.
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// The authentication contexts that this identity provider may assert, weakest first.
pub const AUTHN_CONTEXTS: [&str; 3] =
    ["urn:example:loa:low", "urn:example:loa:substantial", "urn:example:loa:high"];
