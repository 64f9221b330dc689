//! SAML 2.0 for a service provider that trusts nothing it has not verified, and for the identity
//! provider it also is.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, no randomness. Time comes
//! in as [`jiff::Timestamp`], random bytes as arrays.
//!
//! The way through, for a response that came back from an identity provider:
//!
//! 1. [`Unverified::<Response>::from_post`](Unverified::from_post) bounds and decodes the message.
//!    It has no getters.
//! 2. [`Unverified::verify`] consumes it: limits, outer signature, decryption, inner signature,
//!    addressing, time. The only way out is a [`VerifiedAssertion`] or a [`ResponseError`].
//!    [`Unverified::verify_in_steps`] is the same for whoever serves others between two private
//!    operations.
//!
//! And for a request that came from a service provider: [`UnverifiedAuthnRequest`] is consumed by
//! [`UnverifiedAuthnRequest::verify`] into a [`ReceivedAuthnRequest`], which [`ResponseHeader`] and
//! [`AssertionContent`] answer.
//!
//! What an identity provider publishes of itself is read by [`IdentityProviderDescription::read`].
//!
//! Single logout goes both ways: [`LogoutRequest`] and [`LogoutResponse`] are what we write, and a
//! [`LogoutMessage`] is what came from an identity provider, to be verified by type as above.
//!
//! Identity is read from the very node whose canonical form a signature covered, in one DOM made by
//! one parser.

mod attribute;
mod binding;
mod comparison;
mod encryption;
mod extensions;
mod idp;
mod instant;
mod logout;
mod message;
mod message_error;
mod metadata;
mod name_id;
pub mod namespace;
mod signing;
mod sp;
mod status;
mod unverified;
mod vetuma;
mod xml;

pub use silta_xml_security::{
    AgreementError, AllowedAlgorithms, Certificate, DecryptionError, DecryptionKey, EcdhEs,
    Element, EncryptionError, EncryptionKey, EncryptionParameters, Fingerprint, KdfDigest,
    KeyError, KeyWrap, NamedAlgorithm, NamedTransform, PRIVATE_OPERATIONS, Recipient, SignError,
    SignatureError, SigningCredential, SigningKey, ToBeSigned, VerificationKey, XmlError,
    algorithm,
};

pub use attribute::Attribute;
pub use binding::form_fields::{FormFieldValue, FormFields};
pub use binding::message_parameter::MessageParameter;
pub use binding::post::{MESSAGE_LIMIT, post_value};
pub use binding::redirect::{
    DeflateError, RedirectMessage, RedirectToSign, SignedRedirect, redirect_url,
};
pub use binding::relay_state::{LOGOUT_RELAY_STATE_LIMIT, RELAY_STATE_LIMIT};
pub use binding::unsigned_parameters::{UnsignedParameterError, UnsignedParameters};
pub use comparison::Comparison;
pub use encryption::encrypt_assertion;
pub use idp::authn_request::{ReceivedAuthnRequest, UnverifiedAuthnRequest};
pub use idp::authn_request_error::AuthnRequestError;
pub use idp::response::{
    AssertionContent, AssertionToSign, ResponseHeader, ResponseIds, SignAndEncryptError,
};
pub use idp::service_provider::{
    AcsUrl, RegisteredServiceProvider, RegistrationError, RequestSignature,
};
pub use idp::wishes::{WishedContext, Wishes};
pub use logout::expectation::LogoutExpectation;
pub use logout::logout_error::LogoutError;
pub use logout::message::LogoutMessage;
pub use logout::received_request::{ReceivedLogoutRequest, UnverifiedLogoutRequest};
pub use logout::received_response::{ReceivedLogoutResponse, UnverifiedLogoutResponse};
pub use logout::request::LogoutRequest;
pub use logout::response::LogoutResponse;
pub use logout::status::LogoutStatus;
pub use message_error::{MessageError, Part};
pub use metadata::changes::MetadataChange;
pub use metadata::contact_extensions::{ContactExtensions, ContactExtensionsError};
pub use metadata::description::{IdentityProviderDescription, LeftOutKey};
pub use metadata::encryption_methods::{EncryptionMethods, PeerEncryptionKey};
pub use metadata::endpoint::{Endpoint, EndpointBinding, EndpointKind, EndpointUrl};
pub use metadata::identity_provider::IdentityProviderMetadata;
pub use metadata::metadata_error::{MetadataError, MetadataPart};
pub use metadata::read::METADATA_LIMIT;
pub use metadata::self_description::{
    AttributeSet, Contact, ContactKind, Localized, Logo, Organization, RequestedAttribute,
    SelfDescription, UiInfo,
};
pub use metadata::service_provider::ServiceProviderMetadata;
pub use metadata::trust::{MetadataSigners, MetadataTrust, NoMetadataSignerError};
pub use name_id::NameId;
pub use signing::{enveloped_signature, metadata_signature, sign_enveloped};
pub use sp::assertion::VerifiedAssertion;
pub use sp::assertion_to_try::AssertionToTry;
pub use sp::assurance_levels::{AssuranceLevels, NoAssuranceLevelsError};
pub use sp::authn_request::{AuthnRequest, RequestId, RequestedAuthnContext};
pub use sp::check::Check;
pub use sp::country::Country;
pub use sp::eidas_request::{EidasPerson, EidasRequest, SpType};
pub use sp::encrypted_extension::EncryptedExtension;
pub use sp::encrypted_parts::{EncryptedParts, PartCount};
pub use sp::encrypted_subject::EncryptedSubject;
pub use sp::esaml_answer::EsamlExpectation;
pub use sp::esaml_request::{EsamlAttribute, EsamlRequest, IdentityFlavour};
pub use sp::expectation::{Expectation, UsedContent};
pub use sp::explanation::{CheckOutcome, ExplainedAssertion, ExplainedRequest, Explanation};
pub use sp::extension_template::{ExtensionTemplate, ExtensionTemplateError};
pub use sp::identity_provider::{IdentityProvider, NoVerificationKeyError};
pub use sp::level_source::{LevelAttribute, LevelSource};
pub use sp::mismatch::{Mismatch, ReceivedUri};
pub use sp::national_status::{NationalStatuses, StatusMeaning, StatusNameError};
pub use sp::peer_profile::{EncryptionRule, PeerProfile, SignedParts};
pub use sp::principal_selection::PrincipalSelection;
pub use sp::request_encryption::{RequestEncryption, RequestRecipient};
pub use sp::request_profile::{AcsIndex, AcsReference, IssuerForm, RequestProfile};
pub use sp::requirement::{Requirement, Requirements};
pub use sp::response::{Response, UndecidedResponse, VerificationStep};
pub use sp::response_error::{ResponseError, Verdict};
pub use sp::service_provider::ServiceProvider;
pub use sp::sign_message::{SignMessage, SignMessageKind, SignMessageProof};
pub use sp::weak_assertion::WeakAssertion;
pub use status::StatusError;
pub use unverified::Unverified;
