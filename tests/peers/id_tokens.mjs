// Makes ID tokens with jose, each with the verdict that a strict relying party must reach:
//     node id_tokens.mjs
// crates/oidc/src/rp/id_token/foreign.json keeps what this and id_tokens.py print, in one array.
import * as jose from 'jose';

const now = 1763726400;
const claims = {
  iss: 'https://op.example',
  sub: 'k3x9-subject',
  aud: 'silta',
  exp: now + 300,
  iat: now,
  nonce: Buffer.alloc(32, 2).toString('base64url'),
  auth_time: now - 10,
  acr: 'urn:high',
  given_name: 'Nordea',
};
const keys = {};
for (const alg of ['RS256', 'PS256', 'ES256', 'ES384']) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  keys[alg] = { privateKey, jwk: { ...(await jose.exportJWK(publicKey)), kid: alg, alg, use: 'sig' } };
}
const sign = (alg, header = {}, key = keys[alg].privateKey) =>
  new jose.SignJWT(claims).setProtectedHeader({ alg, kid: alg, ...header }).sign(key);
const octets = (text) => new TextEncoder().encode(text);
const { publicKey: reader } = await jose.generateKeyPair('RSA-OAEP-256');
const pem = await jose.exportSPKI(await jose.importJWK(keys.RS256.jwk, 'RS256'));

const tokens = [
  { name: 'RS256', verdict: 'good', token: await sign('RS256') },
  { name: 'PS256', verdict: 'good', token: await sign('PS256') },
  { name: 'ES256', verdict: 'good', token: await sign('ES256') },
  { name: 'ES384', verdict: 'algorithm', token: await sign('ES384') },
  { name: 'another kid', verdict: 'unknown kid', token: await sign('RS256', { kid: 'another' }) },
  { name: 'the kid of another key', verdict: 'signature', token: await sign('PS256', { kid: 'PS256' }, (await jose.generateKeyPair('PS256')).privateKey) },
  { name: 'unsecured', verdict: 'unsigned', token: new jose.UnsecuredJWT(claims).encode() },
  { name: 'HS256 with the public key in PEM', verdict: 'algorithm', token: await sign('HS256', { kid: 'RS256' }, octets(pem)) },
  { name: 'HS256 with the public key as JWK', verdict: 'algorithm', token: await sign('HS256', { kid: 'RS256' }, octets(JSON.stringify(keys.RS256.jwk))) },
  {
    name: 'b64 and crit', verdict: 'extension',
    token: await new jose.CompactSign(octets(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'RS256', kid: 'RS256', b64: true, crit: ['b64'] })
      .sign(keys.RS256.privateKey, { crit: { b64: true } }),
  },
  {
    name: 'encrypted', verdict: 'encrypted',
    token: await new jose.CompactEncrypt(octets(await sign('RS256')))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(reader),
  },
];
const jwks = { keys: Object.values(keys).map(({ jwk }) => jwk) };
console.log(JSON.stringify({ maker: 'jose', jwks, tokens }, null, 1));
