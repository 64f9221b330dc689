"""An identity provider that reads the encrypted extension of an AuthnRequest, by signxml, cryptography and lxml.

It reads all its lines, each a JSON object, then answers each with one:

  {"certificate_pem": who signs, "key_pem": our private key, "xml": "<samlp:AuthnRequest ...>"}
    -> {"valid": true, "signature": {..}, "algorithms": [URI, ..], "certificates": 0, "element": "{namespace}name",
        "plaintext": [path, text, ..]} or {"valid": false, "error": "..."}

The signature is judged first, as `verify_authn_request.py` has it; what it covers is what is read.
"""
import base64
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from lxml import etree
from verify_authn_request import enveloped_signature

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
DIGESTS = {
    DS + "sha1": hashes.SHA1(),
    XENC + "sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384(),
    XENC + "sha512": hashes.SHA512(),
}
MGFS = {
    XENC11 + "mgf1sha1": hashes.SHA1(),
    XENC11 + "mgf1sha256": hashes.SHA256(),
    XENC11 + "mgf1sha384": hashes.SHA384(),
    XENC11 + "mgf1sha512": hashes.SHA512(),
}
WRAPS = {XENC + "kw-aes128": 16, XENC + "kw-aes256": 32}
CIPHERS = {XENC11 + f"aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}


def answer(question):
    certificate = x509.load_pem_x509_certificate(question["certificate_pem"].encode())
    key = serialization.load_pem_private_key(question["key_pem"].encode(), None)
    signature = enveloped_signature(question["xml"].encode(), certificate)
    request = parsed(question["xml"].encode())
    data = request.findall(f".//{{{XENC}}}EncryptedData")
    assert len(data) == 1, "there is not one EncryptedData"
    plaintext, algorithms = opened(data[0], key)
    return {
        "valid": True,
        "signature": signature,
        "algorithms": algorithms,
        "certificates": len(request.findall(f".//{{{DS}}}X509Certificate")),
        "element": data[0].getparent().tag,
        "parent": data[0].getparent().getparent().tag,
        "plaintext": list(walk(parsed(plaintext), "")),
        "raw": plaintext.decode(),
    }


def parsed(octets):
    return etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True))


def walk(element, path):
    path = f"{path}/{element.tag}"
    attributes = sorted(element.items())
    yield [path, attributes, element.text]
    for child in element:
        yield from walk(child, path)


def opened(data, key):
    assert data.get("Type") == XENC + "Element"
    cipher = data.find(f"{{{XENC}}}EncryptionMethod").get("Algorithm")
    wrapped = data.find(f"{{{DS}}}KeyInfo/{{{XENC}}}EncryptedKey")
    method = wrapped.find(f"{{{XENC}}}EncryptionMethod")
    value = base64.b64decode(wrapped.find(f"{{{XENC}}}CipherData/{{{XENC}}}CipherValue").text)
    algorithm = method.get("Algorithm")
    if algorithm in WRAPS:
        session, names = agreed(wrapped, algorithm, value, key)
    else:
        session, names = transported(method, value, key)
    assert len(session) == CIPHERS[cipher]
    body = base64.b64decode(data.find(f"{{{XENC}}}CipherData/{{{XENC}}}CipherValue").text)
    return AESGCM(session).decrypt(body[:12], body[12:], None), [cipher, algorithm, *names]


def transported(method, value, key):
    digest = method.find(f"{{{DS}}}DigestMethod").get("Algorithm")
    if method.get("Algorithm") == XENC + "rsa-oaep-mgf1p":
        assert method.find(f"{{{XENC11}}}MGF") is None
        mgf = XENC11 + "mgf1sha1"
    else:
        assert method.get("Algorithm") == XENC11 + "rsa-oaep"
        mgf = method.find(f"{{{XENC11}}}MGF").get("Algorithm")
    oaep = padding.OAEP(padding.MGF1(MGFS[mgf]), DIGESTS[digest], None)
    return key.decrypt(value, oaep), [digest, mgf]


def agreed(wrapped, wrap, value, key):
    agreement = wrapped.find(f"{{{DS}}}KeyInfo/{{{XENC}}}AgreementMethod")
    assert agreement.get("Algorithm") == XENC11 + "ECDH-ES"
    derivation = agreement.find(f"{{{XENC11}}}KeyDerivationMethod")
    assert derivation.get("Algorithm") == XENC11 + "ConcatKDF"
    parameters = derivation.find(f"{{{XENC11}}}ConcatKDFParams")
    assert {parameters.get(name) for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo")} == {"00"}
    digest = parameters.find(f"{{{DS}}}DigestMethod").get("Algorithm")
    point = agreement.find(f"{{{XENC}}}OriginatorKeyInfo/{{{DS}}}KeyValue/{{{DSIG11}}}ECKeyValue/{{{DSIG11}}}PublicKey")
    public = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, base64.b64decode(point.text))
    secret = key.exchange(ec.ECDH(), public)
    derived = ConcatKDFHash(DIGESTS[digest], WRAPS[wrap], b"").derive(secret)
    return keywrap.aes_key_unwrap(derived, value), [digest]


def main():
    for line in sys.stdin.read().splitlines():
        try:
            print(json.dumps(answer(json.loads(line))))
        except Exception as reason:  # each library has many classes of its own; all of them mean "no"
            print(json.dumps({"valid": False, "error": f"{type(reason).__name__}: {reason}"}))


if __name__ == "__main__":
    main()
