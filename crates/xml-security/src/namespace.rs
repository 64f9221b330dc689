//! Namespace names, and those of canonical forms and transforms, as the specifications spell them.

/// XML Signature [XMLDSig §1.3].
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Signature 1.1 [XMLDSig §1.3].
pub const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
/// XML Encryption 1.0 [XMLEnc §1.3].
pub const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// XML Encryption 1.1 [XMLEnc11 §1.3].
pub const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// Exclusive canonicalization without comments, also the namespace of `InclusiveNamespaces`
/// [ExcC14N §1.3].
pub const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Exclusive canonicalization with comments [ExcC14N §4].
pub const EXC_C14N_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
/// The enveloped-signature transform [XMLDSig §6.6.4].
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Inclusive canonicalization 1.0 [C14N §1.3].
pub const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// The same with comments.
pub const C14N_WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
/// Inclusive canonicalization 1.1 [C14N11 §1.3].
pub const C14N_11: &str = "http://www.w3.org/2006/12/xml-c14n11";
/// The same with comments.
pub const C14N_11_WITH_COMMENTS: &str = "http://www.w3.org/2006/12/xml-c14n11#WithComments";
/// The `XPath` transform [XMLDSig §6.6.3].
pub const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
/// The `XPath` filter transform, version 2.
pub const XPATH_FILTER: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
/// The XSLT transform [XMLDSig §6.6.5].
pub const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";
/// The base64 transform [XMLDSig §6.6.2].
pub const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
