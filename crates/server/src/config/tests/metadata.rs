//! Our metadata says what the file says, and asks for what somebody here needs.

use silta_testkit::forge::NOON;
use silta_testkit::peers::{self, xmlsec1_at};
use silta_testkit::test_dir::TestDir;

use super::saml_upstream::{load_with, peer};

#[test]
fn metadata_says_what_the_file_says_and_is_as_the_schemas_have_it() {
    let metadata = peer(&format!("{IDP}attribute_consuming_service_index: 4\n{ALL}")).metadata;
    let xml = metadata.to_xml(NOON);
    assert_eq!(peers::judged_by_schema(&xml), "");
    for part in [
        r#"<mdui:DisplayName xml:lang="sv">Ärenden</mdui:DisplayName>"#,
        r#"<mdui:Logo height="60" width="80">https://www.example/logo.png</mdui:Logo>"#,
        r#"<md:OrganizationURL xml:lang="fi">https://www.example</md:OrganizationURL>"#,
        r#"<md:ContactPerson contactType="technical"><md:GivenName>Help</md:GivenName><md:EmailAddress>mailto:help@example.fi</md:EmailAddress></md:ContactPerson>"#,
        r#"<saml:Attribute Name="FinnishAuthMethod" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml:AttributeValue>http://ftn.ficora.fi/2017/loa2</saml:AttributeValue><saml:AttributeValue>http://ftn.ficora.fi/2017/loa3</saml:AttributeValue></saml:Attribute>"#,
        r#"<md:AttributeConsumingService index="4" isDefault="true"><md:ServiceName xml:lang="fi">Asiointi</md:ServiceName>"#,
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
}

/// Those of `subject` and of the claims of whoever may use the upstream, by every name that may arrive.
#[test]
fn metadata_asks_for_what_the_subject_and_the_claims_are_made_of() {
    let xml = peer(&format!("{IDP}{ALL}")).metadata.to_xml(NOON);
    let asked: Vec<_> = xml
        .split("<md:RequestedAttribute ")
        .skip(1)
        .map(|one| one.split_once("/>").unwrap().0)
        .collect();
    let uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
    let expected = [
        // Either of two names will do, so that neither is required.
        r#"Name="employeeNumber" FriendlyName="employeeNumber" isRequired="false""#.to_owned(),
        format!(
            r#"Name="urn:oid:2.16.840.1.113730.3.1.3" NameFormat="{uri}" FriendlyName="employeeNumber" isRequired="false""#
        ),
        format!(
            r#"Name="urn:oid:0.9.2342.19200300.100.1.3" NameFormat="{uri}" FriendlyName="mail" isRequired="false""#
        ),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn metadata_without_more_in_the_file_says_nothing_more() {
    let xml = peer(IDP).metadata.to_xml(NOON);
    for absent in [
        "UIInfo",
        "EntityAttributes",
        "Organization",
        "ContactPerson",
        "AttributeConsumingService",
        "Signature",
        " ID=",
        "validUntil",
        "cacheDuration",
    ] {
        assert!(!xml.contains(absent), "{absent} in {xml}");
    }
    assert_eq!(peers::judged_by_schema(&xml), "");
}

/// By the key that signs messages, over the end that it has now.
#[actix_web::test]
async fn metadata_is_signed_and_has_an_end_where_the_file_says_so() {
    let dir = TestDir::new();
    let metadata =
        peer(&format!("{IDP}{ALL}  signed: true\n  valid_for: 48h\n  cache_for: 24h\n")).metadata;
    let xml = metadata.published(NOON).await.unwrap();
    assert_eq!(peers::judged_by_schema(&xml), "");
    for part in [r#" validUntil="2026-11-23T12:00:00Z" cacheDuration="PT86400S""#, " ID=\"_"] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let (_, certificate) = xml.split_once("<ds:X509Certificate>").unwrap();
    let (certificate, _) = certificate.split_once('<').unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    let certificate = dir.write("saml.crt", pem);
    let path = "/*/*[local-name()='Signature']";
    assert_eq!(xmlsec1_at(path, &dir.write("good.xml", &xml), &certificate), Ok(()));
    let refusal = xmlsec1_at(path, &dir.write("bad.xml", xml.replace("23T", "24T")), &certificate);
    assert!(refusal.unwrap_err().contains("FAIL"));
}

#[test]
fn metadata_is_not_kept_for_longer_than_it_holds() {
    let told = load_with(&format!("{IDP}{ALL}  valid_for: 24h\n  cache_for: 25h\n"));
    let told = told.map(|_| ()).unwrap_err().to_string();
    let expected = "sp_metadata.cache_for: a copy would be kept when it has ended; write no longer than valid_for";
    assert!(told.contains(expected), "{told}");
}

const IDP: &str = "\
entity_id: https://idp.example/metadata
sso: { redirect: https://idp.example/sso }
loa: [urn:low]
";
const ALL: &str = "\
sp_metadata:
  display_name: { fi: Asiointi, sv: Ärenden, en: Services }
  privacy_statement_url: { fi: 'https://www.example/privacy?a=1&b=2' }
  logo: { url: https://www.example/logo.png, height: 60, width: 80 }
  organization:
    name: { fi: Kunta }
    display_name: { fi: Kunta }
    url: { fi: 'https://www.example' }
  contacts: [{ type: technical, given_name: Help, email: help@example.fi }]
  entity_attributes:
    FinnishAuthMethod: ['http://ftn.ficora.fi/2017/loa2', 'http://ftn.ficora.fi/2017/loa3']
  service_name: { fi: Asiointi }
";
