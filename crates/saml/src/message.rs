//! What holds for every SAML message, request or response: issuer and age.

use jiff::{SignedDuration, Timestamp};
use roxmltree::{Document, Node};

use crate::instant;
use crate::message_error::{MessageError, Part};
use crate::name_id::ENTITY;
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Input};

/// Parses a message within its limits.
pub(crate) fn parse<'t>(input: &'t Input<'_>, part: Part) -> Result<Document<'t>, MessageError> {
    xml::parse(input).map_err(|cause| MessageError::Malformed { part, cause })
}

/// A protocol message of this name, in version 2.0 [SAML2Core §3.2.1, §3.2.2].
pub(crate) fn check_root(root: Node<'_, '_>, name: &str, part: Part) -> Result<(), MessageError> {
    if !xml::is(root, SAMLP, name) {
        return Err(MessageError::WrongRoot { part });
    }
    if xml::attribute(root, "Version") != Some("2.0") {
        return Err(MessageError::WrongVersion { part });
    }
    Ok(())
}

/// The ID of a request: an NCName, of which only ASCII characters are taken, since it becomes the key
/// of a record, and no peer is known to use others. Nothing when it is none that can be remembered.
pub(crate) fn id<'a>(request: Node<'a, '_>) -> Result<Option<&'a str>, MessageError> {
    let id =
        xml::attribute(request, "ID").ok_or(MessageError::MissingAttribute { attribute: "ID" })?;
    let begins = id.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_');
    let name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.');
    Ok(Some(id).filter(|id| begins && id.len() <= ID_LIMIT && id.bytes().all(name)))
}

/// The name of the issuer, which is an entity: `Format` says so or is absent [SAML2Core §2.2.5,
/// SAML2Prof §4.1.4.1, §4.1.4.2].
pub(crate) fn issuer<'a>(element: Node<'a, '_>, part: Part) -> Result<&'a str, MessageError> {
    let issuer = xml::required(element, SAML, "Issuer")?;
    if xml::attribute(issuer, "Format").is_some_and(|format| format != ENTITY) {
        return Err(MessageError::IssuerFormat { part });
    }
    xml::text(issuer)
}

/// A message is minutes old at most, and not from the future. Returns until when it is fresh, skew
/// aside.
pub(crate) fn check_issued(
    element: Node<'_, '_>,
    part: Part,
    skew: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, MessageError> {
    let issued = instant::required(element, "IssueInstant")?;
    if instant::since(now, issued) > MAX_AGE + skew {
        return Err(MessageError::Stale { part, issued, now });
    }
    if instant::since(issued, now) > skew {
        return Err(MessageError::FromTheFuture { part, issued, now });
    }
    Ok(instant::later(issued, MAX_AGE))
}

/// How long a message may travel from its sender through the browser to us (suomi.fi and eIDAS
/// nodes give five minutes themselves).
pub(crate) const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Real IDs have up to about sixty characters.
const ID_LIMIT: usize = 256;
