"""Encrypts and decrypts by ECDH-ES, ConcatKDF, AES key wrap and AES-GCM with pyca/cryptography, as a judge of
Silta's. It reads all its lines, then answers each:

  seal CERTIFICATE DIGEST WRAP BITS PARTY_U PARTY_V PLAINTEXT -> an EncryptedData
  open KEY ENCRYPTED_DATA                                     -> the plaintext

CERTIFICATE, KEY (both PEM), PLAINTEXT, ENCRYPTED_DATA and answers are in base64; the parties are as in XML.
"""
import base64
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from lxml import etree

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
DIGESTS = {
    XENC + "sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384(),
    XENC + "sha512": hashes.SHA512(),
}
WRAPS = {XENC + "kw-aes128": 16, XENC + "kw-aes256": 32}
CURVES = {
    "secp256r1": "1.2.840.10045.3.1.7",
    "secp384r1": "1.3.132.0.34",
    "secp521r1": "1.3.132.0.35",
    "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7",
    "brainpoolP384r1": "1.3.36.3.3.2.8.1.1.11",
    "brainpoolP512r1": "1.3.36.3.3.2.8.1.1.13",
}


def bits(field):
    octets = bytes.fromhex(field)
    text = "".join(f"{octet:08b}" for octet in octets[1:])
    return text[: len(text) - octets[0]]


def wrapping_key(secret, digest, wrap, fields):
    joined = "".join(bits(field) for field in fields)
    other = int(joined, 2).to_bytes(len(joined) // 8, "big") if joined else b""
    return ConcatKDFHash(DIGESTS[digest], WRAPS[wrap], other).derive(secret)


def seal(certificate, digest, wrap, size, party_u, party_v, plaintext):
    public = x509.load_pem_x509_certificate(base64.b64decode(certificate)).public_key()
    ephemeral = ec.generate_private_key(public.curve)
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    point = base64.b64encode(ephemeral.public_key().public_bytes(*form)).decode()
    agreed = wrapping_key(ephemeral.exchange(ec.ECDH(), public), digest, wrap, ["00", party_u, party_v])
    session, iv = os.urandom(int(size) // 8), os.urandom(12)
    wrapped = base64.b64encode(keywrap.aes_key_wrap(agreed, session)).decode()
    body = base64.b64encode(iv + AESGCM(session).encrypt(iv, base64.b64decode(plaintext), None)).decode()
    return f"""<e:EncryptedData xmlns:e="{XENC}" Type="{XENC}Element">
<e:EncryptionMethod Algorithm="{XENC11}aes{size}-gcm"/><d:KeyInfo xmlns:d="{DS}"><e:EncryptedKey>
<e:EncryptionMethod Algorithm="{wrap}"/><d:KeyInfo><e:AgreementMethod Algorithm="{XENC11}ECDH-ES">
<f:KeyDerivationMethod xmlns:f="{XENC11}" Algorithm="{XENC11}ConcatKDF">
<f:ConcatKDFParams AlgorithmID="00" PartyUInfo="{party_u}" PartyVInfo="{party_v}"><d:DigestMethod Algorithm="{digest}"/>
</f:ConcatKDFParams></f:KeyDerivationMethod><e:OriginatorKeyInfo><d:KeyValue><g:ECKeyValue xmlns:g="{DSIG11}">
<g:NamedCurve URI="urn:oid:{CURVES[public.curve.name]}"/><g:PublicKey>{point}</g:PublicKey></g:ECKeyValue></d:KeyValue>
</e:OriginatorKeyInfo></e:AgreementMethod></d:KeyInfo><e:CipherData><e:CipherValue>{wrapped}</e:CipherValue></e:CipherData>
</e:EncryptedKey></d:KeyInfo><e:CipherData><e:CipherValue>{body}</e:CipherValue></e:CipherData></e:EncryptedData>""".encode()


def unseal(key, encrypted):
    private = serialization.load_pem_private_key(base64.b64decode(key), None)
    data = etree.fromstring(base64.b64decode(encrypted))
    wrap = data.find(f".//{{{XENC}}}EncryptedKey/{{{XENC}}}EncryptionMethod").get("Algorithm")
    parameters = data.find(f".//{{{XENC11}}}ConcatKDFParams")
    digest = parameters.find(f"{{{DS}}}DigestMethod").get("Algorithm")
    curve = data.find(f".//{{{DSIG11}}}NamedCurve").get("URI")
    assert curve == "urn:oid:" + CURVES[private.curve.name]
    point = base64.b64decode(data.find(f".//{{{DSIG11}}}PublicKey").text)
    public = ec.EllipticCurvePublicKey.from_encoded_point(private.curve, point)
    fields = [parameters.get(name) for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo")]
    agreed = wrapping_key(private.exchange(ec.ECDH(), public), digest, wrap, fields)
    wrapped, body = [base64.b64decode(one.text) for one in data.iter(f"{{{XENC}}}CipherValue")]
    return AESGCM(keywrap.aes_key_unwrap(agreed, wrapped)).decrypt(body[:12], body[12:], None)


for line in sys.stdin.read().splitlines():
    verb, *arguments = line.split(" ")
    print(base64.b64encode({"seal": seal, "open": unseal}[verb](*arguments)).decode())
