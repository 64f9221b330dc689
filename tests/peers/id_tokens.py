"""Makes ID tokens with joserfc, each with the verdict that a strict relying party must reach.

    python id_tokens.py

crates/oidc/src/rp/id_token/foreign.json keeps what this and id_tokens.mjs print, in one array.
"""

import base64
import json

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

NOW = 1763726400
CLAIMS = {
    "iss": "https://op.example",
    "sub": "k3x9-subject",
    "aud": ["silta"],
    "azp": "silta",
    "exp": NOW + 300,
    "iat": NOW,
    "nonce": base64.urlsafe_b64encode(bytes([2] * 32)).rstrip(b"=").decode(),
    "given_name": "Nordea",
}
ALL = ["none", "HS256", "RS256", "PS256", "ES256", "RS512"]


def main():
    rsa = RSAKey.generate_key(3072, {"kid": "rsa", "use": "sig"})
    ec = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
    stranger = RSAKey.generate_key(2048, {"kid": "rsa"})

    def made(name, verdict, alg, key, kid):
        header = {"alg": alg, "kid": kid, "typ": "JWT"}
        return {"name": name, "verdict": verdict, "token": jwt.encode(header, CLAIMS, key, algorithms=ALL)}

    tokens = [
        made("RS256", "good", "RS256", rsa, "rsa"),
        made("PS256", "good", "PS256", rsa, "rsa"),
        made("ES256", "good", "ES256", ec, "ec"),
        made("RS512", "algorithm", "RS512", rsa, "rsa"),
        made("signed by a stranger", "signature", "RS256", stranger, "rsa"),
        made("HS256", "algorithm", "HS256", OctKey.generate_key(256), "rsa"),
        made("unsecured", "unsigned", "none", rsa, "rsa"),
    ]
    jwks = {"keys": [key.as_dict(private=False) for key in (rsa, ec)]}
    print(json.dumps({"maker": "joserfc", "jwks": jwks, "tokens": tokens}, indent=1))


main()
