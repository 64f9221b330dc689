//! What a request asks for besides an answer: wishes, until a policy has judged them.

use roxmltree::Node;

use crate::comparison::Comparison;
use crate::idp::authn_request_error::AuthnRequestError;
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Occurs};

/// What a service provider wishes [SAML2Core §3.4.1].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// `ForceAuthn`: the person must be authenticated anew.
    pub force_authn: bool,
    /// `IsPassive`: nothing may be shown to the person.
    pub is_passive: bool,
    /// `NameIDPolicy/@Format`; none lets us choose.
    pub name_id_format: Option<String>,
    /// `RequestedAuthnContext`; none asks for nothing.
    pub context: Option<WishedContext>,
}

/// The authentication contexts that are asked for, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedContext {
    /// How the list is to be compared.
    pub comparison: Comparison,
    /// `AuthnContextClassRef` URIs.
    pub classes: Vec<String>,
}

impl Wishes {
    pub(crate) fn read(request: Node<'_, '_>, issuer: &str) -> Result<Self, AuthnRequestError> {
        if xml::child(request, SAML, "Subject").is_some() {
            return Err(AuthnRequestError::SubjectNamed);
        }
        if let Some(scoping) = xml::child(request, SAMLP, "Scoping") {
            check_scoping(scoping)?;
        }
        let policy = xml::child(request, SAMLP, "NameIDPolicy");
        let context = xml::child(request, SAMLP, "RequestedAuthnContext");
        Ok(Self {
            force_authn: boolean(request, "ForceAuthn")?,
            is_passive: boolean(request, "IsPassive")?,
            name_id_format: policy.map(|policy| read_policy(policy, issuer)).transpose()?.flatten(),
            context: context.map(read_context).transpose()?,
        })
    }
}

/// A broker always asks another identity provider, so a count of zero forbids what it does. Zero has
/// more than one spelling; what is no number allows nothing.
fn check_scoping(scoping: Node<'_, '_>) -> Result<(), AuthnRequestError> {
    let allows = |count: &str| count.trim_ascii().parse::<u64>().is_ok_and(|count| count > 0);
    if xml::attribute(scoping, "ProxyCount").is_none_or(allows) {
        Ok(())
    } else {
        Err(AuthnRequestError::ProxyForbidden)
    }
}

/// `AllowCreate` decides nothing: no identifier is created or kept here.
fn read_policy(policy: Node<'_, '_>, issuer: &str) -> Result<Option<String>, AuthnRequestError> {
    xml::sequence(policy, &[])?;
    boolean(policy, "AllowCreate")?;
    if xml::attribute(policy, "SPNameQualifier").is_some_and(|qualifier| qualifier != issuer) {
        return Err(AuthnRequestError::ForeignNameQualifier);
    }
    let format = xml::attribute(policy, "Format");
    format.map(|format| short(format, "NameIDPolicy")).transpose()
}

fn read_context(context: Node<'_, '_>) -> Result<WishedContext, AuthnRequestError> {
    let comparison = xml::attribute(context, "Comparison").unwrap_or(Comparison::Exact.name());
    let comparison = Comparison::ALL
        .into_iter()
        .find(|one| one.name() == comparison)
        .ok_or(AuthnRequestError::UnsupportedContext)?;
    if xml::child(context, SAML, "AuthnContextDeclRef").is_some() {
        return Err(AuthnRequestError::UnsupportedContext);
    }
    xml::sequence(context, &[(SAML, "AuthnContextClassRef", Occurs::Many)])?;
    xml::required(context, SAML, "AuthnContextClassRef")?;
    let mut classes = vec![];
    for class in xml::children(context, SAML, "AuthnContextClassRef") {
        if classes.len() == CLASS_LIMIT {
            return Err(AuthnRequestError::WishTooLong { field: CONTEXT });
        }
        classes.push(short(xml::text(class)?.trim_ascii(), CONTEXT)?);
    }
    Ok(WishedContext { comparison, classes })
}

/// `xs:boolean`, false where it is absent.
fn boolean(node: Node<'_, '_>, field: &'static str) -> Result<bool, AuthnRequestError> {
    match xml::attribute(node, field).map(str::trim_ascii) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(AuthnRequestError::NotABoolean { field }),
    }
}

fn short(text: &str, field: &'static str) -> Result<String, AuthnRequestError> {
    if text.len() > TEXT_LIMIT {
        Err(AuthnRequestError::WishTooLong { field })
    } else {
        Ok(text.to_owned())
    }
}

const CONTEXT: &str = "RequestedAuthnContext";
/// Wishes are kept until the person comes back: real lists name up to four contexts.
const CLASS_LIMIT: usize = 16;
/// As above: the URIs that the standards name have up to seventy octets.
const TEXT_LIMIT: usize = 256;
