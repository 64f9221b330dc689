"""A SAML identity provider by pysaml2: answers every signed AuthnRequest at once, for the person it was told of.

    python pysaml2_idp.py config.json

    {"port": 0,                           0 takes any free port
     "entity_id": "https://idp.example/",
     "sp_metadata": "http://127.0.0.1:8080/saml/metadata",      or a path, or a list of both
     "identity": {"urn:oid:2.5.4.4": ["Åberg-O'Hara"], "urn:oid:2.5.4.42": [""]},   by SAML Name, values as they are
     "authn_context": "http://ftn.ficora.fi/2017/loa2",
     "sign_response": true, "sign_assertion": true,
     "encrypt": "aes256-gcm",             or "aes128-gcm", or null
     "sig_alg": URI, "digest_alg": URI,   rsa-sha256 and sha256 when left out
     "key_dir": "/some/folder"}           idp.key and idp.crt are made here when missing

Prints one line of JSON when it listens; then serves /metadata, /sso (Redirect and POST) and POST /identity, which
replaces the identity. /metadata?BINDING=URL has single logout there. With "cancel": true among the identity, or
&cancel=1 at the end of /sso, the person cancels. With "session": true a login begins a session, which answers the next
one with the same AuthnInstant, unless ForceAuthn asks for another. A request with IsPassive is answered from a session,
or with NoPassive. With "plain": true the assertion is not encrypted.
"""

import datetime
import functools
import json
import pathlib
import secrets
import shutil
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
import saml2.entity
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, samlp, sigver
from saml2.assertion import Policy
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.s_utils import do_attributes
from saml2.server import Server
from verify_authn_request import Refused, redirect_signature


def main():
    config = json.loads(pathlib.Path(sys.argv[1]).read_text())
    make_key(pathlib.Path(config["key_dir"]))
    choose_cipher(config["encrypt"])
    server = ThreadingHTTPServer(("127.0.0.1", config["port"]), Handler)
    server.idp = config | {"url": f"http://127.0.0.1:{server.server_port}"}
    sso = server.idp["url"] + "/sso"
    ready = {
        "ready": True,
        "certificate": str(pathlib.Path(config["key_dir"], "idp.crt")),
        "sso_redirect": sso,
        "sso_post": sso,
        "metadata": server.idp["url"] + "/metadata",
    }
    print(json.dumps(ready), flush=True)
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/sso":
            self.attempt(lambda: sso_redirect(self.server.idp, url.query), "text/html; charset=utf-8")
        elif url.path == "/metadata":
            self.attempt(lambda: metadata(self.server.idp, url.query), "application/samlmetadata+xml")
        else:
            self.answer(404, "text/plain", b"not here")

    def do_POST(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if url.path == "/sso":
            self.attempt(lambda: sso_post(self.server.idp, url.query, body), "text/html; charset=utf-8")
        elif url.path == "/identity":
            self.server.idp["identity"] = json.loads(body)
            self.answer(204, "text/plain", b"")
        else:
            self.answer(404, "text/plain", b"not here")

    def attempt(self, work, content_type):
        try:
            self.answer(200, content_type, work())
        except Exception as reason:  # whatever was wrong, the test that asked must see why
            traceback.print_exc()
            because = f" ({reason.__cause__})" if reason.__cause__ else ""
            self.answer(400, "text/plain; charset=utf-8", f"{type(reason).__name__}: {reason}{because}".encode())

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sso_redirect(idp, query):
    """HTTP-Redirect [SAML2Bind §3.4]. A trailing &cancel=1 is no part of the octets that are signed."""
    given = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    # pysaml2 would check octets that it encoded anew itself, and RSA only: so it is asked for no signature here,
    # and ours is checked over the octets as they came, by the keys of whoever the request says it is from.
    server = saml_server(idp, pysaml2_checks_signature=False)
    xml = server.unravel(given["SAMLRequest"], BINDING_HTTP_REDIRECT, "authn_request")
    issuer = samlp.authn_request_from_string(xml).issuer.text
    keys = server.metadata.certs(issuer, "spsso", "signing")
    certificates = [x509.load_pem_x509_certificate(pem(key).encode()) for _, key in keys]
    redirect_signature("SAMLRequest", query, certificates)
    request = server.parse_authn_request(given["SAMLRequest"], BINDING_HTTP_REDIRECT)
    return respond(idp, server, request.message, given.get("RelayState", ""), "cancel" in given)


def sso_post(idp, query, body):
    """HTTP-POST [SAML2Bind §3.5]: the signature is in the message, and pysaml2 refuses one that has none."""
    given = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    server = saml_server(idp, pysaml2_checks_signature=True)
    request = server.parse_authn_request(given["SAMLRequest"], BINDING_HTTP_POST)
    return respond(idp, server, request.message, given.get("RelayState", ""), "cancel" in parse_qs(query))


def respond(idp, server, request, relay_state, cancel):
    """The page that carries the Response to the assertion consumer service, which must stand in the metadata."""
    person = dict(idp["identity"])
    cancel = person.pop("cancel", False) or cancel
    since = session(idp, person.pop("session", False), request)
    encrypt = bool(idp["encrypt"]) and not person.pop("plain", False)
    to = server.response_args(request, [BINDING_HTTP_POST])
    algorithms = {"sign_alg": idp.get("sig_alg", RSA_SHA256), "digest_alg": idp.get("digest_alg", SHA256)}
    if cancel:
        info = (samlp.STATUS_AUTHN_FAILED, "User canceled authentication")
        response = server.create_error_response(to["in_response_to"], to["destination"], info, sign=True, **algorithms)
    elif since is None:
        info = (samlp.STATUS_NO_PASSIVE, "There is no session")
        response = server.create_error_response(to["in_response_to"], to["destination"], info, sign=True, **algorithms)
    else:
        response = server.create_authn_response(
            person,
            in_response_to=to["in_response_to"],
            destination=to["destination"],
            sp_entity_id=to["sp_entity_id"],
            name_id=transient(idp["entity_id"], to["sp_entity_id"]),
            authn={"class_ref": idp["authn_context"], "authn_instant": since},
            # Without metadata this policy knows of no RequestedAttributes, so everything is released.
            release_policy=Policy({"default": {"lifetime": {"minutes": 5}}}),
            sign_response=idp["sign_response"],
            sign_assertion=idp["sign_assertion"],
            encrypt_assertion=encrypt,
            **algorithms,
        )
        # Where it finds no key to encrypt to, pysaml2 sends the assertion in the clear without a word.
        if encrypt and "EncryptedAssertion" not in str(response):
            raise Refused("the service provider's metadata has no encryption certificate")
    form = server.apply_binding(BINDING_HTTP_POST, str(response), to["destination"], relay_state, response=True)
    return form["data"].encode()


def session(idp, keeps, request):
    """Since when the person is logged in, in seconds; none where nobody is and no page may be shown."""
    since = idp.get("since") if keeps and request.force_authn not in ("true", "1") else None
    if since is None and request.is_passive not in ("true", "1"):
        since = int(time.time())
    if keeps and since is not None:
        idp["since"] = since
    return since


def transient(idp, sp):
    """A name for one login only."""
    name = secrets.token_urlsafe(24)
    return saml.NameID(text=name, format=saml.NAMEID_FORMAT_TRANSIENT, name_qualifier=idp, sp_name_qualifier=sp)


def metadata(idp, query):
    logout = [(place, binding) for binding, place in parse_qsl(query)]
    config = saml_config(idp, pysaml2_checks_signature=True, sp_metadata=[], logout=logout)
    return create_metadata_string(None, config=config, sign=False)


def saml_server(idp, pysaml2_checks_signature):
    """Made anew for each request, metadata and all: the service provider may start after us, and change its keys."""
    places = idp["sp_metadata"] if isinstance(idp["sp_metadata"], list) else [idp["sp_metadata"]]
    server = Server(config=saml_config(idp, pysaml2_checks_signature, [read(place) for place in places]))
    if idp["encrypt"]:
        session_key = CIPHERS[idp["encrypt"]][1]
        server.sec.encrypt_assertion = functools.partial(server.sec.encrypt_assertion, key_type=session_key)
    return server


def saml_config(idp, pysaml2_checks_signature, sp_metadata, logout=()):
    sso = [(idp["url"] + "/sso", binding) for binding in (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST)]
    config = IdPConfig().load(
        {
            "entityid": idp["entity_id"],
            "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": str(pathlib.Path(idp["key_dir"], "idp.key")),
            "cert_file": str(pathlib.Path(idp["key_dir"], "idp.crt")),
            "metadata": {"inline": sp_metadata},
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": sso, "single_logout_service": list(logout)},
                    "want_authn_requests_signed": pysaml2_checks_signature,
                    "name_id_format": [saml.NAMEID_FORMAT_TRANSIENT],
                }
            },
        }
    )
    config.attribute_converters = [Verbatim()]
    return config


class Verbatim:
    """In place of pysaml2's dictionary of attributes: the Name as configured, and no FriendlyName."""

    name_format = saml.NAME_FORMAT_URI

    def to_(self, attributes):
        return do_attributes({(name, self.name_format): (values, "xs:string") for name, values in attributes.items()})


def read(place):
    if place.startswith(("http://", "https://")):
        answer = requests.get(place, timeout=60)
        answer.raise_for_status()
        return answer.text
    return pathlib.Path(place).read_text()


def choose_cipher(name):
    """pysaml2 knows nothing but 3DES-CBC by itself; both places that say so are told otherwise (see `saml_server`)."""
    if name:
        saml2.entity.pre_encryption_part = functools.partial(sigver.pre_encryption_part, msg_enc=CIPHERS[name][0])


def make_key(folder):
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "idp.crt").exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pysaml2 test identity provider")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "idp.key").write_bytes(key.private_bytes(*form))
    (folder / "idp.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def pem(base64_lines):
    return f"-----BEGIN CERTIFICATE-----\n{base64_lines.strip()}\n-----END CERTIFICATE-----\n"


RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
# The algorithm's name in the message, and the session key as xmlsec1 calls it. The key goes by rsa-oaep-mgf1p.
CIPHERS = {
    "aes128-gcm": ("http://www.w3.org/2009/xmlenc11#aes128-gcm", "aes-128"),
    "aes256-gcm": ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256"),
}

if __name__ == "__main__":
    main()
