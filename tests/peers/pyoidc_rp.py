"""A relying party by pyoidc: one whole login, with every check that the library has.

    python pyoidc_rp.py '{"issuer": "http://127.0.0.1:8080", "client_id": "..", "client_secret": "..",
        "redirect_uri": "..", "pkce": true, "auth_method": "client_secret_basic", "scope": "openid profile",
        "response_mode": "form_post"}'

Prints {"authorize": url}; reads one line {"callback": url}, or {"callback": url, "form": "code=..&state=.."} where the
answer was posted; prints {"id_token", "userinfo", "replayed"}, where "replayed" is the error for redeeming the code a
second time, or "accepted". What fails ends it with {"error": "..", "detail": ".."} and exit code 1.

With "refresh": true it has used its refresh token and the next one before, and prints "refreshed", the claims of the ID
token that came at last, "refresh_replayed", the error for the first refresh token, and "family_ended", the error for the
last one after that.

With "logout": uri it prints "logout", where to send the browser so that it is logged out and comes back to that URI.
"""

import json
import sys
from urllib.parse import urlsplit

from oic import rndstr
from oic.oauth2.message import ErrorResponse
from oic.oic import Client, Token
from oic.oic.message import AuthorizationResponse, RegistrationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD


LOGOUT_STATE = "a b+&é"


class Refused(Exception):
    """The provider's own word, as an exception."""

    def __init__(self, error, description=None):
        super().__init__(description)
        self.error = error


def main():
    given = json.loads(sys.argv[1])
    rp = discover(given)

    asked = {
        "response_type": "code",
        "client_id": given["client_id"],
        "redirect_uri": given["redirect_uri"],
        "scope": given["scope"].split(" "),
        "state": rndstr(32),
        "nonce": rndstr(32),
    }
    verifier = {}
    if "response_mode" in given:
        asked["response_mode"] = given["response_mode"]
    if given["pkce"]:
        challenge, code_verifier = rp.add_code_challenge()
        asked, verifier = asked | challenge, {"code_verifier": code_verifier}
    request = rp.construct_AuthorizationRequest(request_args=asked)
    rp.state2nonce[asked["state"]] = asked["nonce"]
    say({"authorize": request.request(rp.authorization_endpoint)})

    answer = check_answer(rp, asked, json.loads(sys.stdin.readline()))
    redemption = {"code": answer["code"], "redirect_uri": given["redirect_uri"], **verifier}
    tokens = redeem(rp, given, asked["state"], redemption)
    id_token = tokens["id_token"].to_dict()
    # Before the replay, which may rightly cost us the access token [RFC 6749 §4.1.2]. The subjects must agree.
    userinfo = good(rp.do_user_info_request(state=asked["state"], method="GET")).to_dict()
    learnt = {"id_token": id_token, "userinfo": userinfo}
    if given.get("refresh"):
        learnt |= refresh(rp, given, asked["state"], tokens)
    if "logout" in given:
        learnt["logout"] = log_out(rp, given, tokens["id_token_jwt"])
    learnt["replayed"] = refusal(lambda: redeem(rp, given, asked["state"], redemption))
    say(learnt)


def discover(given):
    rp = Client(
        client_authn_method=CLIENT_AUTHN_METHOD, config={"code_challenge": {"length": 64, "method": "S256"}}
    )
    rp.provider_config(given["issuer"])
    rp.store_registration_info(
        RegistrationResponse(
            client_id=given["client_id"],
            client_secret=given["client_secret"],
            redirect_uris=[given["redirect_uri"]],
            id_token_signed_response_alg="RS256",
        )
    )
    return rp


def check_answer(rp, asked, came):
    """What the library leaves to its user: state, and iss [RFC 9207 §2.4]."""
    text = came["form"] if "form" in came else urlsplit(came["callback"]).query
    answer = good(rp.parse_response(AuthorizationResponse, info=text, sformat="urlencoded"))
    if answer["state"] != asked["state"]:
        raise Refused("mismatching_state", "state is not the one that was sent")
    if answer.get("iss") != rp.provider_info["issuer"]:
        raise Refused("mismatching_issuer", "the answer is not from the issuer that was asked")
    return answer


def redeem(rp, given, state, redemption):
    return good(
        rp.do_access_token_request(state=state, request_args=redemption, authn_method=given["auth_method"])
    )


def refresh(rp, given, state, first):
    """Twice, because the last refresh token that was used may come again for a while."""

    def use(tokens):
        return good(
            rp.do_access_token_refresh(state=state, token=Token(tokens), authn_method=given["auth_method"])
        )

    second = use(first)
    third = use(second)
    good(rp.do_user_info_request(token=third["access_token"], method="GET"))
    return {
        "refreshed": third["id_token"].to_dict(),
        "refresh_replayed": refusal(lambda: use(first)),
        "family_ended": refusal(lambda: use(third)),
    }


def log_out(rp, given, hint):
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": given["logout"], "state": LOGOUT_STATE}
    return rp.construct_EndSessionRequest(request_args=asked).request(rp.end_session_endpoint)


def refusal(attempt):
    try:
        attempt()
        return "accepted"
    except Refused as reason:
        return reason.error


def good(response):
    """The library returns errors; here they end the login."""
    if isinstance(response, ErrorResponse):
        raise Refused(response["error"], response.get("error_description"))
    return response


def say(answer):
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    try:
        main()
    except Exception as reason:  # each library below has classes of its own; all of them end the login
        say({"error": getattr(reason, "error", None) or type(reason).__name__, "detail": str(reason)})
        sys.exit(1)
