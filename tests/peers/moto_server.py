"""The server of moto, with what its KMS lacks: a Sign with MessageType DIGEST signs that digest and hashes nothing.

    python moto_server.py -H 127.0.0.1 -p 0
"""

import sys
import threading

from cryptography.hazmat.primitives.asymmetric import utils
from moto.kms.responses import KmsResponse
from moto.kms.utils import RSAPrivateKey
from moto.server import main

request = threading.local()
sign_as_asked = KmsResponse.sign


def sign(self):
    request.digest = self._get_param("MessageType") == "DIGEST"
    return sign_as_asked(self)


def sign_by_key(self, message, signing_algorithm):
    padding, hashed = self._RSAPrivateKey__padding_and_hash_algorithm(signing_algorithm)
    return self.private_key.sign(message, padding, utils.Prehashed(hashed) if request.digest else hashed)


KmsResponse.sign = sign
RSAPrivateKey.sign = sign_by_key
main(sys.argv[1:])
