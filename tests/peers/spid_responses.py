"""Fills the response templates of AgID's spid-sp-test and signs them as that tool does, with xmlsec1.

    spid_responses.py < values.json

The values are those of the templates, and `key` and `other_key`, private keys in PEM: the identity provider's, and one that
nobody trusts. Prints a JSON list of `{"case", "name", "accepted", "response"}`; `accepted` is the tool's own verdict.
What the tool makes of a signed response (signature wrapping and XSLT), its own functions make here too.
"""
import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import types
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"
RESPONSE = "urn:oasis:names:tc:SAML:2.0:protocol:Response"


def main():
    values = json.load(sys.stdin)
    keys = {name: in_a_file(values.pop(name)) for name in ["key", "other_key"]}
    folder, settings = package(values["Issuer"])
    templates = Environment(loader=FileSystemLoader(folder / "responses" / "templates"), autoescape=True)
    made = []
    for case, test in settings.RESPONSE_TESTS.items():
        given = {**values, **test.get("response", {})}
        attributes = given.get("Attributes") or settings.ATTRIBUTES
        given["Attributes"] = rendered(attributes, settings)
        # The tool reads a path here, and then does not use it.
        given.pop("X509Certificate", None)
        xml = templates.get_template(test["path"]).render(sign_response=True, sign_assertion=True, **given)
        key = keys["other_key" if test.get("sign_credentials") else "key"].name
        xml = signed(xml, "<!-- Assertion Signature here -->", ASSERTION, values["AssertionID"], key, settings)
        xml = signed(xml, "<!-- Response Signature here -->", RESPONSE, values["ResponseID"], key, settings)
        for wrapper in test.get("response_wrappers", []):
            module, _, function = wrapper.rpartition(".")
            xml = getattr(importlib.import_module(module), function)(xml, test)
        made.append({
            "case": case,
            "name": test["name"],
            "accepted": 200 in test["status_codes"],
            "response": xml,
        })
    json.dump(made, sys.stdout)


def in_a_file(key):
    file = tempfile.NamedTemporaryFile("w", suffix=".pem")
    file.write(key)
    file.flush()
    return file


def package(issuer):
    """The package's folder, and its settings, without all that the tool imports for itself."""
    folder = Path(importlib.util.find_spec("spid_sp_test").submodule_search_locations[0])
    for name in ["spid_sp_test", "spid_sp_test.idp"]:
        module = types.ModuleType(name)
        module.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = module
    idp = types.ModuleType("spid_sp_test.idp.settings")
    idp.SAML2_IDP_CONFIG = {"entityid": issuer}
    sys.modules["spid_sp_test.idp.settings"] = idp
    # What of its client the wrappings need.
    client = types.ModuleType("spid_sp_test.response")
    client.saml_rnd_id = lambda: "_wrapped"
    sys.modules["spid_sp_test.response"] = client
    return folder, importlib.import_module("spid_sp_test.responses.settings")


def rendered(attributes, settings):
    template = Template(settings.ATTRIBUTE_TMPL, autoescape=True)
    kinds = settings.ATTRIBUTES_TYPES
    return Markup("\n").join(
        Markup(template.render(name=name, value=value, type=kinds.get(name, "string")))
        for name, value in attributes.items()
    )


def signed(xml, placeholder, element, reference, key, settings):
    """Signs the element that holds the placeholder; one without is left as it is."""
    if placeholder not in xml:
        return xml
    signature = Template(settings.SIGNATURE_TMPL).render(ReferenceURI=f"#{reference}")
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as file:
        file.write(xml.replace(placeholder, signature))
        file.flush()
        command = ["xmlsec1", "--sign", "--privkey-pem", key, "--id-attr:ID", element, file.name]
        done = subprocess.run(command, capture_output=True, text=True)
    # Where a case takes away the ID, there is nothing to refer to, and the tool sends it unsigned.
    return done.stdout if done.returncode == 0 else xml.replace(placeholder, "")


if __name__ == "__main__":
    main()
