// An OpenID Provider by oidc-provider: everybody who comes is logged in at once, as the person who is set.
//
//     node oidc_provider.mjs '{"issuer": "http://127.0.0.1:8080", "client": {"client_id": "..", ..},
//         "acr_values": [".."], "claims": ["given_name", ..], "claims_in_id_token": true}'
//
// It listens at a free port of 127.0.0.1 and prints {"listening": port}; `issuer` is the address that leads there.
// `client` is the client's metadata [OIDC Registration §2]. POST /person {"sub", "acr", "claims", "cancel", "age"}
// changes who logs in: "cancel" makes them turn back, "age" is how many seconds ago they authenticated. Its keys
// (RS256, PS256, ES256) are new at every start, and so are their kids.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const settings = JSON.parse(process.argv[2])
let person = {}

async function key(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomUUID() }
}

const findAccount = (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...person.claims }) })

// Nobody is asked for consent: the grant is always there.
async function loadExistingGrant(context) {
  const { client, params, session, provider } = context.oidc
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope(params.scope)
  await grant.save()
  return grant
}

const provider = new Provider(settings.issuer, {
  acrValues: settings.acr_values,
  claims: { openid: ['sub', ...settings.claims] },
  clients: [settings.client],
  conformIdTokenClaims: !settings.claims_in_id_token,
  cookies: { keys: [randomUUID()], long: { sameSite: 'none' } },
  // Its logout takes forms too [OIDC RP-Initiated Logout §2], and then wants cookies that come with them.
  enableHttpPostMethods: true,
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    // Whoever comes to log out means it.
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        const yes = '<input type="hidden" name="logout" value="yes"></form>'
        context.body = `<!DOCTYPE html><body>${form.replace('</form>', yes)}</body>`
      },
    },
  },
  // Our keys are on this machine, which its own dispatcher never calls.
  fetch: (url, { dispatcher: _dispatcher, ...options }) => fetch(url, options),
  findAccount,
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: await Promise.all(['RS256', 'PS256', 'ES256'].map(key)) },
  loadExistingGrant,
})
const callback = provider.callback()
// Why we could not authenticate, or a code was not redeemed: nothing of it names a person.
provider.on('backchannel.error', (_context, { message }) => process.stderr.write(`back channel: ${message}\n`))
provider.on('grant.error', (_context, { error, error_detail: detail, cause }) => {
  process.stderr.write(`${error}: ${detail ?? ''} ${cause?.message ?? ''}\n`)
})

async function interact(request, response) {
  if (person.cancel) return provider.interactionFinished(request, response, { error: 'access_denied' })
  const ts = Math.floor(Date.now() / 1000) - (person.age ?? 0)
  const login = { accountId: person.sub, acr: person.acr, ts }
  return provider.interactionFinished(request, response, { login })
}

async function answer(request, response) {
  if (request.url.startsWith('/interaction/')) return interact(request, response)
  if (request.url !== '/person') return callback(request, response)
  let body = ''
  for await (const part of request) body += part
  person = JSON.parse(body)
  response.writeHead(204).end()
}

const server = createServer((request, response) => {
  // Of what fails, the name alone: a message may hold what a person is called.
  answer(request, response).catch((reason) => {
    process.stderr.write(`${reason.name}\n`)
    response.writeHead(500).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ listening: server.address().port }) + '\n')
})
