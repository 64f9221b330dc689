"""Judges SAML documents by the OASIS schemas that pysaml2 brings, with xmlschema.

    python judge_schema.py < document.xml

Prints nothing of a valid EntityDescriptor, AuthnRequest or Response; otherwise what is wrong, with exit code 1.
What stands in `Extensions` is judged as far as there is a schema for it.
"""

import sys
from importlib.resources import files

import saml2.data.schemas
from saml2.xml.schema import XMLSchemaError, _create_xml_schema_validator, validate

document = sys.stdin.read()
name = "metadata" if "EntityDescriptor" in document else "protocol"
source = str(files(saml2.data.schemas).joinpath(f"saml-schema-{name}-2.0.xsd"))
try:
    validate(document, _create_xml_schema_validator(source))
except XMLSchemaError as error:
    print(error.args[0]["error"])
    sys.exit(1)
