//! The one profile of `AgreementMethod` that is read [XMLEnc11 §5.6.4].

use roxmltree::Node;

use crate::agreement_error::AgreementError;
use crate::algorithm::ECDH_ES;
use crate::base64_text::decode_base64;
use crate::bit_strings::concatenated;
use crate::curve::Curve;
use crate::decryption_error::DecryptionError;
use crate::encryption_structure::{check_children, required};
use crate::key_agreement::{Agreement, EcdhEs, KdfDigest, KeyWrap, public_key};
use crate::key_hint::KeyHint;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
use crate::namespace::{DS, DSIG11, XENC, XENC11};
use crate::xml::{self, Occurs};

/// Reads the agreement by which the session key of `key` is wrapped, and the hint at the recipient's key.
pub(crate) fn read(
    key: Node<'_, '_>,
    wrap: KeyWrap,
) -> Result<(Agreement, KeyHint), DecryptionError> {
    let info = required(key, DS, "KeyInfo")?;
    let method = only(info, XENC, "AgreementMethod")?;
    check_algorithm(method, ECDH_ES, AllowedAlgorithms::key_agreements())?;
    let children = [
        (XENC11, "KeyDerivationMethod", Occurs::Once),
        (XENC, "OriginatorKeyInfo", Occurs::Once),
        (XENC, "RecipientKeyInfo", Occurs::Optional),
    ];
    check_children(method, &children)?;
    let derivation = required(method, XENC11, "KeyDerivationMethod")?;
    check_algorithm(derivation, CONCAT_KDF, AllowedAlgorithms::key_derivations())?;
    let parameters = only(derivation, XENC11, "ConcatKDFParams")?;
    check_children(parameters, &[(DS, "DigestMethod", Occurs::Optional)])?;
    let digest = xml::child(parameters, DS, "DigestMethod");
    let digest = digest.and_then(|digest| xml::attribute(digest, "Algorithm"));
    let way = EcdhEs {
        digest: digest.and_then(KdfDigest::by_uri).ok_or_else(|| DecryptionError::Algorithm {
            named: NamedAlgorithm::of(digest),
            // The same: all but SHA-1.
            allowed: AllowedAlgorithms::signed_digests(),
        })?,
        wrap,
    };
    // What is absent is empty; in the order of the specification.
    let fields = FIELDS.iter().filter_map(|name| xml::attribute(parameters, name));
    let other_info = concatenated(fields)?;

    let (curve, point) = originator(required(method, XENC, "OriginatorKeyInfo")?)?;
    let agreement = Agreement { way, curve, originator: public_key(curve, &point)?, other_info };
    Ok((agreement, KeyHint::read(xml::child(method, XENC, "RecipientKeyInfo"))))
}

/// The curve of the originator's key, and its point as it is written.
fn originator(info: Node<'_, '_>) -> Result<(Curve, Vec<u8>), AgreementError> {
    let value = || {
        let value = only(only(info, DS, "KeyValue")?, DSIG11, "ECKeyValue")?;
        let children = [(DSIG11, "NamedCurve", Occurs::Once), (DSIG11, "PublicKey", Occurs::Once)];
        check_children(value, &children)?;
        Ok((required(value, DSIG11, "NamedCurve")?, required(value, DSIG11, "PublicKey")?))
    };
    let (curve, point) = value().map_err(|_: DecryptionError| AgreementError::Originator)?;
    let curve =
        xml::attribute(curve, "URI").and_then(Curve::by_uri).ok_or(AgreementError::Curve)?;
    let point = xml::text(point).ok().filter(|text| text.len() <= POINT_LIMIT);
    let point = point.and_then(decode_base64).ok_or(AgreementError::PointForm)?;
    Ok((curve, point))
}

/// The one child.
fn only<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, DecryptionError> {
    check_children(parent, &[(namespace, name, Occurs::Once)])?;
    required(parent, namespace, name)
}

/// Another agreement, and another derivation, is not known here.
fn check_algorithm(
    node: Node<'_, '_>,
    uri: &str,
    allowed: AllowedAlgorithms,
) -> Result<(), DecryptionError> {
    let found = xml::attribute(node, "Algorithm");
    if found == Some(uri) {
        return Ok(());
    }
    Err(DecryptionError::Algorithm { named: NamedAlgorithm::of(found), allowed })
}

/// ConcatKDF [XMLEnc11 §5.4.1].
pub(crate) const CONCAT_KDF: &str = "http://www.w3.org/2009/xmlenc11#ConcatKDF";
/// What ConcatKDF hashes behind the secret, in this order.
const FIELDS: [&str; 5] =
    ["AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo"];
/// Characters; a point of P-521 takes 180, and some more in lines.
const POINT_LIMIT: usize = 256;
