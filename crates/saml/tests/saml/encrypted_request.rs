//! Parts of requests that are encrypted for an identity provider: foreign code opens them, and nobody else.

use openssl::nid::Nid;
use serde_json::{Value, json};
use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AcsReference, AuthnRequest, Country, EcdhEs, EncryptedExtension, EncryptedSubject,
    EncryptionMethods, EsamlAttribute, EsamlRequest, IdentityFlavour, KdfDigest, KeyWrap,
    PeerEncryptionKey, RequestEncryption, RequestId, RequestProfile, RequestRecipient,
    enveloped_signature,
};
use silta_testkit::forge::{ACS, NOON, REQUEST, SP_ENTITY, text};
use silta_testkit::keys::{IDP, IDP_P256, KeyPair, SP};
use silta_testkit::peers::encrypted_requests;

/// Every digest of RSA-OAEP with every one of MGF1, every curve with every derivation and wrap, every cipher.
#[test]
fn an_eid_server_reads_what_it_is_asked_for_by_every_algorithm() {
    let mut asked = vec![];
    for digest in DigestAlgorithm::ALL {
        for mgf in DigestAlgorithm::ALL {
            let way = RequestEncryption { oaep: RsaOaep { digest, mgf }, ..WAY };
            let method = if mgf == DigestAlgorithm::Sha1 { MGF1P } else { OAEP };
            asked.push((None, way, vec![method, digest.uri(), mgf.mgf_uri()]));
        }
    }
    for cipher in EncryptionCipher::ALL {
        let named = vec![OAEP, WAY.oaep.digest.uri(), WAY.oaep.mgf.mgf_uri()];
        asked.push((None, RequestEncryption { cipher, ..WAY }, named));
    }
    let curves = CURVES.map(|curve| KeyPair::ec("idp", curve));
    for pair in &curves {
        for digest in KdfDigest::ALL {
            for wrap in KeyWrap::ALL {
                let way = RequestEncryption { agreement: EcdhEs { digest, wrap }, ..WAY };
                asked.push((Some(pair), way, vec![wrap.uri(), digest.digest().uri()]));
            }
        }
    }
    let questions = asked.iter().map(|(pair, way, _)| {
        let pair = pair.unwrap_or(&IDP);
        question(&request(&esaml(), &recipient(pair, *way)), pair)
    });
    let answers = encrypted_requests(&questions.collect::<Vec<_>>());
    assert_eq!(answers.len(), asked.len());
    for (answer, (_, way, named)) in answers.iter().zip(&asked) {
        assert_eq!(answer["valid"], true, "{answer} {way:?}");
        let cipher = way.cipher.data_cipher().uri();
        let named: Vec<_> = [cipher].iter().chain(named).copied().collect();
        assert_eq!(answer["algorithms"], json!(named));
        assert_eq!(answer["element"], format!("{{{EID}}}EncryptedAuthnRequestExtension"));
        assert_eq!(answer["parent"], format!("{{{}}}Extensions", silta_saml::namespace::SAMLP));
        // Neither who signs nor whom for: both are known [BSI TR-03130-1 §4.9].
        assert_eq!(answer["certificates"], 0);
        assert_eq!(answer["plaintext"], plaintext());
    }
}

/// The signature is over the ciphertext, so that what is asked for cannot be changed by who cannot read it.
#[test]
fn a_request_whose_encrypted_part_is_touched_or_meant_for_others_is_refused() {
    let (idp, other) = (&*IDP_P256, KeyPair::ec("idp", Nid::X9_62_PRIME256V1));
    let good = request(&esaml(), &recipient(idp, WAY));
    let mut less = esaml();
    less.attributes.truncate(1);
    let swapped = request(&less, &recipient(idp, WAY));
    let data = |xml: &str| text::element(xml, "xenc:EncryptedData").to_owned();
    let swapped = good.replacen(&data(&good), &data(&swapped), 1);
    let spoilt = text::octets(&good, "xenc:CipherValue", 1, |mut octets| {
        octets[20] ^= 1;
        octets
    });
    let signature = text::octets(&good, "ds:SignatureValue", 0, |mut octets| {
        octets[20] ^= 1;
        octets
    });
    let answers = encrypted_requests(&[
        question(&good, idp),
        question(&swapped, idp),
        question(&spoilt, idp),
        question(&signature, idp),
        question(&good, &other),
        question(&request(&esaml(), &recipient(&other, WAY)), idp),
    ]);
    let why = answers.iter().map(|one| {
        let error = one["error"].as_str().unwrap_or_default();
        error.split(':').next().unwrap().to_owned()
    });
    let expected = [
        "",
        "InvalidDigest",
        "InvalidDigest",
        "InvalidSignature",
        "InvalidUnwrap",
        "InvalidUnwrap",
    ];
    assert_eq!(why.collect::<Vec<_>>(), expected);
}

/// What comes from the file is text, whatever it looks like.
#[test]
fn what_is_asked_for_cannot_break_out_of_its_element() {
    let hostile = "a\"/></eid:RequestedAttributes><x a='&amp;<![CDATA[]]>\u{0}\r\n";
    let esaml = EsamlRequest {
        attributes: vec![EsamlAttribute { name: hostile.to_owned(), required: true }],
        ..esaml()
    };
    let [answer] =
        &*encrypted_requests(&[question(&request(&esaml, &recipient(&IDP_P256, WAY)), &IDP_P256)])
    else {
        unreachable!("one is asked")
    };
    // What XML cannot carry is replaced.
    let said = hostile.replace('\u{0}', "\u{fffd}");
    let plaintext = answer["plaintext"].as_array().unwrap();
    assert_eq!(plaintext.len(), 11, "{answer}");
    assert_eq!(plaintext[10][1][0], json!(["Name", said]));
}

/// For both kinds of keys; text alone, whatever it looks like.
#[test]
fn who_is_about_to_log_in_is_read_by_the_identity_provider_alone() {
    let hostile = "a\"/></saml:NameID><saml:NameID>b&amp;<!-- -->]]>";
    let (id, element) = (format!("{{{SAML}}}EncryptedID"), format!("/{{{SAML}}}NameID"));
    for name in ["anna@kunta.example", hostile] {
        for pair in [&*IDP, &*IDP_P256] {
            let xml = about(name, &recipient(pair, WAY));
            assert!(!xml.contains("NameID") && !xml.contains("anna@"), "{xml}");
            let answers = encrypted_requests(&[question(&xml, pair), question(&xml, &SP)]);
            let [answer, stranger] = &*answers else { unreachable!("two are asked") };
            assert_eq!((&answer["valid"], &answer["element"]), (&json!(true), &json!(id)));
            assert_eq!(answer["parent"], format!("{{{SAML}}}Subject"));
            assert_eq!(answer["plaintext"], json!([[element, [["Format", EMAIL]], name]]));
            assert_eq!(stranger["valid"], false, "{stranger}");
        }
    }
}

/// As the schema has it: behind extensions, before what is asked of names [SAML2Core §3.4.1].
#[test]
fn the_subject_stands_before_the_policy_of_names() {
    let xml = about("anna@kunta.example", &recipient(&IDP, WAY));
    let at = |name: &str| xml.find(name).unwrap();
    assert!(at("<ds:Signature") < at("<saml:Subject>"), "{xml}");
    assert!(xml.contains("</saml:Subject></samlp:AuthnRequest>"), "{xml}");
}

fn plaintext() -> Value {
    let root = format!("/{{{EID}}}AuthnRequestExtension");
    let list = format!("{root}/{{{EID}}}RequestedAttributes");
    let one = format!("{list}/{{{SAML}}}Attribute");
    let value = format!("{one}/{{{SAML}}}AttributeValue");
    let kind = |name: &str| json!([[format!("{{{XSI}}}type"), name]]);
    let named = |name: &str| json!([["Name", name]]);
    let asked = |name: &str, required: &str| {
        json!([&one, [["Name", name], [format!("{{{EID}}}RequiredAttribute"), required]], null])
    };
    json!([
        [&root, [["Version", "2"]], null],
        [&list, [], null],
        [&one, named("UseEidas"), null],
        [&value, kind("xs:boolean"), "true"],
        [&one, named("EidasExtension"), null],
        [&value, kind("eid:EidasExtensionType"), null],
        [format!("{value}/{{{EID}}}LevelOfAssurance"), [], LEVEL],
        [format!("{value}/{{{EID}}}SendingMemberState"), [], "ES"],
        [&one, named("IdentityFlavour"), null],
        [&value, kind("eid:IdentityFlavourType"), "NaturalPerson"],
        asked("GivenNames", "true"),
        asked("RestrictedID", "true"),
        asked("Sex", "false"),
    ])
}

pub(crate) fn esaml() -> EsamlRequest {
    let asked = |name: &str, required| EsamlAttribute { name: name.to_owned(), required };
    EsamlRequest {
        flavour: IdentityFlavour::NaturalPerson,
        sending_member_state: Country::parse("ES"),
        attributes: vec![
            asked("GivenNames", true),
            asked("RestrictedID", true),
            asked("Sex", false),
        ],
    }
}

fn recipient(pair: &KeyPair, way: RequestEncryption) -> RequestRecipient {
    let key = PeerEncryptionKey { key: pair.encryption(), methods: EncryptionMethods::default() };
    way.to_one_of(&[key]).unwrap().unnamed()
}

/// Signed by the service provider, whose certificate does not go along.
pub(crate) fn request(esaml: &EsamlRequest, recipient: &RequestRecipient) -> String {
    let encrypted = EncryptedExtension::esaml((esaml, LEVEL), recipient, [7; 48]).unwrap();
    signed(Some(&encrypted), None)
}

/// The same with this subject, and no extension.
fn about(name: &str, recipient: &RequestRecipient) -> String {
    let subject = EncryptedSubject::of_name((EMAIL, name), recipient, [7; 48]).unwrap();
    signed(None, Some(&subject))
}

fn signed(encrypted: Option<&EncryptedExtension>, subject: Option<&EncryptedSubject>) -> String {
    let profile = RequestProfile { acs: AcsReference::Default, ..RequestProfile::default() };
    let request = AuthnRequest {
        id: &RequestId::from_stored(REQUEST.to_owned()),
        issued: NOON,
        destination: "https://eid.example/sso",
        issuer: SP_ENTITY,
        acs_url: ACS,
        force_authn: false,
        is_passive: false,
        context: None,
        vetuma_language: None,
        profile: &profile,
        encrypted,
        hint: None,
        subject,
    };
    let key = SP.signing(SignatureAlgorithm::RsaSha256);
    let to_sign = enveloped_signature(&request.to_xml(), &key.credential().clone().unnamed());
    let to_sign = to_sign.unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    to_sign.signed(&signature)
}

fn question(xml: &str, reader: &KeyPair) -> Value {
    let pem = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    json!({
        "certificate_pem": pem(SP.certificate_pem()),
        "key_pem": pem(reader.key_pem()),
        "xml": xml,
    })
}

pub(crate) const WAY: RequestEncryption = RequestEncryption {
    cipher: EncryptionCipher::Aes256Gcm,
    oaep: RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
    agreement: EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 },
};
const CURVES: [Nid; 6] = [
    Nid::X9_62_PRIME256V1,
    Nid::SECP384R1,
    Nid::SECP521R1,
    Nid::BRAINPOOL_P256R1,
    Nid::BRAINPOOL_P384R1,
    Nid::BRAINPOOL_P512R1,
];
const EID: &str = "http://bsi.bund.de/eID/";
const SAML: &str = silta_saml::namespace::SAML;
const XSI: &str = silta_saml::namespace::XSI;
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const LEVEL: &str = "http://eidas.europa.eu/LoA/substantial";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
