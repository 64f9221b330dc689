//! Metadata in the shapes of real identity providers, invented here.

use silta_saml::namespace::{DS, MD};
use silta_saml::{IdentityProviderDescription, LeftOutKey, MetadataError};
use silta_testkit::forge::IDP_ENTITY;
use silta_testkit::keys::{IDP, IDP_P256, ROGUE, SP};

use super::fixture::{OTHER_SIGNER, days, endpoints_of, keys_of, read, read_at, signed_by};

/// Of `text` lines, with what stands for the certificates of three keys.
fn shape(text: &str) -> String {
    let [first, second, other] = [&*IDP, &*IDP_P256, &*ROGUE].map(|key| key.certificate().base64());
    // Certificates last: their base64 may hold any letters.
    text.replace("ENTITY", IDP_ENTITY)
        .replace("MD", MD)
        .replace("DSIG", DS)
        .replace("BINDINGS", "urn:oasis:names:tc:SAML:2.0:bindings")
        .replace("FORMATS", "urn:oasis:names:tc:SAML:2.0:nameid-format")
        .replace("SAML2P", "urn:oasis:names:tc:SAML:2.0:protocol")
        .replace("FIRST", &first)
        .replace("SECOND", &second)
        .replace("OTHER", &other)
}

fn first_and_second() -> [String; 2] {
    [IDP.certificate().base64(), IDP_P256.certificate().base64()]
}

fn read_shape(text: &str) -> IdentityProviderDescription {
    read(&shape(text)).unwrap()
}

/// ADFS: default namespaces, roles of WS-Federation before ours, a key for encryption first, a
/// signature by its own key.
#[test]
fn reads_the_shape_of_adfs() {
    let document = shape(
        r#"<EntityDescriptor ID="_adfs" entityID="ENTITY" xmlns="MD"><RoleDescriptor
  xsi:type="fed:ApplicationServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/ws-sx/ws-trust/200512
  http://schemas.xmlsoap.org/ws/2005/02/trust http://docs.oasis-open.org/wsfed/federation/200706" ServiceDisplayName="a"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706"
  ><KeyDescriptor use="encryption"><KeyInfo xmlns="DSIG"><X509Data><X509Certificate>OTHER</X509Certificate></X509Data
  ></KeyInfo></KeyDescriptor><fed:TargetScopes><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address
  >https://adfs.example/adfs/ls/</Address></EndpointReference></fed:TargetScopes></RoleDescriptor><SPSSODescriptor
  WantAssertionsSigned="true" protocolSupportEnumeration="SAML2P"><KeyDescriptor use="signing"><KeyInfo xmlns="DSIG"
  ><X509Data><X509Certificate>OTHER</X509Certificate></X509Data></KeyInfo></KeyDescriptor><AssertionConsumerService
  Binding="BINDINGS:HTTP-POST" Location="https://adfs.example/adfs/ls/" index="0" isDefault="true"/></SPSSODescriptor
  ><IDPSSODescriptor protocolSupportEnumeration="SAML2P"><KeyDescriptor use="encryption"><KeyInfo xmlns="DSIG"
  ><X509Data><X509Certificate>OTHER</X509Certificate></X509Data></KeyInfo></KeyDescriptor><KeyDescriptor use="signing"
  ><KeyInfo xmlns="DSIG"><X509Data><X509Certificate>FIRST</X509Certificate></X509Data></KeyInfo></KeyDescriptor
  ><KeyDescriptor use="signing"><KeyInfo xmlns="DSIG"><X509Data><X509Certificate>SECOND</X509Certificate></X509Data
  ></KeyInfo></KeyDescriptor><SingleLogoutService Binding="BINDINGS:HTTP-Redirect"
  Location="https://adfs.example/adfs/ls/"/><SingleLogoutService Binding="BINDINGS:HTTP-POST"
  Location="https://adfs.example/adfs/ls/"/><NameIDFormat
  >urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat><NameIDFormat>FORMATS:persistent</NameIDFormat
  ><SingleSignOnService Binding="BINDINGS:HTTP-Redirect" Location="https://adfs.example/adfs/ls/"
  /><SingleSignOnService Binding="BINDINGS:HTTP-POST" Location="https://adfs.example/adfs/ls/"/><Attribute
  Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" FriendlyName="E-Mail Address"
  NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"
  /></IDPSSODescriptor><ContactPerson contactType="support"/></EntityDescriptor>"#,
    );
    for document in [signed_by(&OTHER_SIGNER, &document), format!("\u{feff}{document}")] {
        let read = read(&document).unwrap();
        assert_eq!(keys_of(&read), first_and_second());
        let url = "https://adfs.example/adfs/ls/";
        let expected = ["sso redirect", "sso post", "slo redirect", "slo post"];
        assert_eq!(endpoints_of(&read), expected.map(|one| format!("{one} {url}")));
        assert_eq!(read.name_id_formats().len(), 2);
        assert!(!read.is_signed() && !read.wants_signed_requests());
    }
}

/// Entra ID: as ADFS, with three keys of which one is for encryption of nothing in particular.
#[test]
fn reads_the_shape_of_entra_id() {
    let read = read_shape(
        r#"<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="_entra" entityID="ENTITY" xmlns="MD"
  ><RoleDescriptor xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706"
  ><KeyDescriptor use="signing"><KeyInfo xmlns="DSIG"><X509Data><X509Certificate>OTHER</X509Certificate></X509Data
  ></KeyInfo></KeyDescriptor><fed:ClaimTypesOffered><auth:ClaimType Uri="http://schemas.xmlsoap.org/claims/Group"
  xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"><auth:DisplayName>Group</auth:DisplayName
  ></auth:ClaimType></fed:ClaimTypesOffered></RoleDescriptor><IDPSSODescriptor protocolSupportEnumeration="SAML2P"
  ><KeyDescriptor use="signing"><KeyInfo xmlns="DSIG"><X509Data><X509Certificate>FIRST</X509Certificate></X509Data
  ></KeyInfo></KeyDescriptor><KeyDescriptor use="signing"><KeyInfo xmlns="DSIG"><X509Data><X509Certificate
  >SECOND</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleLogoutService Binding="BINDINGS:HTTP-Redirect"
  Location="https://login.example/0000/saml2"/><SingleSignOnService Binding="BINDINGS:HTTP-Redirect"
  Location="https://login.example/0000/saml2"/><SingleSignOnService Binding="BINDINGS:HTTP-POST"
  Location="https://login.example/0000/saml2"/></IDPSSODescriptor></EntityDescriptor>"#,
    );
    assert_eq!(keys_of(&read), first_and_second());
    let url = "https://login.example/0000/saml2";
    let expected = ["sso redirect", "sso post", "slo redirect"];
    assert_eq!(endpoints_of(&read), expected.map(|one| format!("{one} {url}")));
    assert!(read.name_id_formats().is_empty());
}

/// Google: nobody signs it, and it ends with its certificate, years ahead.
#[test]
fn reads_the_shape_of_google() {
    let end = days(4 * 365);
    let document = shape(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<md:EntityDescriptor xmlns:md="MD" entityID="ENTITY" validUntil="END">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="SAML2P">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="DSIG">
        <ds:X509Data>
          <ds:X509Certificate>FIRST&#13;
</ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
    <md:SingleSignOnService Binding="BINDINGS:HTTP-Redirect" Location="https://google.example/o/saml2/idp?idpid=C0"/>
    <md:SingleSignOnService Binding="BINDINGS:HTTP-POST" Location="https://google.example/o/saml2/idp?idpid=C0"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"#,
    )
    .replace("END", &end.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string());
    let read = read(&document).unwrap();
    assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
    assert_eq!(read.valid_until(), Some(end));
    assert!(matches!(read_at(&document, end), Err(MetadataError::Expired { .. })));
}

/// Keycloak: names of keys, every binding, and requests that must be signed.
#[test]
fn reads_the_shape_of_keycloak() {
    let read = read_shape(
        r#"<md:EntityDescriptor xmlns="MD" xmlns:md="MD" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="DSIG"
  entityID="ENTITY"><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="SAML2P"
  ><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:KeyName>XKfbD8-yw_kA3Z</ds:KeyName><ds:X509Data><ds:X509Certificate
  >FIRST</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:ArtifactResolutionService
  Binding="BINDINGS:SOAP" Location="https://kc.example/realms/a/protocol/saml/resolve" index="0"/><md:SingleLogoutService
  Binding="BINDINGS:HTTP-POST" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleLogoutService
  Binding="BINDINGS:HTTP-Redirect" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleLogoutService
  Binding="BINDINGS:HTTP-Artifact" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleLogoutService
  Binding="BINDINGS:SOAP" Location="https://kc.example/realms/a/protocol/saml"/><md:NameIDFormat
  >FORMATS:persistent</md:NameIDFormat><md:NameIDFormat>FORMATS:transient</md:NameIDFormat><md:NameIDFormat
  >urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:SingleSignOnService
  Binding="BINDINGS:HTTP-POST" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleSignOnService
  Binding="BINDINGS:HTTP-Redirect" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleSignOnService
  Binding="BINDINGS:SOAP" Location="https://kc.example/realms/a/protocol/saml"/><md:SingleSignOnService
  Binding="BINDINGS:HTTP-Artifact" Location="https://kc.example/realms/a/protocol/saml"/></md:IDPSSODescriptor
  ></md:EntityDescriptor>"#,
    );
    assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
    let url = "https://kc.example/realms/a/protocol/saml";
    let expected = ["sso post", "sso redirect", "slo post", "slo redirect"];
    assert_eq!(endpoints_of(&read), expected.map(|one| format!("{one} {url}")));
    assert_eq!(read.name_id_formats().len(), 3);
    assert!(read.wants_signed_requests());
}

/// Shibboleth: comments, scopes and logos in extensions, keys without a use, SAML 1 beside, and an
/// attribute authority with a key of its own.
#[test]
fn reads_the_shape_of_shibboleth() {
    let read = read_shape(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!--
     This is example metadata only. Do *NOT* supply it as is without review.
-->
<EntityDescriptor xmlns="MD" xmlns:ds="DSIG" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"
    xmlns:xml="http://www.w3.org/XML/1998/namespace" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" entityID="ENTITY">
  <IDPSSODescriptor protocolSupportEnumeration="SAML2P urn:oasis:names:tc:SAML:1.1:protocol urn:mace:shibboleth:1.0">
    <Extensions>
      <shibmd:Scope regexp="false">idp.example</shibmd:Scope>
<!--
      Fill in the details for your IdP here
-->
      <mdui:UIInfo>
        <mdui:DisplayName xml:lang="en">A Name for the IdP</mdui:DisplayName>
        <mdui:Logo height="80" width="80">https://idp.example/logo.png</mdui:Logo>
      </mdui:UIInfo>
    </Extensions>
    <!-- First signing certificate is BackChannel, the Second is FrontChannel -->
    <KeyDescriptor>
      <ds:KeyInfo>
        <ds:X509Data>
          <ds:X509Certificate>
FIRST
          </ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </KeyDescriptor>
    <KeyDescriptor use="signing">
      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>SECOND</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </KeyDescriptor>
    <KeyDescriptor use="encryption">
      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>OTHER</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </KeyDescriptor>
    <KeyDescriptor use="signing"><ds:KeyInfo><ds:KeyValue/></ds:KeyInfo></KeyDescriptor>
    <ArtifactResolutionService Binding="BINDINGS:SOAP" Location="https://idp.example:8443/idp/SOAP" index="2"/>
    <!--
    <SingleLogoutService Binding="BINDINGS:HTTP-Redirect" Location="https://idp.example/idp/SLO"/>
    -->
    <SingleSignOnService Binding="urn:mace:shibboleth:1.0:profiles:AuthnRequest" Location="https://idp.example/idp/Shib"/>
    <SingleSignOnService Binding="BINDINGS:HTTP-POST" Location="https://idp.example/idp/POST/SSO"/>
    <SingleSignOnService Binding="BINDINGS:HTTP-POST-SimpleSign" Location="https://idp.example/idp/SimpleSign/SSO"/>
    <SingleSignOnService Binding="BINDINGS:HTTP-Redirect" Location="https://idp.example/idp/Redirect/SSO"/>
    <SingleSignOnService Binding="BINDINGS:SOAP" Location="https://idp.example/idp/SOAP/ECP"/>
  </IDPSSODescriptor>
  <AttributeAuthorityDescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol">
    <KeyDescriptor>
      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>OTHER</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </KeyDescriptor>
    <AttributeService Binding="urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding" Location="https://idp.example:8443/a"/>
  </AttributeAuthorityDescriptor>
</EntityDescriptor>
"#,
    );
    assert_eq!(keys_of(&read), first_and_second());
    assert_eq!(read.left_out(), [LeftOutKey::NoCertificate]);
    let expected = [
        "sso post https://idp.example/idp/POST/SSO",
        "sso redirect https://idp.example/idp/Redirect/SSO",
    ];
    assert_eq!(endpoints_of(&read), expected);
}

/// What we publish as an identity provider can be read by us as a service provider.
#[test]
fn reads_what_we_publish_ourselves() {
    let certificates = [IDP.certificate(), SP.certificate()];
    let document = silta_saml::IdentityProviderMetadata {
        entity_id: IDP_ENTITY,
        sso_url: "https://broker.example/idp/sso?a=1&b=2",
        signing: &certificates,
        want_authn_requests_signed: true,
        name_id_formats: &["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"],
    };
    let read = read(&document.to_xml()).unwrap();
    assert_eq!(keys_of(&read), certificates.map(|one| one.base64()));
    assert!(read.wants_signed_requests());
    let url = "https://broker.example/idp/sso?a=1&b=2";
    assert_eq!(endpoints_of(&read), ["redirect", "post"].map(|one| format!("sso {one} {url}")));
}
