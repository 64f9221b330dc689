"""A SAML service provider by pysaml2: asks, and judges what it is answered.

    python pysaml2_sp.py config.json

    {"entity_id": "https://sp.example/entity", "acs": "https://sp.example/acs",
     "idp_metadata": "<md:EntityDescriptor ...>",
     "key": "/some/sp.key", "certificate": "/some/sp.crt",     it signs its requests with these
     "relay_state": "a relay state",                           this one when left out
     "force_authn": true, "is_passive": false,                 false when left out
     "authn_context": ["urn:a"], "comparison": "exact",        none when left out; otherwise at least one of these is asked for
     "name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}      any when left out

Prints {"redirect": "https://idp.example/sso?SAMLRequest=..", "post": "the value of SAMLRequest", "id": "the request's ID"}:
one request, signed for either binding. Then takes a line of JSON at a time, and answers each, with its "number":
{"ask": {..}}, the wishes above, is another request, printed as the first; {"SAMLResponse": ".."} is judged:
{"number": 1, "name_id": .., "format": .., "attributes": {..}, "authn_context": .., "session_index": ..} or, instead of
all but the number, "error": "..".
Both the Response and the assertion must be signed, and must answer the latest request.
"""

import base64
import json
import pathlib
import shutil
import sys

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.saml import AuthnContextClassRef
from saml2.samlp import RequestedAuthnContext

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def main():
    config = json.loads(pathlib.Path(sys.argv[1]).read_text())
    client = Saml2Client(config=saml_config(config))
    asked = ask(client, config)
    print(json.dumps(asked), flush=True)
    for number, line in enumerate(sys.stdin, 1):
        told = json.loads(line)
        if "ask" in told:
            asked = answer = ask(client, told["ask"])
        else:
            answer = judge(client, told["SAMLResponse"], asked["id"])
        print(json.dumps({"number": number, **answer}), flush=True)


def ask(client, wished):
    """One request by two bindings: signed inside, and the same unsigned, signed in the query."""
    (idp,) = client.metadata.identity_providers()
    destination = client.sso_location(idp, BINDING_HTTP_REDIRECT)
    asked = {"force_authn": wished.get("force_authn"), "is_passive": wished.get("is_passive")}
    wishes = {name: "true" for name, wish in asked.items() if wish}
    if classes := wished.get("authn_context"):
        references = [AuthnContextClassRef(text=one) for one in classes]
        comparison = wished.get("comparison", "minimum")
        wishes["requested_authn_context"] = RequestedAuthnContext(comparison=comparison, authn_context_class_ref=references)
    if name_id_format := wished.get("name_id_format"):
        wishes["nameid_format"] = name_id_format
    request_id, plain = client.create_authn_request(
        destination, binding=BINDING_HTTP_POST, sign=False, **wishes
    )
    relay_state = wished.get("relay_state", "a relay state")
    redirect = client.apply_binding(
        BINDING_HTTP_REDIRECT, str(plain), destination, relay_state, sign=True, sigalg=RSA_SHA256
    )
    signed = client.sign(plain, sign_alg=RSA_SHA256, digest_alg=SHA256)
    return {
        "id": request_id,
        "redirect": dict(redirect["headers"])["Location"],
        "post": base64.b64encode(str(signed).encode()).decode(),
    }


def judge(client, response, request_id):
    try:
        read = client.parse_authn_request_response(response, BINDING_HTTP_POST, outstanding={request_id: "/"})
        (statement,) = read.assertion.authn_statement
        return {
            "name_id": read.name_id.text,
            "format": read.name_id.format,
            "attributes": read.ava,
            "authn_context": statement.authn_context.authn_context_class_ref.text,
            "session_index": statement.session_index,
        }
    except Exception as reason:  # the library has many classes of its own; all of them mean "no"
        return {"error": f"{type(reason).__name__}: {reason}"}


def saml_config(config):
    return SPConfig().load(
        {
            "entityid": config["entity_id"],
            "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": config["key"],
            "cert_file": config["certificate"],
            "metadata": {"inline": [config["idp_metadata"]]},
            "allow_unknown_attributes": True,
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(config["acs"], BINDING_HTTP_POST)]},
                    "authn_requests_signed": True,
                    "want_response_signed": True,
                    "want_assertions_signed": True,
                    "allow_unsolicited": False,
                }
            },
        }
    )


if __name__ == "__main__":
    main()
