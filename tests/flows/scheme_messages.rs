//! What identity providers of national schemes are asked, as others read it, and what they answer. `US` is our entityID,
//! or, where messages have more addresses of ours, the one that they all begin with.

use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{ForgedResponse, text};

/// A notified scheme's answer about somebody whose name has two scripts.
pub(crate) fn eidas_answer(good: ForgedResponse) -> ForgedResponse {
    let natural = |name: &str| format!("http://eidas.europa.eu/attributes/naturalperson/{name}");
    let names =
        ["PersonIdentifier", "CurrentFamilyName", "CurrentGivenName", "DateOfBirth"].map(natural);
    let attributes: [(&str, &[&str]); 4] = [
        (&names[0], &["ES/FI/1"]),
        (&names[1], &["Nunez", "Νούνιεθ"]),
        (&names[2], &["Ana"]),
        (&names[3], &["1964-08-12"]),
    ];
    let value = |rest: &str| format!("<saml:AttributeValue{rest}>Νούνιεθ");
    let native =
        " xmlns:e=\"http://eidas.europa.eu/attributes/naturalperson\" e:LatinScript=\"false\"";
    good.unsigned_assertion()
        .authn_context("http://eidas.europa.eu/LoA/high")
        .attributes(&attributes)
        .swap(Assertion, &value(""), &value(native))
}

/// The level is an attribute; the Response is not signed.
pub(crate) fn danish_answer(good: ForgedResponse) -> ForgedResponse {
    let attributes: [(&str, &[&str]); 3] = [
        ("https://data.gov.dk/concept/core/nsis/loa", &["Substantial"]),
        ("https://data.gov.dk/model/core/eid/fullName", &["Ida"]),
        ("https://data.gov.dk/model/core/eid/cprUuid", &["urn:uuid:1"]),
    ];
    good.unsigned_response()
        .authn_context("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
        .attributes(&attributes)
        .swap(Assertion, "nameid-format:transient", "nameid-format:persistent")
}

/// Every level is called a smart card: the one that counts, the person and the document are XML. `from` is there as `to`.
pub(crate) fn german_answer(good: ForgedResponse, from: &str, to: &str) -> ForgedResponse {
    let attributes = text::swapped(GERMAN_ATTRIBUTES, from, to);
    good.unsigned_assertion()
        .authn_context("urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI")
        .swap(Assertion, "AuthnContextClassRef", "AuthnContextDeclRef")
        .swap(Assertion, "</saml:Conditions>", "<saml:OneTimeUse/></saml:Conditions>")
        .attributes(&[("urn:x", &["x"])])
        .edit(Assertion, move |xml| text::replaced(xml, "saml:Attribute", &attributes))
}

pub(crate) const EIDAS_REQUEST: &str = r#"
samlp:AuthnRequest Destination="https://idp.example/sso" ForceAuthn="true" IsPassive="false" ProviderName="Kunta" Version="2.0"
  saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" : US
  samlp:Extensions
    eidas:SPType : public
    eidas:RequestedAttributes
      eidas:RequestedAttribute Name="http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="true"
      eidas:RequestedAttribute Name="http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="true"
      eidas:RequestedAttribute Name="http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="true"
      eidas:RequestedAttribute Name="http://eidas.europa.eu/attributes/naturalperson/DateOfBirth" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="true"
      eidas:RequestedAttribute Name="http://eidas.europa.eu/attributes/naturalperson/Gender" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="false"
  samlp:NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
  samlp:RequestedAuthnContext Comparison="minimum"
    saml:AuthnContextClassRef : http://eidas.europa.eu/LoA/substantial
"#;

pub(crate) const SWEDISH_REQUEST: &str = r#"
samlp:AuthnRequest AssertionConsumerServiceURL="US/saml/idp/acs" Destination="https://idp.example/sso" ForceAuthn="true" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:Extensions
    psc:PrincipalSelection
      psc:MatchValue Name="urn:oid:1.2.752.29.4.13" : 197309069289
    csig:SignMessage DisplayEntity="https://idp.example/metadata" MimeType="text" MustShow="true"
      csig:EncryptedMessage
        csig:Message : SSBoZXJlYnkgY29uZmlybSB0aGF0IEkgd2FudCB0byBqb2luIGV4YW1wbGUuY29tIGFzIGEgY3VzdG9tZXI=
  samlp:RequestedAuthnContext Comparison="exact"
    saml:AuthnContextClassRef : http://id.elegnamnden.se/loa/1.0/loa3
    saml:AuthnContextClassRef : http://id.elegnamnden.se/loa/1.0/loa4
"#;

/// Of that message [Attribute Specification for the Swedish eID Framework 1.8 §3.2.4].
pub(crate) const SWEDISH_DIGEST: &str =
    "http://www.w3.org/2001/04/xmlenc#sha256;0yKaSVsYeh+PX2Q6diqO2w89+a3Dm303tp3AVjgxwj0=";

pub(crate) const DANISH_REQUEST: &str = r#"
samlp:AuthnRequest AssertionConsumerServiceURL="US/saml/idp/acs" Destination="https://idp.example/sso" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:RequestedAuthnContext Comparison="minimum"
    saml:AuthnContextClassRef : https://data.gov.dk/concept/core/nsis/loa/Substantial
    saml:AuthnContextClassRef : https://data.gov.dk/eid/Person
"#;

pub(crate) const DANISH_LOGOUT: &str = r#"
samlp:LogoutRequest Destination="https://idp.example/slo" Reason="urn:oasis:names:tc:SAML:2.0:logout:user" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="https://idp.example/entity" SPNameQualifier="https://broker.example/entity" : person-0
  samlp:SessionIndex : session-7
"#;

pub(crate) const DANISH_LOGGED_OUT: &str = r#"
samlp:LogoutResponse Destination="https://idp.example/slo" InResponseTo="_logout7" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:Status
    samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"
"#;

pub(crate) const GERMAN_REQUEST: &str = r#"
samlp:AuthnRequest Destination="https://idp.example/sso" Version="2.0"
  saml:Issuer : US
  samlp:Extensions
    eid:EncryptedAuthnRequestExtension
      eid:AuthnRequestExtension Version="2"
        eid:RequestedAttributes
          saml:Attribute Name="UseEidas"
            saml:AttributeValue xsi:type="xs:boolean" : true
          saml:Attribute Name="EidasExtension"
            saml:AttributeValue xsi:type="eid:EidasExtensionType"
              eid:LevelOfAssurance : http://eidas.europa.eu/LoA/substantial
              eid:SendingMemberState : ES
          saml:Attribute Name="IdentityFlavour"
            saml:AttributeValue xsi:type="eid:IdentityFlavourType" : NaturalPerson
          saml:Attribute Name="GivenNames" eid:RequiredAttribute="true"
          saml:Attribute Name="RestrictedID" eid:RequiredAttribute="true"
          saml:Attribute Name="PlaceOfBirth" eid:RequiredAttribute="false"
"#;

const GERMAN_ATTRIBUTES: &str = "\
<saml:Attribute Name=\"DocumentValidity\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\" Version=\"1\">\
<eid:ReferenceDate>2026-11-21</eid:ReferenceDate><eid:Status>valid</eid:Status></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"UseEidas\"><saml:AttributeValue>true</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"EidasExtension\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:LevelOfAssurance>http://eidas.europa.eu/LoA/high</eid:LevelOfAssurance>\
<eid:SendingMemberState>ES</eid:SendingMemberState></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"IdentityFlavour\"><saml:AttributeValue>NaturalPerson</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"GivenNames\"><saml:AttributeValue>ANA</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"RestrictedID\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:ID>45532F44452F31</eid:ID></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"PlaceOfBirth\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:FreetextPlace>Sevilla</eid:FreetextPlace></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"DateOfBirth\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:DateString>19640812</eid:DateString><eid:DateValue>1964-08-12</eid:DateValue></saml:AttributeValue></saml:Attribute>";
