//! Whole logins by the profiles of national schemes: what leaves is read field by field by programs that others wrote, and
//! each answer comes to another replica than the one that asked. Every combination of algorithms is tried beside the code.

use serde_json::json;
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::algorithm::SignatureAlgorithm::{
    self, EcdsaSha256, EcdsaSha384, RsaPssSha256, RsaSha256,
};
use silta_testkit::forge::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_testkit::forge::{
    EcdhEs, ForgedResponse, IDP_ENTITY, KdfDigest, KeyWrap, SP_ENTITY, SentRequest,
};
use silta_testkit::keys::{IDP, IDP_P256, IDP_P384, IDP_P521, KeyPair, ROGUE, SP_P256};
use silta_testkit::quick_idp::LogoutStatus;

use crate::logout_fixture::{AFTER_LOGOUT, frame};
use crate::scheme_fixture::Scheme;
use crate::scheme_messages::{
    DANISH_LOGGED_OUT, DANISH_LOGOUT, DANISH_REQUEST, EIDAS_REQUEST, GERMAN_REQUEST,
    SWEDISH_DIGEST, SWEDISH_REQUEST, danish_answer, eidas_answer, german_answer,
};
use crate::shop::{Answer, changed};

/// The node is posted to, with the country that the client knows of beside the request.
#[tokio::test]
async fn somebody_from_spain_logs_in_through_an_eidas_node() {
    let upstream = "    profile: eidas-node
    provider_name: Kunta
    eidas: { sp_type: public, identifiers_for: FI, optional_attributes: ['http://eidas.europa.eu/attributes/naturalperson/Gender'] }
    form_fields: { country: { login_hint: [ES, EL], otherwise: FI } }
";
    let claims = "{ person: PersonIdentifier, given_name: FirstName, native: FamilyNameNative, birthdate: DateOfBirth }
    min_acr: http://eidas.europa.eu/LoA/substantial";
    let node = Scheme::start(true, upstream, claims);
    let expected = EIDAS_REQUEST.replace("US", &node.entity_id());
    for (signed, encrypted, refused) in [
        (by(&IDP, RsaPssSha256), oaep(DigestAlgorithm::Sha256), None),
        (by(&IDP_P384, EcdsaSha384), oaep(DigestAlgorithm::Sha512), None),
        (by(&IDP_P256, EcdsaSha256), on_a_curve(KeyWrap::Aes256), None),
        (by(&IDP_P256, EcdsaSha256), on_a_curve(KeyWrap::Aes128), None),
        (by(&IDP, RsaSha256), oaep(DigestAlgorithm::Sha256), Some("signature_algorithm")),
        (by(&IDP, RsaPssSha256), oaep(DigestAlgorithm::Sha1), Some("encryption_algorithm")),
        (by(&IDP, RsaPssSha256), cbc(DigestAlgorithm::Sha256), Some("encryption_algorithm")),
    ] {
        let (mut person, sent) = node.begun(&[("login_hint", "ES")], None).await;
        sent.says(PSS_SHA256, &expected);
        assert_eq!(sent.to, "https://idp.example/sso");
        assert_eq!(sent.beside(), [("RelayState", ""), ("country", "ES")]);
        let answer = encrypted.of(eidas_answer(node.answer(&sent, signed)));
        let page = node.answered(&mut person, &sent, &answer).await;
        if let Some(reason) = refused {
            assert_eq!(node.reason(&page).await, reason);
            continue;
        }
        let told = node.told(&page).await.1;
        let acr = "http://eidas.europa.eu/LoA/high";
        let expected = json!({
            "person": "ES/FI/1", "given_name": "Ana", "native": "Νούνιεθ", "birthdate": "1964-08-12", "acr": acr,
        });
        assert_eq!(told, expected);
    }

    for (from, to, reason) in [
        ("LoA/high", "LoA/low", "weak_authn_context"),
        ("LoA/high", "NotNotified/LoA/high", "unknown_authn_context"),
        ("LoA/high", "LoA/test", "unknown_authn_context"),
        ("ES/FI/1", "ES/SE/1", "eidas_identifier"),
    ] {
        let (mut person, sent) = node.begun(&[("login_hint", "\"><x>")], None).await;
        assert_eq!(sent.beside(), [("RelayState", ""), ("country", "FI")]);
        let answer = eidas_answer(node.answer(&sent, by(&IDP, RsaPssSha256)));
        let answer = oaep(DigestAlgorithm::Sha256).of(answer).swap(Assertion, from, to);
        let page = node.answered(&mut person, &sent, &answer).await;
        assert_eq!(node.reason(&page).await, reason);
    }
}

/// What the person agrees to is shown by the identity provider alone, which proves that it was.
#[tokio::test]
async fn somebody_signs_through_sweden_connect() {
    let upstream = "    profile: sweden-connect
    principal_selection: { login_hint: 'urn:oid:1.2.752.29.4.13' }
    sign_message: { text: I hereby confirm that I want to join example.com as a customer, must_show: true }
    encryption_certificate: file:reader-rsa.crt
    force_authn: always
";
    let claims = "{ number: personalIdentityNumber, name: displayName }
    min_acr: http://id.elegnamnden.se/loa/1.0/loa3";
    let sweden = Scheme::start(true, upstream, claims);
    let expected = SWEDISH_REQUEST.replace("US", &sweden.front.url());
    for (signed, encrypted, digest, refused) in [
        (by(&IDP, RsaSha256), cbc(DigestAlgorithm::Sha1), SWEDISH_DIGEST, None),
        (by(&IDP_P256, EcdsaSha256), oaep(DigestAlgorithm::Sha256), SWEDISH_DIGEST, None),
        (by(&IDP_P384, EcdsaSha384), oaep(DigestAlgorithm::Sha1), SWEDISH_DIGEST, None),
        (
            by(&IDP, RsaPssSha256),
            oaep(DigestAlgorithm::Sha1),
            SWEDISH_DIGEST,
            Some("signature_algorithm"),
        ),
        (
            by(&IDP, RsaSha256),
            on_a_curve(KeyWrap::Aes256),
            SWEDISH_DIGEST,
            Some("encryption_algorithm"),
        ),
        (by(&IDP, RsaSha256), cbc(DigestAlgorithm::Sha1), "", Some("sign_message_not_proved")),
    ] {
        let (mut person, sent) =
            sweden.begun(&[("login_hint", "197309069289")], Some(&ROGUE)).await;
        sent.says(RSA_SHA256, &expected);
        assert_eq!(sent.beside(), [("RelayState", "")]);
        let attributes: [(&str, &[&str]); 3] = [
            ("urn:oid:1.2.752.29.4.13", &["197309069289"]),
            ("urn:oid:2.16.840.1.113730.3.1.241", &["Ada Lind"]),
            ("urn:oid:1.2.752.201.3.14", &[digest]),
        ];
        let answer = sweden.answer(&sent, signed).unsigned_assertion().attributes(&attributes);
        let answer = answer.authn_context("http://id.elegnamnden.se/loa/1.0/loa3");
        let page = sweden.answered(&mut person, &sent, &encrypted.of(answer)).await;
        if let Some(reason) = refused {
            assert_eq!(sweden.reason(&page).await, reason);
            continue;
        }
        let told = sweden.told(&page).await.1;
        let acr = "http://id.elegnamnden.se/loa/1.0/loa3";
        assert_eq!(told, json!({ "number": "197309069289", "name": "Ada Lind", "acr": acr }));
    }
}

/// By redirect; the assertion alone is signed, and an attribute says the level. Then a logout from either side.
#[tokio::test]
async fn somebody_logs_in_and_out_through_nem_log_in() {
    let upstream = "    profile: oiosaml
    nameid_formats: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent']
    single_logout: { redirect: https://idp.example/slo }
";
    let claims = "{ name: displayName, uuid: cprUuid }
    min_acr: https://data.gov.dk/concept/core/nsis/loa/Substantial";
    let nem = Scheme::start(false, upstream, claims);
    let us = nem.front.url();
    let mut logins = vec![];
    for (signed, encrypted, refused) in [
        (by(&IDP, RsaSha256), oaep(DigestAlgorithm::Sha1), None),
        (by(&IDP, RsaSha256), oaep(DigestAlgorithm::Sha256), None),
        (by(&IDP_P256, EcdsaSha256), oaep(DigestAlgorithm::Sha256), Some("signature_algorithm")),
        (by(&IDP, RsaSha256), cbc(DigestAlgorithm::Sha256), Some("cbc_unsigned")),
    ] {
        let (mut person, sent) = nem.begun(&[], None).await;
        sent.says(RSA_SHA256, &DANISH_REQUEST.replace("US", &us));
        assert_eq!(
            (sent.to.as_str(), sent.beside()),
            ("https://idp.example/sso", vec![("RelayState", "")])
        );
        let answer =
            danish_answer(nem.answer(&sent, signed)).name_id(&format!("person-{}", logins.len()));
        let page = nem.answered(&mut person, &sent, &encrypted.of(answer)).await;
        if let Some(reason) = refused {
            assert_eq!(nem.reason(&page).await, reason);
            continue;
        }
        let (tokens, told) = nem.told(&page).await;
        let acr = "https://data.gov.dk/concept/core/nsis/loa/Substantial";
        assert_eq!(told, json!({ "name": "Ida", "uuid": "urn:uuid:1", "acr": acr }));
        logins.push((person, sent, tokens));
    }
    let [(mut person, _, tokens), (_, sent, others)] = <[_; 2]>::try_from(logins).ok().unwrap();
    let is_over = async |tokens: &Answer| {
        nem.shop().userinfo(tokens.text("access_token")).await.status == 401
    };

    // The client's logout asks the identity provider, and goes back from there.
    let slo = format!("{us}/saml/idp/slo");
    let wanted =
        [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let left = person.get(&format!("{us}/logout?{}", changed(&[], &wanted))).await;
    let asked = nem.sent(&left, "SAMLRequest", None);
    asked.says(RSA_SHA256, &DANISH_LOGOUT.replace("US", &us));
    assert_eq!(asked.to, "https://idp.example/slo");
    assert!(is_over(&tokens).await && !is_over(&others).await);
    nem.front.route_to(&[nem.a.address()]);
    let location = left.location().unwrap();
    let answer = nem.idp().answer_logout(location.as_str(), &slo, LogoutStatus::Success);
    let back = person.get(&answer.url()).await;
    assert_eq!(back.headers["location"].to_str().unwrap(), AFTER_LOGOUT);

    // The identity provider's comes without a cookie.
    let request = SentRequest {
        id: sent.read["id"].as_str().unwrap().to_owned(),
        issuer: nem.entity_id(),
        acs_url: None,
        relay_state: None,
    };
    let mut logout = nem.idp().logout(&request, 7, &slo);
    logout.name_id.value = "person-1".to_owned();
    logout.name_id.format = Some(PERSISTENT.to_owned());
    logout.name_id.name_qualifier = Some(IDP_ENTITY.to_owned());
    logout.name_id.sp_name_qualifier = Some(SP_ENTITY.to_owned());
    logout.session = Some("session-7".to_owned());
    let page = frame().get(&logout.url(Some("theirs"))).await;
    let answered = nem.sent(&page, "SAMLResponse", None);
    let expected = DANISH_LOGGED_OUT.replace("US", &us);
    answered.says(RSA_SHA256, &expected);
    assert_eq!(answered.beside, [("RelayState".to_owned(), "theirs".to_owned())]);
    assert!(is_over(&others).await);
}

/// What the server is asked for it alone can read; what it answers is XML.
#[tokio::test]
async fn somebody_from_spain_logs_in_through_an_eid_server() {
    let upstream = "    profile: bsi-esaml
    encryption_certificate: file:reader-curve.crt
    esaml: { attributes: [GivenNames, RestrictedID], optional_attributes: [PlaceOfBirth], sending_member_state: ES }
";
    let claims = "{ person: PersonIdentifier, given_name: givenName, birthdate: DateOfBirth, born_in: PlaceOfBirth, country: SendingMemberState }
    min_acr: http://eidas.europa.eu/LoA/substantial";
    let server = Scheme::start(true, upstream, claims);
    let expected = GERMAN_REQUEST.replace("US", &server.entity_id());
    for (signed, encrypted, (from, to), refused) in [
        (by(&IDP, RsaPssSha256), oaep(DigestAlgorithm::Sha256), ("", ""), None),
        (by(&IDP, RsaSha256), oaep(DigestAlgorithm::Sha384), ("", ""), None),
        (by(&IDP_P256, EcdsaSha256), on_a_curve(KeyWrap::Aes256), ("", ""), None),
        (by(&IDP, RsaSha256), oaep(DigestAlgorithm::Sha1), ("", ""), Some("encryption_algorithm")),
        (
            by(&IDP, RsaSha256),
            oaep(DigestAlgorithm::Sha256),
            (">ES<", ">PT<"),
            Some("esaml_answer"),
        ),
        (
            by(&IDP, RsaSha256),
            oaep(DigestAlgorithm::Sha256),
            ("valid<", "revoked<"),
            Some("esaml_answer"),
        ),
        (
            by(&IDP, RsaSha256),
            oaep(DigestAlgorithm::Sha256),
            ("LoA/high", "LoA/low"),
            Some("weak_authn_context"),
        ),
    ] {
        let (mut person, sent) = server.begun(&[], Some(&IDP_P521)).await;
        sent.says(RSA_SHA256, &expected);
        assert_eq!(sent.beside(), [("RelayState", "")]);
        // Keys are exchanged by hand, and never sent.
        assert_eq!(sent.read["certificates"], 0);
        let answer = german_answer(server.answer(&sent, signed), from, to);
        let page = server.answered(&mut person, &sent, &encrypted.of(answer)).await;
        if let Some(reason) = refused {
            assert_eq!(server.reason(&page).await, reason);
            continue;
        }
        let told = server.told(&page).await.1;
        let expected = json!({
            "person": "ES/DE/1", "given_name": "ANA", "birthdate": "1964-08-12", "born_in": "Sevilla", "country": "ES",
            "acr": "http://eidas.europa.eu/LoA/high",
        });
        assert_eq!(told, expected);
    }
}

/// How an assertion comes.
#[derive(Debug, Clone, Copy)]
enum Encrypted {
    Oaep(DigestAlgorithm, DataCipher),
    Curve(KeyWrap),
}

impl Encrypted {
    fn of(self, answer: ForgedResponse) -> ForgedResponse {
        match self {
            Self::Oaep(digest, cipher) => {
                answer.cipher(cipher).oaep(RsaOaep { digest, mgf: digest })
            }
            Self::Curve(wrap) => answer
                .cipher(DataCipher::Aes128Gcm)
                .ecdh_es(EcdhEs { digest: KdfDigest::Sha256, wrap })
                .held_by(&[(&SP_P256, None)]),
        }
    }
}

fn by(key: &KeyPair, algorithm: SignatureAlgorithm) -> (&KeyPair, SignatureAlgorithm) {
    (key, algorithm)
}

fn oaep(digest: DigestAlgorithm) -> Encrypted {
    Encrypted::Oaep(digest, DataCipher::Aes256Gcm)
}

fn cbc(digest: DigestAlgorithm) -> Encrypted {
    Encrypted::Oaep(digest, DataCipher::Aes256Cbc)
}

fn on_a_curve(wrap: KeyWrap) -> Encrypted {
    Encrypted::Curve(wrap)
}

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const PSS_SHA256: &str = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
