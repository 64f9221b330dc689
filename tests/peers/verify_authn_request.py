"""Judges the signature of an AuthnRequest, by signxml (POST) or by cryptography (Redirect).

    python verify_authn_request.py < question.json

The question: {"certificate_pem": "...", "xml": "<samlp:AuthnRequest ...>"} or, for HTTP-Redirect,
{"certificate_pem": "...", "redirect_query": "SAMLRequest=...&RelayState=...&SigAlg=...&Signature=..."}: the query
exactly as it stood in the Location, without the "?".

The answer: {"valid": true, "algorithm": URI, ...}, or {"valid": false, "error": "..."} and exit code 1.
Here are the algorithms that xmlsec1 1.2 lacks too: RSA-PSS with MGF1, and ECDSA on P-256 and P-384.
"""

import base64
import json
import sys
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier


class Refused(Exception):
    """Why a signature is not accepted."""


def main():
    question = json.load(sys.stdin)
    certificate = x509.load_pem_x509_certificate(question["certificate_pem"].encode())
    try:
        if "redirect_query" in question:
            query = question["redirect_query"]
            answer = {"algorithm": redirect_signature("SAMLRequest", query, [certificate])}
        else:
            answer = enveloped_signature(question["xml"].encode(), certificate)
        print(json.dumps({"valid": True, **answer}))
    except Exception as reason:  # each library has many classes of its own; all of them mean "no"
        print(json.dumps({"valid": False, "error": f"{type(reason).__name__}: {reason}"}))
        sys.exit(1)


def redirect_signature(message, query, certificates):
    """The algorithm by which one of `certificates` signed this raw query; raises `Refused`.

    `message` is the parameter that is judged, SAMLRequest or SAMLResponse; there must not be the other one.

    What is signed are the octets as the sender percent-encoded them [SAML2Bind §3.4.4.1]: decoding and encoding anew
    may give other octets for the same values (%2b or %2B, + or %20), and would fail an honest sender. So the pieces
    are cut out of the raw query and put together in the order that the standard gives, whatever order they came in.
    """
    raw = {}
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if name in raw:
            raise Refused(f"{name} is there twice")
        raw[name] = value
    other = {"SAMLRequest": "SAMLResponse", "SAMLResponse": "SAMLRequest"}[message]
    if other in raw:
        raise Refused(f"there is a {other}")
    for name in (message, "SigAlg", "Signature"):
        if not raw.get(name):
            raise Refused(f"there is no {name}")
    signed = "&".join(f"{name}={raw[name]}" for name in (message, "RelayState", "SigAlg") if name in raw)

    algorithm = unquote(raw["SigAlg"])
    signature = base64.b64decode(unquote(raw["Signature"]), validate=True)
    for certificate in certificates:
        try:
            verify(certificate.public_key(), algorithm, signature, signed.encode("ascii"))
            return algorithm
        except InvalidSignature:
            continue
    raise Refused("the signature does not match the octets of the query")


def verify(key, algorithm, signature, octets):
    if algorithm not in ALGORITHMS:
        raise Refused(f"the algorithm {algorithm} is not accepted")
    kind, digest = ALGORITHMS[algorithm]
    if kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        # XML signatures carry r and s side by side, each as long as the curve's order [RFC 6931 §2.3.6]; not DER.
        size = (key.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise Refused("an ECDSA value is r and s side by side, not DER")
        r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
        key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(digest))
    elif kind == "pss" and isinstance(key, rsa.RSAPublicKey):
        # The salt is as long as the digest [RFC 6931 §2.3.10].
        key.verify(signature, octets, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    elif kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, octets, padding.PKCS1v15(), digest)
    else:
        raise Refused(f"the algorithm {algorithm} does not fit the certificate's key")


def enveloped_signature(xml, certificate):
    """The signature that is a child of the root and covers all of it, by the key of `certificate`."""
    rules = SignatureConfiguration(
        location="./",
        signature_methods=frozenset(SignatureMethod(uri) for uri in ALGORITHMS),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
    )
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    # The certificate that counts is the one we were given; what the message carries is at most a hint.
    result = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID", expect_config=rules)
    # An empty URI would cover the document as well, but SAML wants the root's ID there [SAML2Core §5.4.2].
    reference = result.signature_xml.find(f".//{DS}Reference").get("URI")
    if reference != "#" + root.get("ID", "") or result.signed_xml.tag != root.tag:
        raise Refused("the signature does not cover the whole message")
    return {
        "algorithm": result.signature_xml.find(f".//{DS}SignatureMethod").get("Algorithm"),
        "digest": result.signature_xml.find(f".//{DS}DigestMethod").get("Algorithm"),
        "transforms": [one.get("Algorithm") for one in result.signature_xml.iter(f"{DS}Transform")],
    }


DS = "{http://www.w3.org/2000/09/xmldsig#}"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"
DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
ALGORITHMS = {
    uri: (kind, digest)
    for name, digest in DIGESTS.items()
    for uri, kind in ((f"{MORE}rsa-{name}", "rsa"), (f"{MORE}ecdsa-{name}", "ecdsa"), (f"{PSS}{name}-rsa-MGF1", "pss"))
}

if __name__ == "__main__":
    main()
