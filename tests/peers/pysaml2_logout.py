"""The single logout of a SAML identity provider, by pysaml2: asks, answers, and judges what it is asked and answered.

    python pysaml2_logout.py config.json

    {"entity_id": "https://idp.example/entity", "slo": "https://idp.example/slo",
     "sp_metadata": "<md:EntityDescriptor ...>",
     "key": "/some/idp.key", "certificate": "/some/idp.crt",    it signs with these
     "sp_certificate": "/some/sp.crt"}                          and by this judges queries

Takes a line of JSON at a time, and answers each, with its "number":
{"ask": {"name_id": .., "format": .., "name_qualifier": .., "sp_name_qualifier": .., "session_index": ..,
"relay_state": ..}} is a LogoutRequest for either binding: {"id": .., "redirect": "URL", "post": "the value of SAMLRequest"}.
{"query": "SAMLRequest=.."} or {"SAMLRequest": ".."} is judged, and answered for either binding: {"name_id": ..,
"format": .., "name_qualifier": .., "sp_name_qualifier": .., "session_indexes": [..], "relay_state": .., "redirect": ..,
"post": "the value of SAMLResponse"}. {"query": "SAMLResponse=.."} or {"SAMLResponse": ".."} is judged:
{"in_response_to": .., "status": [URI, ..], "relay_state": ..}. Instead of all but the number, "error": "..".
"""

import base64
import json
import pathlib
import shutil
import sys
from urllib.parse import parse_qs

from cryptography import x509
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml
from saml2.config import IdPConfig
from saml2.server import Server
from verify_authn_request import redirect_signature

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def main():
    config = json.loads(pathlib.Path(sys.argv[1]).read_text())
    server = Server(config=saml_config(config))
    certificate = x509.load_pem_x509_certificate(pathlib.Path(config["sp_certificate"]).read_bytes())
    print(json.dumps({"ready": True}), flush=True)
    for number, line in enumerate(sys.stdin, 1):
        try:
            answer = work(server, config, certificate, json.loads(line))
        except Exception as reason:  # the library has many classes of its own; all of them mean "no"
            answer = {"error": f"{type(reason).__name__}: {reason}"}
        print(json.dumps({"number": number, **answer}), flush=True)


def work(server, config, certificate, told):
    if "ask" in told:
        return ask(server, config, told["ask"])
    binding, relay_state = BINDING_HTTP_POST, None
    if "query" in told:
        # pysaml2 encodes a query anew before it judges it; the octets themselves are judged here.
        given = {name: values[0] for name, values in parse_qs(told["query"], strict_parsing=True).items()}
        message = "SAMLRequest" if "SAMLRequest" in given else "SAMLResponse"
        redirect_signature(message, told["query"], [certificate])
        binding, relay_state, told = BINDING_HTTP_REDIRECT, given.get("RelayState"), given
    if "SAMLRequest" in told:
        return answered(server, told["SAMLRequest"], binding, relay_state)
    response = server.parse_logout_request_response(told["SAMLResponse"], binding).response
    code = response.status.status_code
    inner = [code.status_code.value] if code.status_code else []
    return {
        "in_response_to": response.in_response_to,
        "status": [code.value, *inner],
        "relay_state": relay_state,
    }


def ask(server, config, wished):
    name_id = saml.NameID(
        text=wished["name_id"],
        format=wished.get("format"),
        name_qualifier=wished.get("name_qualifier"),
        sp_name_qualifier=wished.get("sp_name_qualifier"),
    )
    (sp,) = server.metadata.service_providers()
    destination = server.metadata.single_logout_service(sp, BINDING_HTTP_REDIRECT, "spsso")[0]["location"]
    index = wished.get("session_index")
    request_id, request = server.create_logout_request(
        destination, sp, name_id=name_id, session_indexes=[index] if index else None, sign=False
    )
    carried = carry(server, request, destination, wished.get("relay_state", ""), response=False)
    return {"id": request_id, **carried}


def answered(server, value, binding, relay_state):
    request = server.parse_logout_request(value, binding).message
    response = server.create_logout_response(request, [binding], sign=False)
    (sp,) = server.metadata.service_providers()
    destination = server.metadata.single_logout_service(sp, binding, "spsso")[0]["location"]
    name_id = request.name_id
    return {
        "name_id": name_id.text,
        "format": name_id.format,
        "name_qualifier": name_id.name_qualifier,
        "sp_name_qualifier": name_id.sp_name_qualifier,
        "session_indexes": [index.text for index in request.session_index],
        "relay_state": relay_state,
        **carry(server, response, destination, relay_state or "", response=True),
    }


def carry(server, message, destination, relay_state, response):
    """The same message by two bindings: signed in the query, and signed inside."""
    redirect = server.apply_binding(
        BINDING_HTTP_REDIRECT, str(message), destination, relay_state, response=response, sign=True, sigalg=RSA_SHA256
    )
    signed = server.sign(message, sign_alg=RSA_SHA256, digest_alg=SHA256)
    return {
        "redirect": dict(redirect["headers"])["Location"],
        "post": base64.b64encode(str(signed).encode()).decode(),
    }


def saml_config(config):
    slo = [(config["slo"], binding) for binding in (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST)]
    return IdPConfig().load(
        {
            "entityid": config["entity_id"],
            "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": config["key"],
            "cert_file": config["certificate"],
            "metadata": {"inline": [config["sp_metadata"]]},
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [("https://idp.example/sso", BINDING_HTTP_REDIRECT)],
                        "single_logout_service": slo,
                    },
                    "want_authn_requests_signed": False,
                }
            },
        }
    )


if __name__ == "__main__":
    main()
