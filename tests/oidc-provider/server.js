// Issuers of access tokens, by the provider of others: one for each algorithm, each on a port of its own.
//
// It prints one line of JSON, {"RS256": "http://127.0.0.1:…", …}, once all listen. Then it takes a line at a time and prints
// "done": "rotate" signs with a new key and still publishes the old one, "withdraw" publishes the latest alone. It ends with
// its standard input.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const AUDIENCE = 'bff-web';

const generate = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

function newKey(alg, number) {
  const jwk = generate[alg]().privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: `${alg}-${number}`, alg, use: 'sig' };
}

class Issuer {
  constructor(alg, url) {
    this.alg = alg;
    this.url = url;
    this.made = 0;
    this.keys = [];
    this.rotate();
  }

  rotate() {
    this.made += 1;
    this.keys.unshift(newKey(this.alg, this.made));
    this.publish();
  }

  withdraw() {
    this.keys.length = 1;
    this.publish();
  }

  publish() {
    const { alg, keys } = this;
    const provider = new Provider(this.url, {
      jwks: { keys },
      clients: [{
        client_id: 'alice',
        client_secret: 'a-secret-that-everybody-knows',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: alg,
      }],
      ttl: { ClientCredentials: 600 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            audience: AUDIENCE,
            scope: 'orders:read orders:write reports:read',
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg, kid: keys[0].kid } },
          }),
        },
      },
    });
    this.handler = provider.callback();
  }
}

const issuers = await Promise.all(Object.keys(generate).map((alg) => new Promise((resolve, reject) => {
  let issuer;
  const server = createServer((request, response) => issuer.handler(request, response));
  server.on('error', reject);
  server.listen(0, '127.0.0.1', () => {
    issuer = new Issuer(alg, `http://127.0.0.1:${server.address().port}`);
    resolve(issuer);
  });
})));

process.stdout.write(`${JSON.stringify(Object.fromEntries(issuers.map(({ alg, url }) => [alg, url])))}\n`);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  issuers.forEach((issuer) => issuer[line]());
  process.stdout.write('done\n');
});
lines.on('close', () => process.exit(0));
