// A SAML identity provider by samlify: lets everybody in at once, as one person, and ends sessions.
//
//     node samlify_idp.mjs '{"port": 8080, "key": "/some/idp.key", "certificate": "/some/idp.crt",
//         "sp_metadata": "/some/silta-metadata.xml", "person": {"urn:oid:2.5.4.4": ["Å"]}, "authn_context": ".."}'
//
// `sp_metadata` is read at each request. /metadata, /sso and /slo speak HTTP-Redirect, and answer a login by HTTP-POST; at /logout
// the person logs out there and at the service provider.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import samlify from 'samlify'

const settings = JSON.parse(process.argv[2])
const url = `http://127.0.0.1:${settings.port}`
const binding = samlify.Constants.namespace.binding.redirect
const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const sessions = new Map() // by cookie

// It insists on a judge of schemas, and brings none.
samlify.setSchemaValidator({ validate: async () => 'not judged' })

// What it fills in has no statement of a login, so that this template does.
const statement =
  '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{SessionIndex}"><saml:AuthnContext>' +
  '<saml:AuthnContextClassRef>{AuthnContext}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>'
const attributes = Object.keys(settings.person).map((name, index) => ({
  name, valueTag: `${index}`, valueXsiType: 'xs:string', nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
}))
const idp = samlify.IdentityProvider({
  entityID: `${url}/metadata`,
  privateKey: readFileSync(settings.key),
  signingCert: readFileSync(settings.certificate),
  wantAuthnRequestsSigned: true,
  wantLogoutRequestSigned: true,
  wantLogoutResponseSigned: true,
  isAssertionEncrypted: true,
  nameIDFormat: [transient],
  singleSignOnService: [{ Binding: binding, Location: `${url}/sso` }],
  singleLogoutService: [{ Binding: binding, Location: `${url}/slo` }],
  loginResponseTemplate: {
    context: samlify.SamlLib.defaultLoginResponseTemplate.context.replace('{AuthnStatement}', statement),
    attributes,
  },
})

const ours = () => samlify.ServiceProvider({
  metadata: readFileSync(settings.sp_metadata),
  wantMessageSigned: true,
  wantLogoutRequestSigned: true,
  wantLogoutResponseSigned: true,
})

async function sso(sp, request) {
  const { extract } = await idp.parseLoginRequest(sp, 'redirect', request)
  const session = { logoutNameID: `_${randomUUID()}`, sessionIndex: `_${randomUUID()}` }
  const fill = (template) => {
    const [now, end] = [0, 300_000].map((later) => new Date(Date.now() + later).toISOString())
    const acs = sp.entityMeta.getAssertionConsumerService('post')
    const id = `_${randomUUID()}`
    const context = samlify.SamlLib.replaceTagsByValue(template, {
      ID: id, AssertionID: `_${randomUUID()}`, IssueInstant: now, Issuer: idp.entityMeta.getEntityID(),
      Destination: acs, SubjectRecipient: acs, Audience: sp.entityMeta.getEntityID(), InResponseTo: extract.request.id,
      StatusCode: samlify.Constants.StatusCode.Success, NameID: session.logoutNameID, NameIDFormat: transient,
      ConditionsNotBefore: now, ConditionsNotOnOrAfter: end, SubjectConfirmationDataNotOnOrAfter: end,
      SessionIndex: session.sessionIndex, AuthnContext: settings.authn_context,
      ...Object.fromEntries(attributes.map(({ name }, index) => [`attr${index}`, settings.person[name][0]])),
    })
    return { id, context }
  }
  // Signed first, its Response would be changed by the encryption.
  const options = { customTagReplacement: fill, encryptThenSign: true, relayState: request.query.RelayState }
  const { context, entityEndpoint, relayState } = await idp.createLoginResponse(sp, { extract }, 'post', {}, options)
  const cookie = randomUUID()
  sessions.set(cookie, session)
  const fields = { SAMLResponse: context, RelayState: relayState }
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}"/>`)
  return { cookie, body: `<form method="post" action="${entityEndpoint}">${inputs.join('')}</form>` }
}

async function slo(sp, request, cookie) {
  if (request.query.SAMLResponse) {
    await idp.parseLogoutResponse(sp, 'redirect', request)
    return { body: 'logged out' }
  }
  const asked = await idp.parseLogoutRequest(sp, 'redirect', request)
  if (sessions.get(cookie)?.logoutNameID !== asked.extract.nameID) throw new Error('it is the session of somebody else')
  sessions.delete(cookie)
  return { to: idp.createLogoutResponse(sp, asked, 'redirect', { relayState: request.query.RelayState }).context }
}

async function answer(request) {
  const [path, query = ''] = request.url.split('?')
  const octets = { query: Object.fromEntries(new URLSearchParams(query)), octetString: query.split('&Signature=')[0] }
  const cookie = /samlify=([^;]+)/.exec(request.headers.cookie)?.[1]
  if (path === '/metadata') return { body: idp.getMetadata() }
  if (path === '/sso') return sso(ours(), octets)
  if (path === '/slo') return slo(ours(), octets, cookie)
  return { to: idp.createLogoutRequest(ours(), 'redirect', sessions.get(cookie)).context }
}

createServer((request, response) => {
  answer(request).then(({ body, to, cookie }) => {
    if (cookie) response.setHeader('Set-Cookie', `samlify=${cookie}`)
    if (to) response.setHeader('Location', to)
    response.writeHead(to ? 302 : 200).end(body)
  }, (reason) => {
    process.stderr.write(`${reason.stack ?? reason}\n`)
    response.writeHead(500).end()
  })
}).listen(settings.port, '127.0.0.1')
