//! What AWS would not take.

use std::fmt;

/// Why a document does not become an IAM SAML provider that Client VPN can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataError {
    /// Fewer than 1,000 characters, or more than ten million.
    Length,
    /// A byte order mark stands in front.
    ByteOrderMark,
    /// It is no XML, or no `EntityDescriptor` of an identity provider.
    NotAnIdentityProvider,
    /// No signing certificate that can be read.
    NoCertificate,
    /// No `SingleSignOnService` by HTTP-Redirect, which is all that Client VPN sends by.
    NoRedirect,
    /// Requests must be signed, which Client VPN's never are.
    WantsSignedRequests,
}

/// Why an endpoint refuses an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientVpnError {
    /// More than 128 KB.
    TooLarge,
    /// It is no base64, no XML, or no Response.
    Unreadable,
    /// Its status is not Success.
    NotSuccessful,
    /// `Version`, `ID` or `IssueInstant` is missing or wrong.
    Envelope,
    /// The issuer of the Response or of the assertion is not the entityID of the uploaded metadata.
    Issuer,
    /// `Destination` is not the ACS.
    Destination,
    /// It answers another request.
    InResponseTo,
    /// There is not exactly one assertion in the clear.
    Assertion,
    /// The Response is not signed by a certificate of the metadata with RSA-SHA256.
    ResponseSignature,
    /// The assertion is not signed by a certificate of the metadata with RSA-SHA256.
    AssertionSignature,
    /// The subject is not confirmed for this ACS, this request and this instant.
    Confirmation,
    /// `Conditions` hold anything but two times and an audience.
    Conditions,
    /// It is too early or too late.
    Time,
    /// Another audience.
    Audience,
    /// No `AuthnStatement` with a session index.
    AuthnStatement,
    /// The NameID is not of the e-mail format, or does not look so.
    NameIdFormat,
    /// The NameID has more than 255 octets.
    NameIdTooLong,
    /// No attribute, or one by another name than Client VPN knows.
    Attributes,
    /// A group of more than 255 characters.
    GroupTooLong,
}

impl fmt::Display for ClientVpnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AUTH_FAILED, Invalid username or password ({self:?})")
    }
}
