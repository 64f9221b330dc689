"""Judges signatures by signxml, one for each line.

    python signxml_verdicts.py < questions.jsonl

A question is {"certificate_pem": "...", "xml": "..."}; its answer is the line "accepted", or the reason why not.
"""

import json
import sys

from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier


def main():
    rules = SignatureConfiguration(
        location="./", signature_methods=frozenset(SignatureMethod), digest_algorithms=frozenset(DigestAlgorithm)
    )
    sys.stdin.reconfigure(encoding="utf-8")
    for line in sys.stdin:
        question = json.loads(line)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(question["xml"].encode(), parser)
            XMLVerifier().verify(
                root,
                x509_cert=question["certificate_pem"],
                id_attribute="ID",
                expect_config=rules,
                # Its schema knows no InclusiveNamespaces.
                validate_schema=False,
            )
            print("accepted")
        except Exception as reason:  # each library has many classes of its own; all of them mean "no"
            print(f"{type(reason).__name__}: {reason}".replace("\n", " "))


if __name__ == "__main__":
    main()
