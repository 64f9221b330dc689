//! What holds for every SAML message, request or response: issuer and age.

use jiff::{SignedDuration, Timestamp};
use roxmltree::{Document, Node};

use crate::instant;
use crate::message_error::{MessageError, Part};
use crate::namespace::SAML;
use crate::xml;

/// Parses a message within its limits.
pub(crate) fn parse(text: &str, part: Part) -> Result<Document<'_>, MessageError> {
    xml::parse(text).map_err(|cause| MessageError::Malformed { part, cause })
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

const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
