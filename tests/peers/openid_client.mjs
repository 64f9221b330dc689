// A relying party by openid-client: one whole login, with every check that the library has.
//
//     node openid_client.mjs '{"issuer": "http://127.0.0.1:8080", "client_id": "..", "client_secret": "..",
//         "redirect_uri": "..", "pkce": true, "auth_method": "client_secret_basic", "scope": "openid profile",
//         "response_mode": "form_post"}'
//
// Prints {"authorize": url}; reads one line {"callback": url}, or {"callback": url, "form": "code=..&state=.."} where the
// answer was posted; prints {"id_token", "userinfo", "replayed"}, where "replayed" is the error for redeeming the code a
// second time, or "accepted". What fails ends it with {"error": "..", "detail": ".."} and exit code 1.
//
// With "refresh": true it has used its refresh token and the next one before, and prints "refreshed", the claims of the ID
// token that came at last, "refresh_replayed", the error for the first refresh token, and "family_ended", the error for the
// last one after that.
//
// With "logout": uri it prints "logout", where to send the browser so that it is logged out and comes back to that URI.
//
// "auth_method" is none, client_secret_basic, client_secret_post or private_key_jwt; the latter signs by "private_key" (PKCS#8
// in PEM), "alg" and "kid". "id_token_alg" is RS256 unless it says otherwise; with "par" the request is
// pushed.
import { createInterface } from 'node:readline'
import { importPKCS8 } from 'jose'
import * as client from 'openid-client'

async function main() {
  const rp = JSON.parse(process.argv[2])
  const issuer = new URL(rp.issuer)
  const authentication = await {
    none: () => client.None(),
    client_secret_post: () => client.ClientSecretPost(rp.client_secret),
    client_secret_basic: () => client.ClientSecretBasic(rp.client_secret),
    private_key_jwt: async () =>
      client.PrivateKeyJwt({ key: await importPKCS8(rp.private_key, rp.alg), kid: rp.kid }),
  }[rp.auth_method]()
  // Where TLS vouches for the token endpoint a client may leave the ID token's signature unchecked
  // [OIDC Core §3.1.3.7]; the library does, unless told not to.
  const execute = [client.enableNonRepudiationChecks]
  if (issuer.protocol === 'http:') execute.push(client.allowInsecureRequests)
  // The library insists on the algorithm that it is told.
  const metadata = { id_token_signed_response_alg: rp.id_token_alg ?? 'RS256' }
  const provider = await client.discovery(issuer, rp.client_id, metadata, authentication, { execute })

  const { redirect_uri, scope } = rp
  const request = { redirect_uri, scope, state: client.randomState(), nonce: client.randomNonce() }
  const checks = { expectedState: request.state, expectedNonce: request.nonce, idTokenExpected: true }
  if (rp.response_mode) request.response_mode = rp.response_mode
  if (rp.pkce) {
    checks.pkceCodeVerifier = client.randomPKCECodeVerifier()
    request.code_challenge = await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier)
    request.code_challenge_method = 'S256'
  }
  const url = rp.par
    ? await client.buildAuthorizationUrlWithPAR(provider, request)
    : client.buildAuthorizationUrl(provider, request)
  say({ authorize: url.href })

  const answer = await question()
  const tokens = await client.authorizationCodeGrant(provider, received(answer), checks)
  const claims = tokens.claims()
  // Before the replay, which may rightly cost us the access token [RFC 6749 §4.1.2]. The subjects must agree.
  const userinfo = await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
  const refreshed = rp.refresh ? await refresh(provider, tokens) : {}
  const logout = rp.logout && client.buildEndSessionUrl(provider, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: rp.logout, state: 'a b+&é',
  })
  const replayed = await refusal(client.authorizationCodeGrant(provider, received(answer), checks))
  say({ id_token: claims, userinfo, ...refreshed, logout, replayed })
}

// Twice, because the last refresh token that was used may come again for a while.
async function refresh(provider, first) {
  const second = await client.refreshTokenGrant(provider, first.refresh_token)
  const third = await client.refreshTokenGrant(provider, second.refresh_token)
  await client.fetchUserInfo(provider, third.access_token, third.claims().sub)
  return {
    refreshed: third.claims(),
    refresh_replayed: await refusal(client.refreshTokenGrant(provider, first.refresh_token)),
    family_ended: await refusal(client.refreshTokenGrant(provider, third.refresh_token)),
  }
}

// The request by which a browser brings an answer. A posted one can be read once.
function received({ callback, form }) {
  if (form === undefined) return new URL(callback)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return new Request(callback, { method: 'POST', headers, body: form })
}

function refusal(attempt) {
  return attempt.then(
    () => 'accepted',
    (reason) => reason.error ?? String(reason),
  )
}

async function question() {
  for await (const line of createInterface({ input: process.stdin })) return JSON.parse(line)
  throw new Error('no callback came')
}

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n')
}

main()
  .catch((reason) => {
    // The provider's own word where there is one, else the library's code for what it did not accept.
    const why = reason.cause?.message ?? reason.error_description
    const detail = why ? `${reason.message}: ${why}` : reason.message
    say({ error: reason.error ?? reason.code ?? reason.name, detail })
    process.exitCode = 1
  })
  // Neither an open input nor a kept-alive connection shall hold us.
  .finally(() => process.exit())
