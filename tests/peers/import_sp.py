"""What pysaml2 takes of a service provider's metadata.

    python import_sp.py < metadata.xml

Prints a JSON object, the same that `import_sp.php` prints of SimpleSAMLphp: entity_id, display_name, entity_attributes,
requested (names, sorted), acs, slo (addresses) and contacts (types).
"""
import json
import sys

from saml2.attribute_converter import ac_factory
from saml2.config import Config
from saml2.mdstore import MetadataStore

# Without its declaration, because it is read as text.
text = sys.stdin.read().split("?>", 1)[-1].strip()
store = MetadataStore(ac_factory(), Config())
store.load("inline", text)
(entity_id,) = store.keys()
role = store[entity_id]["spsso_descriptor"][0]
asked = store.attribute_requirement(entity_id)
print(json.dumps({
    "entity_id": entity_id,
    "display_name": list(store.mdui_uiinfo_display_name(entity_id)),
    "entity_attributes": store.entity_attributes(entity_id),
    "requested": sorted(one["name"] for one in asked["required"] + asked["optional"]),
    "acs": [one["location"] for one in role["assertion_consumer_service"]],
    "slo": [one["location"] for one in role["single_logout_service"]],
    "contacts": [one["contact_type"] for one in store[entity_id]["contact_person"]],
}))
