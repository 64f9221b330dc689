//! Namespace names, as the specifications spell them.

pub use silta_xml_security::namespace::{
    DS, ENVELOPED, EXC_C14N, EXC_C14N_WITH_COMMENTS, XENC, XENC11,
};

/// SAML assertions [SAML2Core §1.1].
pub const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// SAML protocol messages [SAML2Core §1.1].
pub const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// SAML metadata [SAML2Meta §1.1].
pub const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// XML Schema's attributes of instances, such as `xsi:type`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// What metadata says of an entity to federations [SAML2MetaAttr §2.1].
pub const MDATTR: &str = "urn:oasis:names:tc:SAML:metadata:attribute";
/// Which algorithms metadata names [SAML2ALGSUP §2.2].
pub const ALG: &str = "urn:oasis:names:tc:SAML:metadata:algsupport";
/// What metadata says of a role to people [SAML2MDUI §2.1].
pub const MDUI: &str = "urn:oasis:names:tc:SAML:metadata:ui";
/// The `NameFormat` of an attribute whose name is a URI [SAML2Core §8.2.2].
pub(crate) const NAME_FORMAT_URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
