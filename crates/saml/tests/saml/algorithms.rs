//! Algorithms and keys: arithmetic that holds and proves nothing.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::DS;
use silta_saml::{
    AllowedAlgorithms, MessageError, NamedAlgorithm, Part, ResponseError, SignatureError,
};
use silta_testkit::forge::EditPoint::SignedAssertion;
use silta_testkit::forge::{FakeIdp, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepts, good, refused_algorithm, refused_digest, refuses, refuses_at};
use crate::signatures::signature_error;

/// Weak, symmetric and unknown algorithms have no name here.
#[test]
fn refuses_weak_signature_algorithms() {
    for uri in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2009/xmldsig11#dsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/XMLDSIG-MORE#RSA-SHA256",
        "none",
        "",
    ] {
        let new = format!("<ds:SignatureMethod Algorithm=\"{uri}\">");
        let refused = refused_algorithm(NamedAlgorithm::of(Some(uri)));
        refuses(&signature_error(refused), |good| good.resigned(METHOD, &new));
    }
}

/// HMAC confusion (GHSA-c27r-x354-4m68 xml-crypto, CVE-2021-21239 pysaml2): a secret that is public.
#[test]
fn refuses_an_hmac_keyed_with_the_certificate() {
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::sign::Signer;
    let pem = keys::IDP.certificate_pem();
    let der = openssl::x509::X509::from_pem(&pem).unwrap().to_der().unwrap();
    let public = openssl::x509::X509::from_pem(&pem).unwrap().public_key().unwrap();
    let modulus = public.rsa().unwrap().n().to_vec();
    let spki = public.public_key_to_pem().unwrap();
    for secret in [pem, der, modulus, spki, vec![0]] {
        let keyed = move |xml: &str| {
            let info = text::element(xml, "ds:SignedInfo");
            let info = info.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256");
            let key = PKey::hmac(&secret).unwrap();
            let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
            let value = base64(&signer.sign_oneshot_to_vec(info.as_bytes()).unwrap());
            let xml = text::replaced(xml, "ds:SignedInfo", &info);
            let value = format!("<ds:SignatureValue>{value}</ds:SignatureValue>");
            text::replaced(&xml, "ds:SignatureValue", &value)
        };
        let hmac = refused_algorithm(NamedAlgorithm::Known("hmac-sha256"));
        refuses(&signature_error(hmac), |good| good.edit(SignedAssertion, keyed.clone()));
    }
}

/// CVE-2009-0217: a truncated HMAC; parameters of other algorithms mean nothing here either.
#[test]
fn refuses_parameters_of_algorithms() {
    let close = "</ds:SignatureMethod>";
    for length in ["0", "8"] {
        let length = format!("<ds:HMACOutputLength>{length}</ds:HMACOutputLength>{close}");
        let parameter = refused_algorithm(NamedAlgorithm::WithParameter("rsa-sha256"));
        refuses(&signature_error(parameter), |good| good.resigned(close, &length));
    }
    let close = "</ds:DigestMethod>";
    let salted = format!("<ds:Salt>x</ds:Salt>{close}");
    let parameter = refused_digest(NamedAlgorithm::WithParameter("sha256"));
    refuses(&signature_error(parameter), |good| good.resigned(close, &salted));
}

#[test]
fn refuses_weak_digests() {
    for uri in [
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmldsig-more#sha224",
        "urn:unknown",
        "",
    ] {
        let old = "\"http://www.w3.org/2001/04/xmlenc#sha256\"";
        let refused = refused_digest(NamedAlgorithm::of(Some(uri)));
        refuses(&signature_error(refused), |good| good.resigned(old, &format!("\"{uri}\"")));
    }
}

#[test]
fn refuses_an_algorithm_that_this_peer_may_not_use() {
    let fixture = || {
        FakeIdp::plain().with_profile(|profile| {
            profile.signature_algorithms.retain(|one| *one != SignatureAlgorithm::RsaSha256);
        })
    };
    let algorithm = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::Algorithm {
            named: NamedAlgorithm::Known("rsa-sha256"),
            allowed: AllowedAlgorithms::signatures(&SignatureAlgorithm::ALL[1..]),
        },
    });
    assert!(
        algorithm.to_string().ends_with(
            "its signature algorithm is not accepted: rsa-sha256; accepted: rsa-sha384, \
             rsa-sha512, rsa-pss-sha256, rsa-pss-sha384, rsa-pss-sha512, ecdsa-sha256, \
             ecdsa-sha384, ecdsa-sha512"
        ),
        "{algorithm}"
    );
    refuses_at(NOON, fixture, &algorithm, |good| good);
}

/// A signature says which arithmetic it used; a key of another kind made nothing.
#[test]
fn refuses_an_algorithm_of_another_kind_than_the_key() {
    for uri in [
        SignatureAlgorithm::EcdsaSha256.uri(),
        SignatureAlgorithm::RsaPssSha256.uri(),
        SignatureAlgorithm::RsaSha384.uri(),
        SignatureAlgorithm::RsaSha512.uri(),
    ] {
        let new = format!("<ds:SignatureMethod Algorithm=\"{uri}\">");
        refuses(&signature_error(SignatureError::NoKeyMatches), |good| good.resigned(METHOD, &new));
    }
}

/// A key of a stranger, in a certificate that looks the same or brings itself along.
#[test]
fn refuses_a_key_that_only_the_message_vouches_for() {
    let stranger = signature_error(SignatureError::NoKeyMatches);
    refuses(&stranger, |good| good.assertion_signed_by(&keys::ROGUE));
    let outer = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::NoKeyMatches,
    });
    refuses(&outer, |good| good.response_signed_by(&keys::ROGUE));
    // The right certificate over a stranger's signature.
    refuses(&stranger, |good| {
        good.assertion_signed_by(&keys::ROGUE).edit(SignedAssertion, |xml| {
            let own = keys::IDP.certificate().base64();
            text::replaced(
                xml,
                "ds:X509Certificate",
                &format!("<ds:X509Certificate>{own}</ds:X509Certificate>"),
            )
        })
    });
}

/// `KeyInfo` is not looked at, whatever it holds.
#[test]
fn what_key_info_says_changes_nothing() {
    let [own, rogue] = [&*keys::IDP, &*keys::ROGUE].map(|pair| pair.certificate().base64());
    let contents = [
        format!("<ds:X509Data><ds:X509Certificate>{rogue}</ds:X509Certificate></ds:X509Data>"),
        "<ds:KeyName>../../etc/passwd</ds:KeyName>".to_owned(),
        "<ds:RetrievalMethod URI=\"http://127.0.0.1:1/key\"/>".to_owned(),
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQ==</ds:Modulus><ds:Exponent>AQ==</ds:Exponent>\
         </ds:RSAKeyValue></ds:KeyValue>"
            .to_owned(),
        "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName>\
         <ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
            .to_owned(),
        // A chain, and a token reference as AD FS writes it.
        format!(
            "<ds:X509Data><ds:X509Certificate>{own}</ds:X509Certificate><ds:X509Certificate>{rogue}\
             </ds:X509Certificate></ds:X509Data><ds:X509Data><ds:X509SubjectName>CN=x\
             </ds:X509SubjectName><ds:X509SKI>AQ==</ds:X509SKI></ds:X509Data>"
        ),
        format!(
            "<o:SecurityTokenReference xmlns:o=\"{WSSE}\"><o:KeyIdentifier ValueType=\"{WSSE}#x\">\
             AQ==</o:KeyIdentifier></o:SecurityTokenReference>"
        ),
        format!(
            "<o:SecurityTokenReference xmlns:o=\"{WSSE}\"><X509Data xmlns=\"{DS}\">\
             <X509Certificate>{own}</X509Certificate></X509Data></o:SecurityTokenReference>"
        ),
        String::new(),
    ];
    for content in contents {
        let made = accepts(|fine| {
            let info = format!("<ds:KeyInfo>{content}</ds:KeyInfo>");
            fine.edit(SignedAssertion, move |xml| text::replaced(xml, "ds:KeyInfo", &info))
        });
        assert_eq!(made, [good(), good()]);
    }
    let bare = accepts(|fine| fine.edit(SignedAssertion, |xml| text::without(xml, "ds:KeyInfo")));
    assert_eq!(bare, [good(), good()]);
}

/// The key is bound to the peer that was asked: another configured one's key is a stranger's, and so
/// is a key that the peer only encrypts with.
#[test]
fn refuses_a_signature_by_the_key_of_somebody_else_who_is_configured() {
    let outer = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::NoKeyMatches,
    });
    for other in [&*keys::OTHER_SP, &*keys::SP] {
        refuses(&outer, |good| good.response_signed_by(other).assertion_signed_by(other));
    }
}

/// White space in base64 is dropped; anything else that is not the alphabet is refused.
#[test]
fn refuses_values_that_are_not_base64() {
    for junk in ["!", "-_", "=", "\u{e5}", "A"] {
        let tainted = move |xml: &str| text::after(xml, "<ds:SignatureValue>", junk);
        refuses(&signature_error(SignatureError::Structure), |good| {
            good.edit(SignedAssertion, tainted)
        });
        refuses(&signature_error(SignatureError::Structure), |good| {
            good.resigned("<ds:DigestValue>", &format!("<ds:DigestValue>{junk}"))
        });
    }
    let element = |xml: &str| text::after(xml, "<ds:SignatureValue>", "<ds:x/>");
    refuses(&signature_error(SignatureError::Structure), |good| {
        good.edit(SignedAssertion, element)
    });
}

#[test]
fn refuses_signature_values_of_another_length() {
    for value in ["", "AAAA"] {
        let value = format!("<ds:SignatureValue>{value}</ds:SignatureValue>");
        refuses(&signature_error(SignatureError::NoKeyMatches), |good| {
            let value = value.clone();
            good.edit(SignedAssertion, move |xml| text::replaced(xml, "ds:SignatureValue", &value))
        });
    }
    let longer =
        |xml: &str| text::octets(xml, "ds:SignatureValue", 0, |value| [vec![0], value].concat());
    refuses(&signature_error(SignatureError::NoKeyMatches), |good| {
        good.edit(SignedAssertion, longer)
    });
}

/// CVE-2022-21449 ("psychic signatures") and its kin: r and s of zero, one, or in another encoding.
#[test]
fn refuses_elliptic_signatures_that_are_not_two_numbers_in_range() {
    let fixture =
        || FakeIdp::plain().signing_with(&keys::IDP_P256, SignatureAlgorithm::EcdsaSha256);
    let order: Vec<u8> = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let der = |xml: &str| {
        let info = text::element(xml, "ds:SignedInfo");
        let sha256 = openssl::hash::MessageDigest::sha256();
        keys::IDP_P256.raw_signature(sha256, info.as_bytes())
    };
    let values: [Value; 6] = [
        Box::new(|_| vec![0; 64]),
        Box::new(move |_| [order.clone(), order.clone()].concat()),
        Box::new(|_| vec![0xff; 64]),
        Box::new(|_| vec![]),
        Box::new(|_| vec![1; 63]),
        Box::new(der),
    ];
    for value in values {
        let value = std::rc::Rc::new(value);
        refuses_at(NOON, fixture, &signature_error(SignatureError::NoKeyMatches), |good| {
            let value = value.clone();
            good.edit(SignedAssertion, move |xml| {
                text::octets(xml, "ds:SignatureValue", 0, |_| value(xml))
            })
        });
    }
}

/// RSASSA-PSS with a salt of another length than the algorithm says.
#[test]
fn refuses_a_pss_signature_with_another_salt() {
    use openssl::rsa::Padding;
    use openssl::sign::{RsaPssSaltlen, Signer};
    let fixture = || FakeIdp::plain().signing_with(&keys::IDP, SignatureAlgorithm::RsaPssSha256);
    for length in [0, 20, 64] {
        let salted = move |xml: &str| {
            let info = text::element(xml, "ds:SignedInfo").to_owned();
            text::octets(xml, "ds:SignatureValue", 0, move |_| {
                let key = openssl::pkey::PKey::private_key_from_pem(&keys::IDP.key_pem()).unwrap();
                let sha256 = openssl::hash::MessageDigest::sha256();
                let mut signer = Signer::new(sha256, &key).unwrap();
                signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
                signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(length)).unwrap();
                signer.set_rsa_mgf1_md(sha256).unwrap();
                signer.sign_oneshot_to_vec(info.as_bytes()).unwrap()
            })
        };
        refuses_at(NOON, fixture, &signature_error(SignatureError::NoKeyMatches), |good| {
            good.edit(SignedAssertion, salted)
        });
    }
}

/// A signature value, made for the document that will carry it.
type Value = Box<dyn Fn(&str) -> Vec<u8>>;

fn base64(octets: &[u8]) -> String {
    openssl::base64::encode_block(octets)
}

fn hex(text: &str) -> Vec<u8> {
    openssl::bn::BigNum::from_hex_str(text).unwrap().to_vec()
}

const METHOD: &str =
    "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">";
const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
