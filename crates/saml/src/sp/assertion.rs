//! What a signed assertion says, judged and read from the signed node [SAML2Core §2.3.3].

use std::fmt;

use jiff::Timestamp;
use roxmltree::Node;
use silta_xml_security::SignedElement;

use crate::attribute::Attribute;
use crate::instant;
use crate::message::check_issued;
use crate::message_error::{MessageError, Part};
use crate::name_id::NameId;
use crate::namespace::{DS, SAML};
use crate::sp::attributes;
use crate::sp::authn_statement;
use crate::sp::check::{Check, During as _, RefusedAt};
use crate::sp::encrypted_content;
use crate::sp::encrypted_parts::{EncryptedParts, PartlyReadPerson};
use crate::sp::expectation::{Expectation, check_issuer};
use crate::sp::mismatch::Mismatch;
use crate::sp::response_error::ResponseError;
use crate::sp::statements;
use crate::xml::{self, ChildRule, Occurs};

/// An assertion that was signed by the peer that was asked, is addressed to us, answers our request
/// and is valid now. Made only by [`Unverified::verify`](crate::Unverified::verify).
///
/// ```compile_fail
/// // There is no way to build one: its fields are private and it has no constructor.
/// let forged = silta_saml::VerifiedAssertion { id: String::from("_1"), ..Default::default() };
/// ```
pub struct VerifiedAssertion {
    id: String,
    valid_until: Timestamp,
    name_id: Option<NameId>,
    authn_instant: Timestamp,
    authn_context: String,
    session_index: Option<String>,
    session_not_on_or_after: Option<Timestamp>,
    attributes: Vec<Attribute>,
    encrypted_parts: EncryptedParts,
}

impl VerifiedAssertion {
    /// Its ID, for the record of assertions that were used.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The last instant at which it could be presented again by the rules here, clock skew included:
    /// the nearest of its own ends and of the age at which any assertion is stale. So it lies five
    /// minutes and two skews ahead at most, whatever the assertion says of itself.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// The subject's name at the identity provider, needed for logout.
    #[must_use]
    pub fn name_id(&self) -> Option<&NameId> {
        self.name_id.as_ref()
    }

    /// When the person was authenticated.
    #[must_use]
    pub fn authn_instant(&self) -> Timestamp {
        self.authn_instant
    }

    /// The `AuthnContextClassRef`, or else the `AuthnContextDeclRef`, that was asserted: one of the
    /// peer's assurance levels.
    #[must_use]
    pub fn authn_context(&self) -> &str {
        &self.authn_context
    }

    /// The session at the identity provider.
    #[must_use]
    pub fn session_index(&self) -> Option<&str> {
        self.session_index.as_deref()
    }

    /// When that session must end.
    #[must_use]
    pub fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.session_not_on_or_after
    }

    /// The attributes whose values are all text, or all names, as delivered.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// What of name and attributes was encrypted by itself.
    #[must_use]
    pub fn encrypted_parts(&self) -> EncryptedParts {
        self.encrypted_parts
    }
}

impl fmt::Debug for VerifiedAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedAssertion")
            .field("authn_instant", &self.authn_instant)
            .field("authn_context", &self.authn_context)
            .field("attributes", &self.attributes.len())
            .finish_non_exhaustive()
    }
}

/// An assertion that holds in everything but perhaps its level, and why that is too weak, if it is.
pub(crate) type ReadAssertion = (VerifiedAssertion, Option<ResponseError>);

/// An assertion that holds, while something in it may still be encrypted.
pub(crate) struct PartlyReadAssertion<'k> {
    /// Without the person.
    assertion: VerifiedAssertion,
    too_weak: Option<ResponseError>,
    person: PartlyReadPerson<'k>,
}

impl PartlyReadAssertion<'_> {
    /// The assertion, if nothing is left to open.
    pub(crate) fn finish(self) -> Result<ReadAssertion, Box<Self>> {
        let Self { assertion, too_weak, person } = self;
        match person.finish() {
            Ok((name_id, attributes, encrypted_parts)) => {
                let whole = VerifiedAssertion { name_id, attributes, encrypted_parts, ..assertion };
                Ok((whole, too_weak))
            }
            Err(person) => Err(Box::new(Self { assertion, too_weak, person: *person })),
        }
    }

    /// Tries one more pair of keys on what is encrypted: at most one private operation.
    pub(crate) fn step(self) -> Result<Self, RefusedAt> {
        let Self { assertion, too_weak, person } = self;
        let person = person.step().during(Check::EncryptedParts);
        let person = first_reason(person, too_weak.as_ref())?;
        Ok(Self { assertion, too_weak, person })
    }
}

impl fmt::Debug for PartlyReadAssertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PartlyReadAssertion").field(&self.assertion).finish()
    }
}

/// Judges and reads the assertion; `signed` is the proof that a signature covers this node. Of what is
/// encrypted inside it nothing is decrypted yet.
pub(crate) fn read<'e>(
    signed: SignedElement<'_, '_>,
    expect: &'e Expectation<'e>,
    now: Timestamp,
) -> Result<PartlyReadAssertion<'e>, RefusedAt> {
    let assertion = signed.node();
    let (skew, require) = (expect.idp.profile.skew, &expect.idp.profile.require);
    let id = check_shape(assertion).during(Check::AssertionShape)?;
    check_issuer(assertion, (Part::Assertion, true), expect.idp).during(Check::AssertionIssuer)?;
    require.check_issuer(assertion).during(Check::AssertionIssuer)?;
    let fresh_until =
        check_issued(assertion, Part::Assertion, skew, now).during(Check::AssertionAge)?;
    let subject = xml::required(assertion, SAML, "Subject").during(Check::Confirmation)?;
    let confirmed_until = check_confirmations(subject, expect, now).during(Check::Confirmation)?;
    let conditions_until = check_conditions(assertion, expect, now).during(Check::Conditions)?;
    let statement =
        xml::required(assertion, SAML, "AuthnStatement").during(Check::Authentication)?;
    let authn =
        authn_statement::read((assertion, statement), expect, now).during(Check::Authentication)?;
    let too_weak = authn_statement::check_level(&authn, expect).err();
    // It can be presented only while all three hold. Each is read from the signed node, so that
    // nobody who carries the assertion can move one: `Response/@IssueInstant` is left out, because a
    // Response need not be signed.
    let until = confirmed_until.min(fresh_until);
    let until = conditions_until.map_or(until, |end| end.min(until));
    let person = first_reason(read_person(signed, subject, expect), too_weak.as_ref())?;
    let assertion = VerifiedAssertion {
        id: id.to_owned(),
        valid_until: instant::later(until, skew),
        name_id: None,
        authn_instant: authn.authn_instant,
        authn_context: authn.authn_context,
        session_index: xml::attribute(statement, "SessionIndex").map(str::to_owned),
        session_not_on_or_after: authn.not_on_or_after,
        attributes: vec![],
        encrypted_parts: EncryptedParts::default(),
    };
    Ok(PartlyReadAssertion { assertion, too_weak, person })
}

/// Of two reasons to refuse, the first one counts: a level that is too weak is found before the person.
fn first_reason<T>(
    read: Result<T, RefusedAt>,
    too_weak: Option<&ResponseError>,
) -> Result<T, RefusedAt> {
    match (read, too_weak) {
        (Err(_), Some(error)) => Err(error.clone()).during(Check::Authentication),
        (read, _) => read,
    }
}

/// Whom it is about.
fn read_person<'e>(
    signed: SignedElement<'_, '_>,
    subject: Node<'_, '_>,
    expect: &'e Expectation<'e>,
) -> Result<PartlyReadPerson<'e>, RefusedAt> {
    let require = &expect.idp.profile.require;
    let name_id = NameId::read(subject).during(Check::Subject)?;
    require.check_name_id(name_id.as_ref()).during(Check::Subject)?;
    let profile = &expect.idp.profile;
    let (attributes, encrypted) =
        attributes::read(signed.node(), profile).during(Check::Attributes)?;
    require.check_attributes(signed.node()).during(Check::Attributes)?;
    let encrypted = (encrypted_content::identifier_of(signed.node()), encrypted);
    let rules = expect.provider.decryption_rules(&expect.idp.profile);
    PartlyReadPerson::of(signed, (name_id, attributes), encrypted, (expect.uses, &rules))
        .during(Check::EncryptedParts)
}

/// Version, ID, and children exactly as the schema has them [SAML2Core §2.3.3].
fn check_shape<'a>(assertion: Node<'a, '_>) -> Result<&'a str, ResponseError> {
    if xml::attribute(assertion, "Version") != Some("2.0") {
        return Err(ResponseError::Message(MessageError::WrongVersion { part: Part::Assertion }));
    }
    encrypted_content::check(assertion)?;
    let children = [
        (SAML, "Issuer", Occurs::Once),
        (DS, "Signature", Occurs::Optional),
        (SAML, "Subject", Occurs::Once),
        (SAML, "Conditions", Occurs::Once),
        (SAML, "Advice", Occurs::Optional),
    ];
    xml::sequence_then(assertion, &children, &statements::KINDS)?;
    statements::check(assertion)?;
    xml::attribute(assertion, "ID")
        .filter(|id| !id.is_empty())
        .ok_or(ResponseError::Message(MessageError::MissingAttribute { attribute: "ID" }))
}

/// One bearer confirmation that holds is enough; when none does, the reason of the first one counts
/// [SAML2Prof §4.1.4.3]. Returns the last end of those that hold: until then it can be presented.
fn check_confirmations(
    subject: Node<'_, '_>,
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<Timestamp, ResponseError> {
    let children = [identifier(subject), (SAML, "SubjectConfirmation", Occurs::Many)];
    xml::sequence(subject, &children)?;
    let (mut last_end, mut first_reason) = (None, None);
    for confirmation in xml::children(subject, SAML, "SubjectConfirmation") {
        if xml::attribute(confirmation, "Method") != Some(BEARER) {
            continue;
        }
        match check_bearer(confirmation, expect, now) {
            Ok(end) => last_end = last_end.max(Some(end)),
            Err(reason) => first_reason = first_reason.or(Some(reason)),
        }
    }
    last_end.ok_or(first_reason.unwrap_or(ResponseError::NoBearer))
}

/// Whom it is about, in the open or encrypted, and not both [SAML2Core §2.4.1, §2.4.1.1].
fn identifier(parent: Node<'_, '_>) -> ChildRule {
    let encrypted = xml::child(parent, SAML, "EncryptedID").is_some()
        && xml::child(parent, SAML, "NameID").is_none();
    (SAML, if encrypted { "EncryptedID" } else { "NameID" }, Occurs::Optional)
}

/// `Address` is not looked at: phones change networks between pages.
fn check_bearer(
    confirmation: Node<'_, '_>,
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<Timestamp, ResponseError> {
    let children = [identifier(confirmation), (SAML, "SubjectConfirmationData", Occurs::Once)];
    xml::sequence(confirmation, &children)?;
    let data = xml::required(confirmation, SAML, "SubjectConfirmationData")?;
    let (recipient, acs_url) = (xml::attribute(data, "Recipient"), &expect.provider.acs_url);
    if recipient != Some(acs_url) {
        let mismatch = Mismatch::signed([acs_url.clone()], recipient);
        return Err(ResponseError::WrongRecipient(mismatch));
    }
    match xml::attribute(data, "InResponseTo") {
        None => return Err(ResponseError::Unsolicited { part: Part::Confirmation }),
        Some(id) if id != expect.request.as_str() => {
            return Err(ResponseError::NotOurRequest { part: Part::Confirmation });
        }
        Some(_) => {}
    }
    if xml::attribute(data, "NotBefore").is_some() {
        return Err(ResponseError::ConfirmationNotBefore);
    }
    let end = instant::optional(data, "NotOnOrAfter")?.ok_or(ResponseError::ConfirmationEndless)?;
    if instant::has_ended(end, expect.idp.profile.skew, now) {
        return Err(ResponseError::ConfirmationExpired { not_on_or_after: end, now });
    }
    Ok(end)
}

/// Time, audience, and the rule that what is not understood invalidates [SAML2Core §2.5.1].
fn check_conditions(
    assertion: Node<'_, '_>,
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, ResponseError> {
    let conditions = xml::required(assertion, SAML, "Conditions")?;
    expect.idp.profile.require.check_conditions(conditions)?;
    let skew = expect.idp.profile.skew;
    if let Some(not_before) = instant::optional(conditions, "NotBefore")?
        && instant::since(not_before, now) > skew
    {
        return Err(ResponseError::NotYetValid { not_before, now });
    }
    let end = instant::optional(conditions, "NotOnOrAfter")?;
    if let Some(not_on_or_after) = end
        && instant::has_ended(not_on_or_after, skew, now)
    {
        return Err(ResponseError::Expired { not_on_or_after, now });
    }
    let mut restricted = false;
    for condition in conditions.children().filter(Node::is_element) {
        if xml::is(condition, SAML, "AudienceRestriction") {
            // Several restrictions are AND-ed, audiences within one are OR-ed [SAML2Core §2.5.1.4].
            check_audience(condition, &expect.provider.entity_id)?;
            restricted = true;
        } else if xml::is(condition, SAML, "ProxyRestriction") {
            // "00" and " 0 " are zero too; what is no number allows nothing. A list of audiences
            // allows those alone, and our clients are not among them [SAML2Core §2.5.1.6].
            let allows =
                |count: &str| count.trim_ascii().parse::<u64>().is_ok_and(|count| count > 0);
            let counted = xml::attribute(condition, "Count").is_none_or(allows);
            if !counted || condition.children().any(|child| child.is_element()) {
                return Err(ResponseError::ProxyForbidden);
            }
        } else if !xml::is(condition, SAML, "OneTimeUse") {
            // OneTimeUse is kept by using every assertion once.
            return Err(ResponseError::UnknownCondition);
        }
    }
    if restricted { Ok(end) } else { Err(ResponseError::NoAudience) }
}

fn check_audience(restriction: Node<'_, '_>, entity_id: &str) -> Result<(), ResponseError> {
    xml::sequence(restriction, &[(SAML, "Audience", Occurs::Many)])?;
    let mut others = vec![];
    for audience in xml::children(restriction, SAML, "Audience") {
        let audience = xml::text(audience)?.trim_ascii();
        if audience == entity_id {
            return Ok(());
        }
        others.push(audience);
    }
    Err(ResponseError::WrongAudience(Mismatch::signed([entity_id.to_owned()], others)))
}

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
