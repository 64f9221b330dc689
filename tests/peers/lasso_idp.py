"""A SAML identity provider by Lasso, of Debian's package: lets everybody in at once, as one person, and ends sessions.

    /usr/bin/python3 lasso_idp.py '{"port": 8080, "key": "/some/idp.key", "certificate": "/some/idp.crt",
        "sp_metadata": "/some/silta-metadata.xml", "person": {"urn:oid:2.5.4.4": ["Å"]}, "authn_context": ".."}'

`sp_metadata` is read at each request. /metadata, /sso and /slo speak HTTP-Redirect, and answer a login by HTTP-POST; at /logout the
person logs out there and at the service provider.
"""

import base64
import datetime
import html
import http.server
import json
import pathlib
import secrets
import sys
from urllib.parse import parse_qs, urlsplit

import lasso

PERSON = json.loads(sys.argv[1])
URL = f"http://127.0.0.1:{PERSON['port']}"
SESSIONS = {}  # by cookie, as Lasso writes them


def metadata():
    certificate = pathlib.Path(PERSON["certificate"]).read_text()
    base64_of = "".join(line for line in certificate.splitlines() if not line.startswith("-"))
    redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    return f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{URL}/metadata">
<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
{base64_of}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleLogoutService Binding="{redirect}" Location="{URL}/slo"/>
<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>
<SingleSignOnService Binding="{redirect}" Location="{URL}/sso"/>
</IDPSSODescriptor></EntityDescriptor>"""


def server():
    key, certificate = (pathlib.Path(PERSON[name]).read_text() for name in ("key", "certificate"))
    made = lasso.Server.newFromBuffers(metadata(), key, None, certificate)
    made.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256  # RSA with SHA-1 otherwise
    made.addProviderFromBuffer(lasso.PROVIDER_ROLE_SP, pathlib.Path(PERSON["sp_metadata"]).read_text())
    provider = made.providers[next(iter(made.providerIds))]
    provider.setEncryptionMode(lasso.ENCRYPTION_MODE_ASSERTION)
    provider.setEncryptionSymKeyType(lasso.ENCRYPTION_SYM_KEY_TYPE_AES_256)
    return made


def sso(query):
    login = lasso.Login(server())
    login.processAuthnRequestMsg(query)
    login.validateRequestMsg(True, True)
    now = datetime.datetime.now(datetime.timezone.utc)
    at = [(now + datetime.timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%SZ") for m in (0, 5)]
    login.buildAssertion(PERSON["authn_context"], at[0], None, *at)
    statement = lasso.Saml2AttributeStatement()
    statement.attribute = tuple(attribute(*one) for one in PERSON["person"].items())
    login.assertion.attributeStatement = (statement,)
    login.buildAuthnResponseMsg()
    cookie = secrets.token_urlsafe()
    SESSIONS[cookie] = login.session.dump()
    return login, f"lasso={cookie}"


def attribute(name, values):
    made = lasso.Saml2Attribute()
    made.name, made.nameFormat = name, lasso.SAML2_ATTRIBUTE_NAME_FORMAT_URI
    made.attributeValue = tuple(attribute_value(value) for value in values)
    return made


def attribute_value(text):
    node, value = lasso.MiscTextNode.newWithString(text), lasso.Saml2AttributeValue()
    node.textChild = True
    value.any = (node,)
    return value


def logout_of(cookie):
    logout = lasso.Logout(server())
    logout.setSessionFromDump(SESSIONS[cookie])
    return logout


def slo(query, cookie):
    logout = logout_of(cookie)
    if "SAMLResponse" in query:
        logout.processResponseMsg(query)
        del SESSIONS[cookie]
        return None
    logout.processRequestMsg(query)
    logout.validateRequest()
    logout.buildResponseMsg()
    del SESSIONS[cookie]
    return logout.msgUrl


def ask(cookie):
    logout = logout_of(cookie)
    logout.initRequest(None, lasso.HTTP_METHOD_REDIRECT)
    logout.buildRequestMsg()
    return logout.msgUrl


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        cookies = dict(pair.strip().split("=", 1) for pair in self.headers.get("Cookie", "").split(";") if "=" in pair)
        cookie = cookies.get("lasso")
        if url.path == "/metadata":
            return self.answer(200, metadata())
        if url.path == "/sso":
            login, cookie = sso(url.query)
            fields = {"SAMLResponse": login.msgBody, "RelayState": login.msgRelayState}
            inputs = "".join(f'<input name="{name}" value="{html.escape(text)}"/>' for name, text in fields.items())
            return self.answer(200, f'<form method="post" action="{login.msgUrl}">{inputs}</form>', {"Set-Cookie": cookie})
        to = ask(cookie) if url.path == "/logout" else slo(url.query, cookie)
        return self.answer(302, "", {"Location": to}) if to else self.answer(200, "logged out")

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PERSON["port"]), Handler).serve_forever()
