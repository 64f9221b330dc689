"""A relying party by Authlib: one whole login, with every check that the library has.

    python authlib_rp.py '{"issuer": "http://127.0.0.1:8080", "client_id": "..", "client_secret": "..",
        "redirect_uri": "..", "pkce": true, "auth_method": "client_secret_basic", "scope": "openid profile",
        "response_mode": "form_post"}'

Prints {"authorize": url}; reads one line {"callback": url}, or {"callback": url, "form": "code=..&state=.."} where the
answer was posted; prints {"id_token", "userinfo", "replayed"}, where "replayed" is the error for redeeming the code a
second time, or "accepted". What fails ends it with {"error": "..", "detail": ".."} and exit code 1.

With "refresh": true it has used its refresh token and the next one before, and prints "refreshed", the claims of the ID
token that came at last, "refresh_replayed", the error for the first refresh token, and "family_ended", the error for the
last one after that.

With "logout": uri it prints "logout", where to send the browser so that it is logged out and comes back to that URI.

"auth_method" is none, client_secret_basic, client_secret_post or private_key_jwt; the latter signs by "private_key" (PKCS#8
in PEM), "alg" and "kid", for an hour, and for the token endpoint.
"""

import json
import os
import sys
from urllib.parse import parse_qsl, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import import_key


LOGOUT_STATE = "a b+&é"


class RelyingParty(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client as it is inside its web framework integrations, without a framework."""

    client_cls = OAuth2Session

    def _on_update_token(self, token, refresh_token=None, access_token=None):
        """Where a framework would keep the new tokens."""


def main():
    given = json.loads(sys.argv[1])
    if urlsplit(given["issuer"]).hostname in ("127.0.0.1", "localhost", "::1"):
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # read at every request
    rp = discover(given)

    mode = {"response_mode": given["response_mode"]} if "response_mode" in given else {}
    sent = rp.create_authorization_url(given["redirect_uri"], **mode)
    say({"authorize": sent["url"]})

    came = json.loads(sys.stdin.readline())
    answer = dict(parse_qsl(came["form"] if "form" in came else urlsplit(came["callback"]).query))
    check_answer(answer, sent["state"], rp.load_server_metadata())
    token = redeem(rp, given, sent, answer)
    if "id_token" not in token:
        raise OAuthError("missing_id_token", "the token endpoint gave none [OIDC Core §3.1.3.3]")
    id_token = rp.parse_id_token(token, nonce=sent["nonce"], claims_options=expected(given), leeway=0)
    # Before the replay, which may rightly cost us the access token [RFC 6749 §4.1.2].
    userinfo = rp.userinfo(token=token)
    if userinfo["sub"] != id_token["sub"]:
        raise OAuthError("invalid_userinfo", "sub differs from the ID token's [OIDC Core §5.3.2]")
    learnt = {"id_token": id_token, "userinfo": userinfo}
    if given.get("refresh"):
        learnt |= refresh(rp, given, token)
    if "logout" in given:
        hint = {"id_token_hint": token["id_token"], "state": LOGOUT_STATE}
        learnt["logout"] = rp.create_logout_url(given["logout"], **hint)["url"]
    learnt["replayed"] = refusal(lambda: redeem(rp, given, sent, answer))
    say(learnt)


def discover(given):
    by_key = given["auth_method"] == "private_key_jwt"
    rp = RelyingParty(
        framework=None,
        client_id=given["client_id"],
        client_secret=signing_key(given) if by_key else given.get("client_secret"),
        client_auth_methods=[PrivateKeyJWT(headers={"kid": given["kid"]}, alg=given["alg"])] if by_key else None,
        server_metadata_url=given["issuer"].rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": given["scope"],
            "token_endpoint_auth_method": given["auth_method"],
            "code_challenge_method": "S256" if given["pkce"] else None,
        },
    )
    # The library trusts what it finds; the standard wants the very issuer that was asked for [OIDC Discovery §4.3].
    if rp.load_server_metadata()["issuer"] != given["issuer"]:
        raise OAuthError("invalid_issuer", "discovery names another issuer")
    return rp


def signing_key(given):
    return import_key(given["private_key"], "EC" if given["alg"].startswith("ES") else "RSA")


def check_answer(answer, state, provider):
    """What the library leaves to the web framework: errors [RFC 6749 §4.1.2.1], state, and iss [RFC 9207 §2.4]."""
    if answer.get("state") != state:
        raise OAuthError("mismatching_state", "state is not the one that was sent")
    named = provider.get("authorization_response_iss_parameter_supported") or "iss" in answer
    if named and answer.get("iss") != provider["issuer"]:
        raise OAuthError("mismatching_issuer", "the answer is not from the issuer that was asked")
    if "error" in answer:
        raise OAuthError(answer["error"], answer.get("error_description"))


def redeem(rp, given, sent, answer):
    verifier = {"code_verifier": sent["code_verifier"]} if given["pkce"] else {}
    return rp.fetch_access_token(given["redirect_uri"], code=answer["code"], state=answer["state"], **verifier)


def refresh(rp, given, first):
    """Twice, because the last refresh token that was used may come again for a while."""

    def use(token):
        endpoint = rp.load_server_metadata()["token_endpoint"]
        with rp._get_oauth_client(**rp.load_server_metadata()) as session:
            return session.refresh_token(endpoint, refresh_token=token["refresh_token"])

    second = use(first)
    third = use(second)
    # An ID token that came by refreshing needs no nonce [OIDC Core §12.2].
    claims = rp.parse_id_token(third, nonce=None, claims_options=expected(given), leeway=0)
    rp.userinfo(token=third)
    return {
        "refreshed": claims,
        "refresh_replayed": refusal(lambda: use(first)),
        "family_ended": refusal(lambda: use(third)),
    }


def refusal(attempt):
    try:
        attempt()
        return "accepted"
    except OAuthError as reason:
        return reason.error


def expected(given):
    """Claims that must be there with these values; exp, iat, nonce, azp and at_hash the library checks by itself."""
    return {
        "iss": {"essential": True, "value": given["issuer"]},
        "aud": {"essential": True, "value": given["client_id"]},
        "sub": {"essential": True},
    }


def say(answer):
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception as reason:  # each library below has classes of its own; all of them end the login
        say({"error": getattr(reason, "error", None) or type(reason).__name__, "detail": str(reason)})
        sys.exit(1)
