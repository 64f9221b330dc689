//! Namespace names, as the specifications spell them.

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
