//! What German eID-Servers answer by eSAML: values that are XML, and what each answer must say
//! [BSI TR-03130-1 §4.3.2, §4.4.5, §5.3.2].

use roxmltree::Node;

use crate::namespace::SAML;
use crate::sp::country::Country;
use crate::sp::eidas_answer;
use crate::sp::esaml_request::{EID, IdentityFlavour};
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Occurs};

/// What a German eID-Server was asked for, as far as each of its answers must say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EsamlExpectation {
    /// Who logs in.
    pub flavour: IdentityFlavour,
    /// The country whose eID the person has; none where the server asks the person, and any will do.
    pub sending_member_state: Option<Country>,
}

/// The texts in a value of this attribute, each of the attribute itself (an empty part) or of a part of it, by what its
/// name ends in. None where values of this name are no XML that is known, or this one is not as its type has it.
pub(crate) fn texts(name: &str, value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    // No type of an attribute has text beside elements.
    let mut written = value.children().filter(Node::is_text).filter_map(|one| one.text());
    if written.any(|text| !text.trim_ascii().is_empty()) {
        return None;
    }
    match name {
        "DocumentValidity" => validity(value),
        "EidasExtension" => extension(value),
        "DateOfBirth" => date(value),
        "PlaceOfBirth" | "PlaceOfResidence" | "LegalAddress" => place(value),
        "RestrictedID" => identifier(value),
        _ => None,
    }
}

/// Whether values of this attribute are XML, also where nothing reads them: then text is none of them.
pub(crate) fn has_type(name: &str) -> bool {
    TYPED.contains(&name)
}

/// Whether an attribute says that the document has none such (`AttributeNotOnChip`).
pub(crate) fn is_not_on_chip(attribute: Node<'_, '_>) -> bool {
    attribute.attributes().any(|one| {
        one.name() == "AttributeNotOnChip"
            && one.namespace().is_none_or(|uri| uri == EID)
            && ["true", "1"].contains(&one.value().trim_ascii())
    })
}

/// Checks what each answer must say: that the document is valid, that another country was asked, who is logged in, and
/// which country that was, which it gives back. An answer about somebody who stands for a legal person has that person's
/// name where another has that of the natural one.
pub(crate) fn check(
    assertion: Node<'_, '_>,
    expect: EsamlExpectation,
) -> Result<Country, ResponseError> {
    let said = |attribute: &'static str, is_good: &dyn Fn(&str) -> bool| {
        let values = values(assertion, attribute);
        let all_good = values.iter().all(|value| {
            let text = value.and_then(|value| own_text(attribute, value));
            text.is_some_and(|text| is_good(&text))
        });
        let is_said = !values.is_empty() && all_good;
        if is_said { Ok(()) } else { Err(ResponseError::EsamlAnswer { attribute }) }
    };
    // The example of the guideline has it in capitals [§4.10.4].
    said("DocumentValidity", &|status| status.eq_ignore_ascii_case("valid"))?;
    said("UseEidas", &|value| ["true", "1"].contains(&value))?;
    said("IdentityFlavour", &|value| value == expect.flavour.name())?;
    let refused = |attribute| ResponseError::EsamlAnswer { attribute };
    let state = sending_member_state(assertion).ok_or(refused("EidasExtension"))?;
    if expect.sending_member_state.is_some_and(|asked| asked != state) {
        return Err(refused("EidasExtension#SendingMemberState"));
    }
    Ok(state)
}

/// Checks a value of this attribute, if it is an identifier, where this country was asked: an identifier of eIDAS, which it
/// is [§5.5.1, §5.5.2], begins with the country that made it. For which country it is made the guideline does not say.
pub(crate) fn check_identifier(
    state: Country,
    name: &str,
    value: &str,
) -> Result<(), ResponseError> {
    let Some(attribute) = IDENTIFIERS.into_iter().find(|one| *one == name) else { return Ok(()) };
    let countries = eidas_answer::countries(value);
    let is_its = countries.is_some_and(|(made_by, _)| made_by == state);
    if is_its { Ok(()) } else { Err(ResponseError::EsamlAnswer { attribute }) }
}

/// Checks the name of an attribute that was encrypted by itself: what each answer must say stands in the open, once.
pub(crate) fn check_opened(name: &str) -> Result<(), ResponseError> {
    match SAID.into_iter().find(|one| *one == name) {
        Some(attribute) => Err(ResponseError::EsamlAnswer { attribute }),
        None => Ok(()),
    }
}

/// The country that the one `EidasExtension` names.
fn sending_member_state(assertion: Node<'_, '_>) -> Option<Country> {
    let values = values(assertion, "EidasExtension");
    let [Some(only)] = values.as_slice() else { return None };
    let mut texts = texts("EidasExtension", *only)?.into_iter();
    let (_, state) = texts.find(|(part, _)| *part == "#SendingMemberState")?;
    Country::parse(&state)
}

/// The values of an attribute, in whatever statement; none for one that the attribute says it does not have.
fn values<'a, 'i>(assertion: Node<'a, 'i>, name: &str) -> Vec<Option<Node<'a, 'i>>> {
    let statements = xml::children(assertion, SAML, "AttributeStatement");
    let attributes = statements.flat_map(|one| xml::children(one, SAML, "Attribute"));
    let named = attributes.filter(|one| xml::attribute(*one, "Name") == Some(name));
    let values = named.flat_map(|attribute| {
        let is_absent = is_not_on_chip(attribute);
        let values = xml::children(attribute, SAML, "AttributeValue");
        values.map(move |value| (!is_absent).then_some(value))
    });
    values.collect()
}

/// The text of a value that is that of the attribute itself.
pub(crate) fn own_text(name: &str, value: Node<'_, '_>) -> Option<String> {
    if !has_type(name) {
        return xml::text(value).ok().map(|text| text.trim_ascii().to_owned());
    }
    let texts = texts(name, value)?.into_iter();
    texts.filter(|(part, _)| part.is_empty()).map(|(_, text)| text).next()
}

/// `DocumentValidityResultType`.
fn validity(value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    let children = [(EID, "ReferenceDate", Occurs::Once), (EID, "Status", Occurs::Once)];
    xml::sequence(value, &children).ok()?;
    let (date, status) = (text(value, "ReferenceDate")?, text(value, "Status")?);
    Some(vec![("", status), ("#ReferenceDate", date)])
}

/// `EidasExtensionType`, both of whose elements are mandatory in answers; what stands behind them is not read.
fn extension(value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    let mut elements = value.children().filter(Node::is_element);
    let (level, state) = (elements.next()?, elements.next()?);
    let are_these =
        xml::is(level, EID, "LevelOfAssurance") && xml::is(state, EID, "SendingMemberState");
    let are_alone = ["LevelOfAssurance", "SendingMemberState"]
        .iter()
        .all(|name| xml::children(value, EID, name).count() == 1);
    if !are_these || !are_alone {
        return None;
    }
    let (level, state) = (text(value, "LevelOfAssurance")?, text(value, "SendingMemberState")?);
    Some(vec![("", level), ("#SendingMemberState", state)])
}

/// `GeneralDateType`: a date of which parts may be unknown, and then it has no value.
fn date(value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    let children = [(EID, "DateString", Occurs::Once), (EID, "DateValue", Occurs::Optional)];
    xml::sequence(value, &children).ok()?;
    let parts = xml::text(xml::child(value, EID, "DateString")?).ok()?;
    let is_part = |octet: u8| octet.is_ascii_digit() || octet == b' ';
    if parts.len() != 8 || !parts.bytes().all(is_part) {
        return None;
    }
    if xml::child(value, EID, "DateValue").is_none() {
        return Some(vec![]);
    }
    let date = text(value, "DateValue")?;
    // Two dates that differ are none.
    let same = date.len() == 10 && date.splitn(3, '-').collect::<String>() == parts;
    same.then(|| vec![("", date)])
}

/// `GeneralPlaceType`: the text of a place, or its parts.
fn place(value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    let mut elements = value.children().filter(Node::is_element);
    let (place, None) = (elements.next()?, elements.next()) else { return None };
    if xml::is(place, EID, "NoPlaceInfo") {
        return Some(vec![]);
    }
    if xml::is(place, EID, "FreetextPlace") {
        return Some(vec![("", text(value, "FreetextPlace")?)]);
    }
    if !xml::is(place, EID, "StructuredPlace") {
        return None;
    }
    let children = [
        (EID, "Street", Occurs::Optional),
        (EID, "City", Occurs::Once),
        (EID, "State", Occurs::Optional),
        (EID, "Country", Occurs::Once),
        (EID, "ZipCode", Occurs::Optional),
    ];
    xml::sequence(place, &children).ok()?;
    let parts = PLACE.iter().filter(|(name, _)| xml::child(place, EID, name).is_some());
    parts.map(|(name, part)| Some((*part, text(place, name)?))).collect()
}

/// `RestrictedIDType`: of a person from abroad the octets of the eIDAS identifier, as hexadecimal digits [§5.5.5].
fn identifier(value: Node<'_, '_>) -> Option<Vec<(&'static str, String)>> {
    xml::sequence(value, &[(EID, "ID", Occurs::Once), (EID, "ID2", Occurs::Optional)]).ok()?;
    let octets = base16ct::mixed::decode_vec(text(value, "ID")?).ok()?;
    let identifier = String::from_utf8(octets).ok()?;
    let is_good = (1..=LONGEST_IDENTIFIER).contains(&identifier.len())
        && !identifier.contains(|one: char| one.is_whitespace() || one.is_control());
    is_good.then(|| vec![("", identifier)])
}

/// The text of a child.
fn text(parent: Node<'_, '_>, name: &'static str) -> Option<String> {
    let text = xml::text(xml::child(parent, EID, name)?).ok()?.trim_ascii();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What the names of parts end in.
pub(crate) const PARTS: [&str; 7] =
    ["#ReferenceDate", "#SendingMemberState", "#Street", "#City", "#State", "#Country", "#ZipCode"];
const PLACE: [(&str, &str); 5] = [
    ("Street", "#Street"),
    ("City", "#City"),
    ("State", "#State"),
    ("Country", "#Country"),
    ("ZipCode", "#ZipCode"),
];
/// [§4.3.2, §5.3.2]
const TYPED: [&str; 11] = [
    "AgeVerification",
    "DateOfBirth",
    "DocumentValidity",
    "EIDType",
    "EidasExtension",
    "LegalAddress",
    "PlaceOfBirth",
    "PlaceOfResidence",
    "PlaceVerification",
    "RestrictedID",
    "TransactionAttestation",
];
const SAID: [&str; 4] = ["DocumentValidity", "UseEidas", "IdentityFlavour", "EidasExtension"];
const IDENTIFIERS: [&str; 2] = ["RestrictedID", "LegalPersonIdentifier"];
/// [eIDAS SAML Attribute Profile 1.4 §2.5].
const LONGEST_IDENTIFIER: usize = 256;
