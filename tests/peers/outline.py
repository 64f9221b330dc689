"""What a signed SAML message says, element by element, by signxml, cryptography and lxml.

It reads all its lines, each a JSON object, then answers each with one:

  {"certificate_pem": who signs, "xml": "<samlp:AuthnRequest ...>"} or, for HTTP-Redirect, instead of "xml"
  "query": "SAMLRequest=...&RelayState=...&SigAlg=...&Signature=..." exactly as it stood in the Location;
  "key_pem": the private key of whoever reads what is encrypted in it, if anything is
    -> {"valid": true, "algorithm": URI of the signature, "id": "...", "certificates": 0,
        "outline": "samlp:AuthnRequest Destination=\"...\" Version=\"2.0\"\n  saml:Issuer : ..."}
       or {"valid": false, "error": "..."}

The signature is judged first, as `verify_authn_request.py` has it; what it covers is what is read. In the outline each
element has a line: its name by the prefix of its namespace below, its attributes in the order of their names, its text.
The signature is left out, and so are ID, IssueInstant and NotOnOrAfter of the message, which are judged here: 128 random
bits at least, the present in UTC, and no more than ten minutes after it. What is encrypted stands there as what it is when it is opened.
"""
import base64
import datetime
import json
import re
import sys
import zlib
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from encrypted_request import DS, XENC, opened, parsed
from verify_authn_request import enveloped_signature, redirect_signature

PREFIXES = {
    "urn:oasis:names:tc:SAML:2.0:protocol": "samlp",
    "urn:oasis:names:tc:SAML:2.0:assertion": "saml",
    "http://eidas.europa.eu/saml-extensions": "eidas",
    "http://bsi.bund.de/eID/": "eid",
    "http://id.swedenconnect.se/authn/1.0/principal-selection/ns": "psc",
    "http://id.elegnamnden.se/csig/1.1/dss-ext/ns": "csig",
    "urn:vetuma:SAML:2.0:extensions": "vetuma",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    XENC: "xenc",
}


def answer(question):
    certificate = x509.load_pem_x509_certificate(question["certificate_pem"].encode())
    if "query" in question:
        given = parse_qs(question["query"], strict_parsing=True)
        parameter = "SAMLRequest" if "SAMLRequest" in given else "SAMLResponse"
        algorithm = redirect_signature(parameter, question["query"], [certificate])
        octets = zlib.decompress(base64.b64decode(given[parameter][0], validate=True), -15)
    else:
        octets = question["xml"].encode()
        algorithm = enveloped_signature(octets, certificate)["algorithm"]
    message = parsed(octets)
    certificates = len(message.findall(f".//{{{DS}}}X509Certificate"))
    for signature in message.findall(f"{{{DS}}}Signature"):
        message.remove(signature)
    key = question.get("key_pem")
    if key is not None:
        open_all(message, serialization.load_pem_private_key(key.encode(), None))
    identifier = message.attrib.pop("ID")
    assert re.fullmatch(r"_[0-9a-f]{32,}", identifier), "the ID is not random enough"
    assert abs(seconds_from_now(message.attrib.pop("IssueInstant"))) < 60, "the instant is not the present"
    end = message.attrib.pop("NotOnOrAfter", None)
    assert end is None or 0 < seconds_from_now(end) <= 600, "it ends too early or too late"
    outline = "\n".join(lines(message, 0))
    return {"valid": True, "algorithm": algorithm, "id": identifier, "certificates": certificates, "outline": outline}


def seconds_from_now(instant):
    assert instant.endswith("Z"), "the instant is not in UTC"
    instant = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return (instant - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def open_all(message, key):
    encrypted = message.findall(f".//{{{XENC}}}EncryptedData")
    assert encrypted, "nothing is encrypted"
    for data in encrypted:
        data.getparent().replace(data, parsed(opened(data, key)[0]))


def lines(element, depth):
    attributes = "".join(f' {name(key)}="{value}"' for key, value in sorted(element.items()))
    text = (element.text or "").strip()
    yield "  " * depth + name(element.tag) + attributes + (f" : {text}" if text else "")
    for child in element:
        assert not (child.tail or "").strip(), "there is text between elements"
        yield from lines(child, depth + 1)


def name(tag):
    namespace, _, local = tag.rpartition("}")
    prefix = PREFIXES.get(namespace[1:])
    return f"{prefix}:{local}" if prefix else tag


def main():
    for line in sys.stdin.read().splitlines():
        try:
            print(json.dumps(answer(json.loads(line))))
        except Exception as reason:  # each library has many classes of its own; all of them mean "no"
            print(json.dumps({"valid": False, "error": f"{type(reason).__name__}: {reason}"}))


if __name__ == "__main__":
    main()
