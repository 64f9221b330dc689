//! A request and its answer through the profile of each scheme, with every combination of the algorithms that the scheme has or
//! rules out. The profile is the one that ships.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_broker::ports::{Upstream as _, UpstreamRequest};
use silta_broker::upstream::SamlUpstream;
use silta_broker::{
    Callback, Freshness, Identity, NeededOfPerson, OutboundMessage, RelayState, SourceNetwork,
};
use silta_saml::algorithm::SignatureAlgorithm::{
    self, EcdsaSha256, EcdsaSha384, RsaPssSha256, RsaSha256,
};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::{EcdhEs, KdfDigest, KeyWrap};
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::forge::{EditPoint, FakeIdp, ForgedResponse, NOON, SentRequest, text};
use silta_testkit::keys::{IDP, IDP_P256, IDP_P384, KeyPair, OTHER_SP, ROGUE, SP_P256};

use super::mistakes::Files;
use super::requests::login_request;
use super::saml_upstream::peer_alone_with;
use crate::config::upstreams::SamlPeer;

/// PSS and ECDSA, GCM, RSA-OAEP without SHA-1, ECDH-ES [eIDAS Cryptographic Requirements 1.4 §3.2, §3.3].
#[test]
fn people_log_in_through_an_eidas_node() {
    let natural = "http://eidas.europa.eu/attributes/naturalperson/";
    Scheme {
        file: "profile: eidas-node\n\
               eidas: { sp_type: public, identifiers_for: FI }\nsso: { redirect: https://idp.example/sso }",
        level: "http://eidas.europa.eu/LoA/substantial",
        answer: |good| good.unsigned_assertion(),
        attributes: &[
            (&format!("{natural}PersonIdentifier"), "ES/FI/1"),
            (&format!("{natural}CurrentFamilyName"), "Garcia"),
            (&format!("{natural}CurrentGivenName"), "Ana"),
            (&format!("{natural}DateOfBirth"), "1964-08-12"),
        ],
        signatures: [(RsaSha256, false), (RsaPssSha256, true), (EcdsaSha256, true), (EcdsaSha384, true)],
        keys: [(SHA1, false), (SHA256, true), (CURVE, true)],
        cbc: false,
    }
    .holds();
}

/// PKCS #1 and ECDSA; CBC too, because each identity provider must be able to use it there
/// [Deployment Profile for the Swedish eID Framework §8].
#[test]
fn people_log_in_through_sweden_connect() {
    Scheme {
        file: "profile: sweden-connect\nsso: { post: https://idp.example/sso }",
        level: "http://id.elegnamnden.se/loa/1.0/loa3",
        answer: |good| good.unsigned_assertion(),
        attributes: &[("urn:oid:1.2.752.29.4.13", "197309069289"), ("urn:oid:2.5.4.42", "Ada")],
        signatures: [
            (RsaSha256, true),
            (RsaPssSha256, false),
            (EcdsaSha256, true),
            (EcdsaSha384, true),
        ],
        keys: [(SHA1, true), (SHA256, true), (CURVE, false)],
        cbc: true,
    }
    .holds();
}

/// The assertion alone is signed, so that CBC does not count; the level is an attribute.
#[test]
fn people_log_in_through_nem_log_in() {
    Scheme {
        file: "profile: oiosaml\nsso: { redirect: https://idp.example/sso }\n\
               nameid_formats: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent']",
        level: "https://data.gov.dk/concept/core/nsis/loa/Substantial",
        answer: |good| {
            good.unsigned_response().swap(
                EditPoint::Assertion,
                "nameid-format:transient",
                "nameid-format:persistent",
            )
        },
        attributes: &[
            ("https://data.gov.dk/concept/core/nsis/loa", "Substantial"),
            ("https://data.gov.dk/model/core/eid/fullName", "Ida"),
        ],
        signatures: [
            (RsaSha256, true),
            (RsaPssSha256, false),
            (EcdsaSha256, false),
            (EcdsaSha384, false),
        ],
        keys: [(SHA1, true), (SHA256, true), (CURVE, false)],
        cbc: false,
    }
    .holds();
}

/// Every signature, GCM, RSA-OAEP without SHA-1, ECDH-ES; the level and the person are XML.
#[test]
fn people_log_in_through_an_eid_server() {
    let identity = eid_server().holds();
    let value = |name: &str| {
        let found = identity.attributes.iter().find(|(one, _)| one == name);
        found.map(|(_, values)| values.join("|"))
    };
    assert_eq!(value("RestrictedID").as_deref(), Some("ES/DE/1"));
    assert_eq!(value("DateOfBirth").as_deref(), Some("1964-08-12"));
    assert_eq!(value("PlaceOfBirth").as_deref(), Some("Sevilla"));
    assert_eq!(value("GivenNames").as_deref(), Some("ANA"));
}

fn eid_server() -> Scheme<'static> {
    Scheme {
        file: "profile: bsi-esaml\n\
               attributes: { mail: { names: mail } }\nencryption_certificate: file:enc.crt\nsso: { post: https://idp.example/sso }",
        level: "http://eidas.europa.eu/LoA/substantial",
        answer: |good| {
            let esaml = |assertion: &str| text::replaced(assertion, "saml:Attribute", ESAML);
            good.unsigned_assertion().edit(EditPoint::Assertion, esaml)
        },
        attributes: &[("urn:x", "x")],
        signatures: [
            (RsaSha256, true),
            (RsaPssSha256, true),
            (EcdsaSha256, true),
            (EcdsaSha384, true),
        ],
        keys: [(SHA1, false), (SHA256, true), (CURVE, true)],
        cbc: false,
    }
}

/// Nobody comes from another country than the file says.
#[test]
fn nobody_logs_in_through_an_eid_server_from_another_country_than_the_file_says() {
    for (state, taken) in [("ES", true), ("PT", false)] {
        let file = format!(
            "profile: bsi-esaml\nattributes: {{ mail: {{ names: mail }} }}\nencryption_certificate: file:enc.crt\n\
             esaml: {{ attributes: [GivenNames, RestrictedID], sending_member_state: {state} }}\n\
             sso: {{ post: https://idp.example/sso }}"
        );
        let scheme = Scheme { file: &file, ..eid_server() };
        let peer = scheme.peer();
        let (id, pending) = asked(peer.upstream().unwrap());
        let answer = scheme.answer(RsaSha256, SHA256, DataCipher::Aes256Gcm, &id);
        let finished = finished(peer.upstream().unwrap(), &pending, &answer);
        let refused = || Err("esaml_answer".to_owned());
        assert_eq!(finished.map(|_| ()), if taken { Ok(()) } else { refused() }, "{state}");
    }
}

/// A scheme: its upstream, an answer of it, and which algorithms it takes.
struct Scheme<'s> {
    file: &'s str,
    level: &'static str,
    answer: fn(ForgedResponse) -> ForgedResponse,
    attributes: &'s [(&'s str, &'s str)],
    signatures: [(SignatureAlgorithm, bool); 4],
    keys: [(Wrapped, bool); 3],
    cbc: bool,
}

/// How a session key comes.
#[derive(Debug, Clone, Copy)]
enum Wrapped {
    Oaep(DigestAlgorithm),
    Curve,
}

impl Scheme<'_> {
    /// Somebody logs in exactly where every algorithm is one of the scheme's. The last one who did.
    fn holds(&self) -> Identity {
        let peer = self.peer();
        let upstream = peer.upstream().unwrap();
        let (id, pending) = asked(upstream);
        let ciphers = [
            (DataCipher::Aes128Gcm, true),
            (DataCipher::Aes256Gcm, true),
            (DataCipher::Aes128Cbc, self.cbc),
            (DataCipher::Aes256Cbc, self.cbc),
        ];
        let mut last = None;
        for (algorithm, signature_is_taken) in self.signatures {
            for (wrapped, key_is_taken) in self.keys {
                for (cipher, cipher_is_taken) in ciphers {
                    let answer = self.answer(algorithm, wrapped, cipher, &id);
                    let finished = finished(upstream, &pending, &answer);
                    let all = signature_is_taken && key_is_taken && cipher_is_taken;
                    let what = format!("{algorithm:?} {wrapped:?} {cipher:?}");
                    match finished {
                        Ok(identity) => {
                            assert!(all, "{what} was taken");
                            assert_eq!(identity.acr, self.level);
                            last = Some(identity);
                        }
                        Err(reason) => {
                            assert!(!all, "{what}: {reason}");
                            let known =
                                ["signature_algorithm", "encryption_algorithm", "cbc_unsigned"];
                            assert!(known.contains(&reason.as_str()), "{what}: {reason}");
                        }
                    }
                }
            }
        }
        last.unwrap()
    }

    /// The upstream, which knows each of the keys that answers are signed by.
    fn peer(&self) -> SamlPeer {
        let certificates = "[file:idp.crt, file:p256.crt, file:p384.crt]";
        let lines =
            format!("entity_id: {IDP_ENTITY}\nsigning_certificates: {certificates}\n{}", self.file);
        let files = Files::new()
            .with("p256.crt", IDP_P256.certificate_pem())
            .with("p384.crt", IDP_P384.certificate_pem())
            .with("enc.crt", ROGUE.certificate_pem())
            .with("ec.pem", SP_P256.key_pem())
            .with("ec.crt", SP_P256.certificate_pem());
        peer_alone_with(&lines, &files)
    }

    fn answer(
        &self,
        algorithm: SignatureAlgorithm,
        wrapped: Wrapped,
        cipher: DataCipher,
        id: &str,
    ) -> String {
        let attributes: Vec<_> =
            self.attributes.iter().map(|(name, value)| (*name, [*value])).collect();
        let attributes: Vec<(&str, &[&str])> =
            attributes.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let good = FakeIdp::default()
            .signing_with(signer(algorithm), algorithm)
            .response()
            .issuer(IDP_ENTITY)
            .audience("https://broker.example/saml/idp/metadata")
            .acs_url("https://broker.example/saml/idp/acs")
            .in_response_to(id)
            .authenticated(NOON)
            .authn_context(self.level)
            .attributes(&attributes)
            .cipher(cipher);
        let good = match wrapped {
            Wrapped::Oaep(digest) => good.oaep(RsaOaep { digest, mgf: digest }),
            Wrapped::Curve => good
                .ecdh_es(EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 })
                .held_by(&[(&SP_P256, None)]),
        };
        (self.answer)(good).post()
    }
}

fn signer(algorithm: SignatureAlgorithm) -> &'static KeyPair {
    match algorithm {
        EcdsaSha256 => &IDP_P256,
        EcdsaSha384 => &IDP_P384,
        _ => &IDP,
    }
}

/// The ID of a request, and what is remembered of it.
fn asked(upstream: &SamlUpstream) -> (String, silta_broker::Pending) {
    let upstream_request = UpstreamRequest {
        request: &login_request(Freshness::Any),
        least_levels: [None, None],
        needs_authn_instant: true,
        source: SourceNetwork::of("192.0.2.1".parse().unwrap()),
        relay_state: &RelayState::parse("abcdefghijklmnopqrstuv").unwrap(),
        entropy: &SeededEntropy::from_seed(1),
        now: NOON,
    };
    let (message, pending) = block_on(upstream.start(&upstream_request)).unwrap();
    let id = match message {
        OutboundMessage::Redirect(url) => {
            let (_, query) = url.as_str().split_once('?').unwrap();
            SentRequest::read(query, &OTHER_SP.verification()).unwrap().id
        }
        OutboundMessage::Post { fields, .. } => {
            let xml = String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap();
            let (_, from) = xml.split_once(" ID=\"").unwrap();
            from.split_once('"').unwrap().0.to_owned()
        }
        OutboundMessage::PostToOrigin { .. } => unreachable!("no message to an upstream"),
    };
    (id, pending)
}

/// Who logged in by this answer, or the reason of the refusal.
fn finished(
    upstream: &SamlUpstream,
    pending: &silta_broker::Pending,
    answer: &str,
) -> Result<Identity, String> {
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLResponse", answer)
        .append_pair("RelayState", "abcdefghijklmnopqrstuv")
        .finish();
    let callback = Callback::from_form(&form).unwrap();
    let needed = NeededOfPerson { name: true, attributes: true };
    let finished = block_on(upstream.finish(&callback, pending, needed, NOON));
    finished.map_err(|failed| failed.error.reason().to_string())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

const SHA1: Wrapped = Wrapped::Oaep(DigestAlgorithm::Sha1);
const SHA256: Wrapped = Wrapped::Oaep(DigestAlgorithm::Sha256);
const CURVE: Wrapped = Wrapped::Curve;
const IDP_ENTITY: &str = "https://idp.example/metadata";
const ESAML: &str = "\
<saml:Attribute Name=\"DocumentValidity\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\" Version=\"1\">\
<eid:ReferenceDate>2026-11-21</eid:ReferenceDate><eid:Status>valid</eid:Status></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"UseEidas\"><saml:AttributeValue>true</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"EidasExtension\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:LevelOfAssurance>http://eidas.europa.eu/LoA/substantial</eid:LevelOfAssurance>\
<eid:SendingMemberState>ES</eid:SendingMemberState></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"IdentityFlavour\"><saml:AttributeValue>NaturalPerson</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"GivenNames\"><saml:AttributeValue>ANA</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"RestrictedID\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:ID>45532F44452F31</eid:ID></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"PlaceOfBirth\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:FreetextPlace>Sevilla</eid:FreetextPlace></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"DateOfBirth\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:DateString>19640812</eid:DateString><eid:DateValue>1964-08-12</eid:DateValue></saml:AttributeValue></saml:Attribute>";
