import acme from 'acme-client';

const base = 'https://api.cloudflare.com/client/v4/zones';
const headers = { authorization: `Bearer ${process.env.TOKEN}` };
const call = async (path, options = {}) => (await fetch(base + path, { headers, ...options })).json();
const zone = (await call('?name=example.com')).result[0].id;
const made = new Map();

acme.axios.defaults.acmeSettings.bypassCustomDnsResolver = true;
const client = new acme.Client({
  directoryUrl: acme.directory.letsencrypt.production,
  accountKey: await acme.crypto.createPrivateKey(),
});
const [, csr] = await acme.crypto.createCsr({ altNames: ['n.example.com', '*.n.example.com'] });
const certificate = await client.auto({
  csr,
  email: 'a@example.com',
  termsOfServiceAgreed: true,
  challengePriority: ['dns-01'],
  challengeCreateFn: async (authorization, challenge, key) => {
    const name = `_acme-challenge.${authorization.identifier.value}`;
    const body = JSON.stringify({ type: 'TXT', name, content: key, ttl: 60 });
    made.set(key, (await call(`/${zone}/dns_records`, { method: 'POST', body })).result.id);
  },
  challengeRemoveFn: async (authorization, challenge, key) =>
    call(`/${zone}/dns_records/${made.get(key)}`, { method: 'DELETE' }),
});
const { domains } = acme.crypto.readCertificateInfo(certificate);
if (domains.altNames.length !== 2) throw new Error(`names ${domains.altNames}`);
await client.revokeCertificate(certificate);
await client.updateAccount({ contact: ['mailto:b@example.com'] });
