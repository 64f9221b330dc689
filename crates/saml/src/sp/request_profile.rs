//! What requests to one identity provider say, whoever logs in.

use crate::sp::eidas_request::EidasRequest;
use crate::sp::extension_template::ExtensionTemplate;
use crate::sp::principal_selection::PrincipalSelection;
use crate::sp::sign_message::SignMessage;

/// What every request to one identity provider says. The default says least.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestProfile {
    /// How we name ourselves.
    pub issuer: IssuerForm,
    /// How requests name the address for the answer.
    pub acs: AcsReference,
    /// By which index, if by one: that of our metadata.
    pub acs_index: AcsIndex,
    /// `AttributeConsumingServiceIndex`: which of the sets of attributes in our metadata is wished.
    pub attribute_consuming_service: Option<u16>,
    /// `ProviderName`: our name for the person to read.
    pub provider_name: Option<String>,
    /// `NameIDPolicy/@Format`, or none: then the peer chooses.
    pub name_id_format: Option<String>,
    /// Classes that `RequestedAuthnContext` names beside levels, such as the kind of person.
    pub contexts_beside: Vec<String>,
    /// `IDPList` of `Scoping`: who may authenticate the person behind a peer that asks others.
    pub idp_list: Vec<String>,
    /// `RequesterID` of `Scoping`: the service that we ask for.
    pub requester_id: Option<String>,
    /// What an eIDAS node reads, or none for other peers.
    pub eidas: Option<EidasRequest>,
    /// What is known beforehand of who is about to log in.
    pub principal_selection: PrincipalSelection,
    /// What a person is shown who signs, where it is not encrypted.
    pub sign_message: Option<SignMessage>,
    /// What stands in `Extensions` besides.
    pub extensions: Vec<ExtensionTemplate>,
}

/// What `Issuer` says beside our entityID [SAML2Core §2.2.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IssuerForm {
    /// Nothing.
    #[default]
    Plain,
    /// `Format`: an entity.
    Entity,
    /// `Format`, and the entityID as `NameQualifier`, as SPID has it.
    Qualified,
}

/// The index of our one `AssertionConsumerService`, in metadata and requests [SAML2Meta §2.2.3].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcsIndex(pub u16);

impl AcsIndex {
    /// Where nobody wants another one.
    pub const DEFAULT: Self = Self(1);
}

impl Default for AcsIndex {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How a request names the address for the answer. One excludes the other [SAML2Core §3.4.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AcsReference {
    /// `AssertionConsumerServiceURL` and `ProtocolBinding`.
    #[default]
    Url,
    /// `AssertionConsumerServiceIndex`, by which our metadata has it.
    Index,
    /// Not at all: it is the default of our metadata.
    Default,
}
