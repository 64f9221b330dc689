//! Our metadata says what the file says, and asks for what somebody here needs.

use silta_testkit::peers;

use super::saml_upstream::peer;

#[test]
fn metadata_says_what_the_file_says_and_is_as_the_schemas_have_it() {
    let metadata = peer(&format!("{IDP}attribute_consuming_service_index: 4\n{ALL}")).metadata;
    let xml = metadata.to_xml();
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
    let xml = peer(&format!("{IDP}{ALL}")).metadata.to_xml();
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
    let xml = peer(IDP).metadata.to_xml();
    for absent in ["Extensions", "Organization", "ContactPerson", "AttributeConsumingService"] {
        assert!(!xml.contains(absent), "{absent} in {xml}");
    }
    assert_eq!(peers::judged_by_schema(&xml), "");
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
