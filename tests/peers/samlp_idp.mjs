// A SAML identity provider by Auth0's samlp: lets everybody in at once, as one person, and ends sessions.
//
//     node samlp_idp.mjs '{"port": 8080, "key": "/some/idp.key", "certificate": "/some/idp.crt",
//         "sp_metadata": "/some/silta-metadata.xml", "person": {"urn:oid:2.5.4.4": ["Å"]}, "authn_context": ".."}'
//
// `sp_metadata` is read at each request. /metadata, /sso and /slo speak HTTP-Redirect, and answer a login by HTTP-POST; at /logout
// the person logs out there and at the service provider. samlp reads no metadata of service providers: what it wants to be
// told is taken from the document here.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import samlp from 'samlp'

const settings = JSON.parse(process.argv[2])
const [key, cert] = [settings.key, settings.certificate].map((path) => readFileSync(path))
const issuer = `http://127.0.0.1:${settings.port}/metadata`
const browsers = new Map() // by cookie: what it is logged in to, and what samlp remembers

function ours() {
  const metadata = readFileSync(settings.sp_metadata, 'utf8')
  const found = (pattern) => pattern.exec(metadata)[1]
  const pem = (text) => `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`
  const key = (use) => pem(found(new RegExp(`use="${use}".*?X509Certificate>([^<]+)`)))
  return {
    entityId: found(/entityID="([^"]+)"/),
    acs: found(/AssertionConsumerService [^>]*Location="([^"]+)"/),
    slo: found(/SingleLogoutService [^>]*HTTP-Redirect" Location="([^"]+)"/),
    signing: key('signing'),
    encryption: key('encryption'),
  }
}

const nameIdentifier = () => `_${randomUUID()}`

function sso(participants) {
  const sp = ours()
  const session = {
    serviceProviderId: sp.entityId, serviceProviderLogoutURL: sp.slo, cert: sp.signing, nameId: nameIdentifier(),
    nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient', sessionIndex: nameIdentifier(),
  }
  participants.splice(0, participants.length, session)
  return samlp.auth({
    issuer, key, cert, audience: sp.entityId, recipient: sp.acs, destination: sp.acs, signingCert: sp.signing,
    getPostURL: (_audience, _request, _req, callback) => callback(null, sp.acs),
    getUserFromRequest: () => settings.person,
    profileMapper: (person) => ({
      getClaims: () => person,
      getNameIdentifier: () => ({ nameIdentifier: session.nameId, nameIdentifierFormat: session.nameIdFormat }),
    }),
    sessionIndex: session.sessionIndex, authnContextClassRef: settings.authn_context, lifetimeInSeconds: 300,
    signResponse: true, encryptionCert: sp.encryption, encryptionPublicKey: sp.encryption,
  })
}

const slo = (participants) => samlp.logout({
  issuer, key, cert, deflate: true, protocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256',
  sessionParticipants: new SessionParticipants(participants),
})

// Of the package, which does not export it.
const { default: SessionParticipants } = await import('./node_modules/samlp/lib/sessionParticipants/index.js')
const metadata = samlp.metadata({
  issuer, cert, redirectEndpointPath: '/sso', postEndpointPath: '/sso', logoutEndpointPaths: { redirect: '/slo' },
})

// samlp wants what express makes of a request and an answer.
createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, issuer)
  const cookie = /samlp=([^;]+)/.exec(req.headers.cookie)?.[1] ?? randomUUID()
  if (!browsers.has(cookie)) browsers.set(cookie, { session: {}, participants: [] })
  const { session, participants } = browsers.get(cookie)
  Object.assign(req, { query: Object.fromEntries(searchParams), body: {}, originalUrl: req.url, protocol: 'http', session })
  res.setHeader('Set-Cookie', `samlp=${cookie}`)
  res.set = (name, value) => res.setHeader(name, value)
  res.send = (body) => res.end(typeof body === 'number' ? 'logged out' : body)
  res.redirect = (to) => res.writeHead(302, { Location: to }).end()
  const work = { '/metadata': () => metadata, '/sso': () => sso(participants) }[pathname] ?? (() => slo(participants))
  work()(req, res, (reason) => {
    process.stderr.write(`${reason?.stack ?? reason}\n`)
    res.writeHead(500).end()
  })
}).listen(settings.port, '127.0.0.1')
