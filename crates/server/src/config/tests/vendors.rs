//! Profiles of vendors: each with a file as an administrator writes it, an answer in the vendor's shape that is accepted,
//! and answers that the profile refuses.

use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::namespace::SAML;
use silta_testkit::forge::{EditPoint, FakeIdp, ForgedResponse};

use super::saml_upstream::{judged, load_with, peer};
use crate::config::upstreams::SamlPeer;

/// Default namespaces, `Consent`, the attributes before the authentication, AES-CBC.
#[test]
fn an_answer_of_adfs_is_accepted_where_both_parts_are_signed() {
    let adfs = peer(
        "profile: adfs
         entity_id: http://adfs.example/adfs/services/trust
         sso: { post: https://adfs.example/adfs/ls/ }
         single_logout: { redirect: https://adfs.example/adfs/ls/ }",
    );
    let answer = |context: &str| {
        answer("http://adfs.example/adfs/services/trust", context)
            .attributes(&[(GIVEN_NAME, &["Aino"])])
            .cipher(DataCipher::Aes256Cbc)
            .oaep(SHA1)
            .edit(EditPoint::Assertion, |text| with_default_namespace(&attributes_first(text)))
            .swap(EditPoint::Response, " Version=\"2.0\"", CONSENT)
    };
    for (context, level) in [
        (PASSWORD, 0),
        (PROTECTED, 0),
        (WINDOWS, 0),
        ("urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient", 1),
    ] {
        assert_eq!(accepted(&adfs, &answer(context)), (context.to_owned(), Some(level)));
    }
    // As it is set up at first: SamlResponseSignature AssertionOnly.
    assert_eq!(refused(&adfs, &answer(WINDOWS).unsigned_response()), "unsigned");
    let multiple = "http://schemas.microsoft.com/claims/multipleauthn";
    assert_eq!(refused(&adfs, &answer(multiple)), "unknown_authn_context");
}

/// Attributes whose names are URLs, groups, AES-CBC.
#[test]
fn an_answer_of_entra_is_accepted_where_both_parts_are_signed() {
    let entra = peer(
        "profile: entra
         entity_id: https://sts.windows.net/00000000-0000-0000-0000-000000000000/
         sso: { redirect: https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/saml2 }",
    );
    let entity_id = "https://sts.windows.net/00000000-0000-0000-0000-000000000000/";
    let answer = |context: &str| {
        let groups = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
        let methods = "http://schemas.microsoft.com/claims/authnmethodsreferences";
        let multiple = "http://schemas.microsoft.com/claims/multipleauthn";
        answer(entity_id, context)
            .attributes(&[(GIVEN_NAME, &["Aino"]), (groups, &["1", "2"]), (methods, &[multiple])])
            .cipher(DataCipher::Aes256Cbc)
            .oaep(SHA1)
            .edit(EditPoint::Assertion, |text| with_default_namespace(&attributes_first(text)))
    };
    // A second factor is an attribute, and makes no level.
    assert_eq!(accepted(&entra, &answer(PASSWORD)), (PASSWORD.to_owned(), Some(0)));
    assert_eq!(refused(&entra, &answer(PASSWORD).unsigned_response()), "unsigned");
    assert_eq!(refused(&entra, &answer(PASSWORD).unsigned_assertion()), "unsigned");
    assert_eq!(refused(&entra, &answer(UNSPECIFIED)), "unknown_authn_context");
}

/// No encryption, the Response alone signed, an attribute without a value.
#[test]
fn an_answer_of_google_is_accepted_where_the_response_is_signed() {
    let google = peer(
        "profile: google
         entity_id: https://accounts.google.com/o/saml2?idpid=C00000000
         sso: { redirect: 'https://accounts.google.com/o/saml2/idp?idpid=C00000000' }",
    );
    let answer = || {
        answer("https://accounts.google.com/o/saml2?idpid=C00000000", UNSPECIFIED)
            .attributes(&[("employeeNumber", &["1"]), ("department", &[])])
            .plain()
    };
    let signed = answer().unsigned_assertion();
    assert_eq!(accepted(&google, &signed), (UNSPECIFIED.to_owned(), Some(0)));
    // "Signed response" is switched off, as it is at first.
    assert_eq!(refused(&google, &answer().unsigned_response()), "unsigned");
}

/// AES-256-GCM, OAEP with SHA-256 for both.
#[test]
fn an_answer_of_keycloak_is_accepted_where_both_parts_are_signed() {
    let keycloak = peer(
        "profile: keycloak
         entity_id: https://sso.example/realms/people
         sso: { redirect: https://sso.example/realms/people/protocol/saml }
         single_logout: { post: https://sso.example/realms/people/protocol/saml }",
    );
    let answer = || {
        let roles: (&str, &[&str]) = ("Role", &["kirjaaja", "tarkastaja"]);
        answer("https://sso.example/realms/people", UNSPECIFIED).attributes(&[roles])
    };
    assert_eq!(accepted(&keycloak, &answer()), (UNSPECIFIED.to_owned(), Some(0)));
    assert_eq!(refused(&keycloak, &answer().unsigned_assertion()), "unsigned");
    assert_eq!(refused(&keycloak, &answer().authn_context(PROTECTED)), "unknown_authn_context");
}

/// Namespaces declared on the root, AES-CBC in a signed Response.
#[test]
fn an_answer_of_okta_is_accepted_where_what_is_encrypted_by_cbc_is_signed_outside() {
    let okta = peer(
        "profile: okta
         entity_id: http://www.okta.com/exk0000000000000000
         sso: { redirect: https://people.okta.com/app/silta/exk0000000000000000/sso/saml }",
    );
    let answer = || {
        answer("http://www.okta.com/exk0000000000000000", PROTECTED)
            .attributes(&[("employeeNumber", &["1"])])
            .cipher(DataCipher::Aes256Cbc)
            .oaep(SHA1)
    };
    assert_eq!(accepted(&okta, &answer()), (PROTECTED.to_owned(), Some(0)));
    assert_eq!(refused(&okta, &answer().unsigned_response()), "cbc_unsigned");
    assert_eq!(refused(&okta, &answer().authn_context(UNSPECIFIED)), "unknown_authn_context");
    assert_eq!(refused(&okta, &answer().plain()), "not_encrypted");
}

/// The Response alone signed, AES-128-GCM as since version 4 or AES-128-CBC as before, names that are OIDs.
#[test]
fn an_answer_of_shibboleth_is_accepted_where_the_response_is_signed() {
    let shibboleth = peer(
        "profile: shibboleth
         entity_id: https://idp.example/idp/shibboleth
         sso: { redirect: https://idp.example/idp/profile/SAML2/Redirect/SSO }
         single_logout: { redirect: https://idp.example/idp/profile/SAML2/Redirect/SLO }
         loa: [urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport]",
    );
    let answer = |cipher| {
        answer("https://idp.example/idp/shibboleth", PROTECTED)
            .attributes(&[("urn:oid:2.5.4.42", &["Aino"])])
            .cipher(cipher)
            .oaep(SHA1)
            .unsigned_assertion()
    };
    for cipher in [DataCipher::Aes128Gcm, DataCipher::Aes128Cbc] {
        assert_eq!(accepted(&shibboleth, &answer(cipher)), (PROTECTED.to_owned(), Some(0)));
    }
    let gcm = || answer(DataCipher::Aes128Gcm);
    // `signResponses` is switched off, and `signAssertions` on.
    let inside = self::answer("https://idp.example/idp/shibboleth", PROTECTED).unsigned_response();
    assert_eq!(refused(&shibboleth, &inside), "unsigned");
    assert_eq!(refused(&shibboleth, &gcm().plain()), "not_encrypted");
    let x509 = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";
    assert_eq!(refused(&shibboleth, &gcm().authn_context(x509)), "unknown_authn_context");
}

/// Its own encryption, which is AES-128-CBC, and names that are OIDs.
#[test]
fn an_answer_of_simplesamlphp_is_accepted_where_both_parts_are_signed() {
    let simplesamlphp = peer(
        "profile: simplesamlphp
         entity_id: https://idp.example/saml2/idp/metadata.php
         sso: { redirect: https://idp.example/saml2/idp/SSOService.php }
         loa: [urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport]",
    );
    let answer = || {
        answer("https://idp.example/saml2/idp/metadata.php", PROTECTED)
            .attributes(&[("urn:oid:2.5.4.42", &["Aino"])])
            .cipher(DataCipher::Aes128Cbc)
            .oaep(SHA1)
    };
    assert_eq!(accepted(&simplesamlphp, &answer()), (PROTECTED.to_owned(), Some(0)));
    assert_eq!(refused(&simplesamlphp, &answer().unsigned_response()), "unsigned");
    assert_eq!(refused(&simplesamlphp, &answer().unsigned_assertion()), "unsigned");
}

/// As its sources name them, and as `name2oid` does; our metadata asks by the latter.
#[test]
fn attributes_of_simplesamlphp_are_known_by_plain_names_and_by_oids() {
    let lines = "profile: simplesamlphp
         entity_id: https://idp.example/saml2/idp/metadata.php
         sso: { redirect: https://idp.example/saml2/idp/SSOService.php }
         loa: [urn:low]";
    let (config, _) = load_with(lines).unwrap();
    let dictionary = &config.upstreams.values().next().unwrap().dictionary;
    for name in ["uid", "sn", "givenName", "mail", "cn", "eduPersonPrincipalName"] {
        let sources = &dictionary.attribute(name).unwrap().sources;
        let [oid, plain] = sources.as_slice() else { unreachable!("{sources:?}") };
        assert!(oid.starts_with("urn:oid:") && plain == name, "{sources:?}");
    }
}

/// The context of an answer, and its level there.
fn accepted(peer: &SamlPeer, response: &ForgedResponse) -> (String, Option<usize>) {
    let assertion = judged(peer, response).unwrap();
    let context = assertion.authn_context().to_owned();
    let level = peer.upstream().unwrap().parties.idp.assurance_levels().level(&context);
    (context, level)
}

/// The reason of a refusal.
fn refused(peer: &SamlPeer, response: &ForgedResponse) -> &'static str {
    judged(peer, response).unwrap_err().reason()
}

/// A good answer of this issuer to the upstream `idp`.
fn answer(entity_id: &str, context: &str) -> ForgedResponse {
    FakeIdp::default()
        .response()
        .issuer(entity_id)
        .audience("https://broker.example/saml/idp/metadata")
        .acs_url("https://broker.example/saml/idp/acs")
        .authn_context(context)
}

/// The statement of the attributes before that of the authentication.
fn attributes_first(assertion: &str) -> String {
    let (before, rest) = assertion.split_once("<saml:AuthnStatement").unwrap();
    let (authn, rest) = rest.split_once("</saml:AuthnStatement>").unwrap();
    let (attributes, end) = rest.split_once("</saml:Assertion>").unwrap();
    format!(
        "{before}{attributes}<saml:AuthnStatement{authn}</saml:AuthnStatement></saml:Assertion>{end}"
    )
}

fn with_default_namespace(assertion: &str) -> String {
    let own = format!(" xmlns:saml=\"{SAML}\"");
    let text = assertion.replace("<saml:", "<").replace("</saml:", "</");
    text.replace(&own, &format!(" xmlns=\"{SAML}\""))
}

const CONSENT: &str =
    " Version=\"2.0\" Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\"";
const GIVEN_NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const PROTECTED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const SHA1: RsaOaep = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
const WINDOWS: &str = "urn:federation:authentication:windows";
