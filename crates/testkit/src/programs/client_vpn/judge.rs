//! The endpoint's judgement of a Response.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use openssl::x509::X509;
use roxmltree::{Document, Node};

use super::error::ClientVpnError;
use super::metadata::IamSamlProvider;
use super::{ENTITY_ID, VpnRequest, attribute};
use crate::peers::xmlsec1_at;
use crate::test_dir::TestDir;

/// A connection that was allowed. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq)]
pub struct VpnSession {
    /// The user name.
    pub name_id: String,
    /// `FirstName`, `LastName` and `memberOf`, as far as they came.
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl fmt::Debug for VpnSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VpnSession({:?})", self.attributes.keys())
    }
}

pub(super) fn judge(
    idp: &IamSamlProvider,
    request: &VpnRequest,
    saml_response: &str,
    now: Timestamp,
) -> Result<VpnSession, ClientVpnError> {
    if saml_response.len() > MAX_OCTETS {
        return Err(ClientVpnError::TooLarge);
    }
    let xml = STANDARD.decode(saml_response).ok().and_then(|xml| String::from_utf8(xml).ok());
    let xml = xml.ok_or(ClientVpnError::Unreadable)?;
    let document = Document::parse(&xml).map_err(|_| ClientVpnError::Unreadable)?;
    let response = document.root_element();
    if !response.has_tag_name((SAMLP, "Response")) {
        return Err(ClientVpnError::Unreadable);
    }
    if status(response) != Some(SUCCESS) {
        return Err(ClientVpnError::NotSuccessful);
    }
    if attribute(response, "Destination") != Some(request.acs_url.as_str()) {
        return Err(ClientVpnError::Destination);
    }
    if attribute(response, "InResponseTo") != Some(request.id.as_str()) {
        return Err(ClientVpnError::InResponseTo);
    }
    let assertions: Vec<_> =
        document.descendants().filter(|node| node.has_tag_name((SAML, "Assertion"))).collect();
    let [assertion] = assertions.as_slice() else { return Err(ClientVpnError::Assertion) };
    if assertion.parent() != Some(response) {
        return Err(ClientVpnError::Assertion);
    }
    for message in [response, *assertion] {
        let dated = attribute(message, "IssueInstant").is_some_and(|at| instant(at).is_some());
        if attribute(message, "Version") != Some("2.0") || !dated {
            return Err(ClientVpnError::Envelope);
        }
        if child(message, SAML, "Issuer").and_then(|node| node.text()) != Some(&idp.entity_id) {
            return Err(ClientVpnError::Issuer);
        }
    }
    verify(idp, &xml, response, OF_RESPONSE).ok_or(ClientVpnError::ResponseSignature)?;
    verify(idp, &xml, *assertion, OF_ASSERTION).ok_or(ClientVpnError::AssertionSignature)?;
    let name_id = subject(*assertion, request, now)?;
    conditions(*assertion, now)?;
    let statement = child(*assertion, SAML, "AuthnStatement");
    if statement.and_then(|node| attribute(node, "SessionIndex")).is_none_or(str::is_empty) {
        return Err(ClientVpnError::AuthnStatement);
    }
    Ok(VpnSession { name_id, attributes: attributes(*assertion)? })
}

/// Enveloped, exclusive C14N, RSA-SHA256, over this very element, by a certificate of the metadata; and
/// xmlsec1 verifies it.
fn verify(idp: &IamSamlProvider, xml: &str, signed: Node<'_, '_>, path: &str) -> Option<()> {
    let signature = child(signed, DS, "Signature")?;
    let info = child(signature, DS, "SignedInfo")?;
    let algorithm = |name: &str| attribute(child(info, DS, name)?, "Algorithm");
    let reference = child(info, DS, "Reference")?;
    let transforms = child(reference, DS, "Transforms")?;
    let transforms: Vec<_> =
        transforms.children().filter_map(|one| attribute(one, "Algorithm")).collect();
    let digest = attribute(child(reference, DS, "DigestMethod")?, "Algorithm");
    let of_this = attribute(reference, "URI")? == format!("#{}", attribute(signed, "ID")?);
    let as_known = algorithm("SignatureMethod") == Some(RSA_SHA256)
        && algorithm("CanonicalizationMethod") == Some(EXCLUSIVE)
        && transforms == [ENVELOPED, EXCLUSIVE]
        && digest == Some(SHA256);
    let certificate =
        signature.descendants().find(|node| node.has_tag_name((DS, "X509Certificate")))?;
    let certificate: String = certificate.text()?.split_ascii_whitespace().collect();
    let certificate = STANDARD.decode(certificate).ok()?;
    if !of_this || !as_known || !idp.certificates.contains(&certificate) {
        return None;
    }
    let dir = TestDir::new();
    let pem = X509::from_der(&certificate).ok()?.to_pem().ok()?;
    xmlsec1_at(path, &dir.write("response.xml", xml), &dir.write("idp.crt", pem)).ok()
}

/// The NameID of a bearer who was confirmed for us.
fn subject(
    assertion: Node<'_, '_>,
    request: &VpnRequest,
    now: Timestamp,
) -> Result<String, ClientVpnError> {
    let subject = child(assertion, SAML, "Subject").ok_or(ClientVpnError::Confirmation)?;
    let confirmation = child(subject, SAML, "SubjectConfirmation")
        .filter(|&node| attribute(node, "Method") == Some(BEARER))
        .and_then(|node| child(node, SAML, "SubjectConfirmationData"))
        .ok_or(ClientVpnError::Confirmation)?;
    let end = attribute(confirmation, "NotOnOrAfter").and_then(instant);
    if attribute(confirmation, "Recipient") != Some(&request.acs_url)
        || attribute(confirmation, "InResponseTo") != Some(&request.id)
        || end.is_none_or(|end| end <= now)
    {
        return Err(ClientVpnError::Confirmation);
    }
    let name_id = child(subject, SAML, "NameID").ok_or(ClientVpnError::NameIdFormat)?;
    let value = name_id.text().unwrap_or_default();
    let looks_so = value.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if attribute(name_id, "Format") != Some(EMAIL) || !looks_so {
        return Err(ClientVpnError::NameIdFormat);
    }
    if value.len() > MAX_NAME {
        return Err(ClientVpnError::NameIdTooLong);
    }
    Ok(value.to_owned())
}

/// Nothing but an audience and two times: no `OneTimeUse`, no `ProxyRestriction`.
fn conditions(assertion: Node<'_, '_>, now: Timestamp) -> Result<(), ClientVpnError> {
    let conditions = child(assertion, SAML, "Conditions").ok_or(ClientVpnError::Conditions)?;
    let children: Vec<_> = conditions.children().filter(Node::is_element).collect();
    let [restriction] = children.as_slice() else { return Err(ClientVpnError::Conditions) };
    if !restriction.has_tag_name((SAML, "AudienceRestriction")) {
        return Err(ClientVpnError::Conditions);
    }
    let at = |name: &str| attribute(conditions, name).and_then(instant);
    match (at("NotBefore"), at("NotOnOrAfter")) {
        (Some(begin), Some(end)) if begin <= now && now < end => {}
        _ => return Err(ClientVpnError::Time),
    }
    let audiences: Vec<_> = restriction.children().filter_map(|one| one.text()).collect();
    if audiences == [ENTITY_ID] { Ok(()) } else { Err(ClientVpnError::Audience) }
}

fn attributes(assertion: Node<'_, '_>) -> Result<BTreeMap<String, Vec<String>>, ClientVpnError> {
    let statement = child(assertion, SAML, "AttributeStatement");
    let statement = statement.ok_or(ClientVpnError::Attributes)?;
    let mut all = BTreeMap::new();
    for one in statement.children().filter(Node::is_element) {
        let name = attribute(one, "Name").filter(|name| ATTRIBUTES.contains(name));
        let name = name.ok_or(ClientVpnError::Attributes)?;
        let values = one.children().filter(|node| node.has_tag_name((SAML, "AttributeValue")));
        let values: Vec<_> =
            values.map(|node| node.text().unwrap_or_default().to_owned()).collect();
        if name == "memberOf" && values.iter().any(|group| group.chars().count() > MAX_NAME) {
            return Err(ClientVpnError::GroupTooLong);
        }
        if all.insert(name.to_owned(), values).is_some() {
            return Err(ClientVpnError::Attributes);
        }
    }
    if all.is_empty() { Err(ClientVpnError::Attributes) } else { Ok(all) }
}

/// The outermost status code.
fn status<'a>(response: Node<'a, '_>) -> Option<&'a str> {
    attribute(child(child(response, SAMLP, "Status")?, SAMLP, "StatusCode")?, "Value")
}

fn child<'a, 'i>(parent: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    let mut found = parent.children().filter(|node| node.has_tag_name((namespace, name)));
    found.next().filter(|_| found.next().is_none())
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const OF_RESPONSE: &str = "/*/*[local-name()='Signature']";
const OF_ASSERTION: &str = "/*/*[local-name()='Assertion']/*[local-name()='Signature']";
/// The attributes of Client VPN, without any prefix.
const ATTRIBUTES: [&str; 3] = ["FirstName", "LastName", "memberOf"];
/// Of a Response, as it is posted.
const MAX_OCTETS: usize = 128 * 1024;
/// Octets of a NameID that every quota of AWS allows, and characters of a group.
const MAX_NAME: usize = 255;
