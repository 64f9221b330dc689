//! The public keys that a vector bears, or that lie beside it.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use roxmltree::{Document, Node};
use silta_judges::vectors::files;
use silta_testkit::keys::certificate_of;
use silta_xml_security::{KeyError, VerificationKey, xml};

use super::VECTORS;

/// What may have made a signature: the keys inside its document, or else all that lie in the package.
pub(super) fn candidates(document: &Document<'_>) -> Vec<Result<VerificationKey, KeyError>> {
    let within: Vec<_> = document.descendants().filter_map(key_in).collect();
    if within.is_empty() { BESIDE.clone() } else { within.iter().map(read).collect() }
}

static BESIDE: LazyLock<Vec<Result<VerificationKey, KeyError>>> = LazyLock::new(|| {
    let folders = ["keys/rsa", "keys/ec", "xmldsig/xmldsig11-interop-2012/keys"];
    let all = folders.iter().flat_map(|folder| files(&VECTORS.join(folder), ""));
    all.filter_map(|file| key_of(&file)).map(|key| read(&key)).collect()
});

fn read(key: &PKey<Public>) -> Result<VerificationKey, KeyError> {
    let der = key.public_key_to_der().unwrap();
    VerificationKey::from_certificate_pem(&certificate_of(&der))
}

/// A public key or a certificate. OpenSSL would ask whoever sits there for the passphrase of a private key
/// that is encrypted, and wait.
fn key_of(file: &Path) -> Option<PKey<Public>> {
    let octets = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&octets);
    if text.contains("BEGIN PUBLIC KEY") {
        return PKey::public_key_from_pem(&octets).ok();
    }
    let certificate = if text.contains("BEGIN CERTIFICATE") {
        X509::from_pem(&octets)
    } else {
        X509::from_der(&octets)
    };
    certificate.ok()?.public_key().ok()
}

fn key_in(node: Node<'_, '_>) -> Option<PKey<Public>> {
    match node.tag_name().name() {
        "X509Certificate" => X509::from_der(&octets(node)?).ok()?.public_key().ok(),
        "DEREncodedKeyValue" => PKey::public_key_from_der(&octets(node)?).ok(),
        "RSAKeyValue" => {
            let number = |name| BigNum::from_slice(&octets(child(node, name)?)?).ok();
            let key = Rsa::from_public_components(number("Modulus")?, number("Exponent")?);
            PKey::from_rsa(key.ok()?).ok()
        }
        "ECKeyValue" => {
            let group = group(xml::attribute(child(node, "NamedCurve")?, "URI")?)?;
            let point = octets(child(node, "PublicKey")?)?;
            let mut context = BigNumContext::new().unwrap();
            let point = EcPoint::from_bytes(&group, &point, &mut context).ok()?;
            PKey::from_ec_key(EcKey::from_public_key(&group, &point).ok()?).ok()
        }
        // Two numbers in decimal [RFC 4050 §3.3].
        "ECDSAKeyValue" => {
            let curve = child(child(node, "DomainParameters")?, "NamedCurve")?;
            let group = group(xml::attribute(curve, "URN")?)?;
            let point = child(node, "PublicKey")?;
            let number =
                |name| BigNum::from_dec_str(xml::attribute(child(point, name)?, "Value")?).ok();
            let (x, y) = (number("X")?, number("Y")?);
            let key = EcKey::from_public_key_affine_coordinates(&group, &x, &y).ok()?;
            PKey::from_ec_key(key).ok()
        }
        _ => None,
    }
}

fn group(uri: &str) -> Option<EcGroup> {
    let curve = match uri {
        "urn:oid:1.2.840.10045.3.1.7" => Nid::X9_62_PRIME256V1,
        "urn:oid:1.3.132.0.34" => Nid::SECP384R1,
        "urn:oid:1.3.132.0.35" => Nid::SECP521R1,
        _ => return None,
    };
    EcGroup::from_curve_name(curve).ok()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn octets(node: Node<'_, '_>) -> Option<Vec<u8>> {
    silta_xml_security::decode_base64(node.text()?)
}
