import assert from 'node:assert/strict';
import Cloudflare from 'cloudflare';

const client = new Cloudflare({ maxRetries: 0 });
const all = async (pages) => {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
};
const [zone] = (await all(client.zones.list())).filter((z) => z.name === 'example.com');
const zone_id = zone.id;
const account_id = zone.account.id;

assert.equal((await client.user.tokens.verify()).status, 'active');
assert.equal((await client.zones.get({ zone_id })).name, 'example.com');
assert.ok((await client.ips.list()).ipv4_cidrs.includes('104.16.0.0/13'));
assert.deepEqual(await all(client.accounts.list()), []);
assert.equal((await client.dns.dnssec.get({ zone_id })).status, 'disabled');

// Every type: what is sent, and the content that comes back.
for (const [body, content] of [
  [{ type: 'A', name: 'a', content: '192.0.2.1' }, '192.0.2.1'],
  [{ type: 'AAAA', name: 'a', content: '2001:db8:0:0::1' }, '2001:db8::1'],
  [{ type: 'CNAME', name: 'c', content: 'Mixed.example.net.' }, 'mixed.example.net'],
  [{ type: 'MX', name: 'm', content: 'mx.example.net', priority: 0 }, 'mx.example.net'],
  [{ type: 'NS', name: 'sub', content: 'ns1.example.net' }, 'ns1.example.net'],
  [{ type: 'PTR', name: 'p', content: 'example.net.' }, 'example.net'],
  [{ type: 'TXT', name: 't', content: 'in"side' }, 'in"side'],
  [{ type: 'OPENPGPKEY', name: 'o', content: 'mQINBFUI' }, 'mQINBFUI'],
  [{ type: 'SRV', name: '_s._tcp', data: { priority: 1, weight: 2, port: 3, target: 't.example.net' } }, '2 3 t.example.net'],
  [{ type: 'URI', name: 'u', priority: 10, data: { weight: 5, target: 'http://example.com/x' } }, '5 "http://example.com/x"'],
  [{ type: 'CERT', name: 'x', data: { type: 9, key_tag: 1, algorithm: 8, certificate: 'Zm9v' } }, '9 1 8 Zm9v'],
  [{ type: 'CAA', name: 'x', data: { flags: 128, tag: 'iodef', value: 'mailto:a@example.com' } }, '128 iodef "mailto:a@example.com"'],
  [{ type: 'SMIMEA', name: 's', data: { usage: 3, selector: 0, matching_type: 0, certificate: 'ab12' } }, '3 0 0 AB12'],
  [{ type: 'SSHFP', name: 'x', data: { algorithm: 4, type: 2, fingerprint: 'ab12' } }, '4 2 AB12'],
  [{ type: 'TLSA', name: '_443._tcp', data: { usage: 3, selector: 1, matching_type: 1, certificate: 'ab12' } }, '3 1 1 AB12'],
  [{ type: 'HTTPS', name: 'h', data: { priority: 1, target: '.', value: ' alpn="h3,h2"' } }, '1 . alpn="h3,h2"'],
  [{ type: 'SVCB', name: 'v', data: { priority: 2, target: 'foo.', value: 'port=8443' } }, '2 foo. port=8443'],
  [{ type: 'DS', name: 'sub', data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'ab12' } }, '1 13 2 AB12'],
  [{ type: 'NAPTR', name: 'n', data: { order: 1, preference: 2, flags: 'S', service: 'SIP+D2U', regex: '', replacement: 'a.b.' } },
    '1 2 "S" "SIP+D2U" "" a.b.'],
  [{ type: 'LOC', name: 'l', data: { lat_degrees: 37, lat_minutes: 46, lat_seconds: 46, lat_direction: 'N', long_degrees: 122,
    long_minutes: 23, long_seconds: 35, long_direction: 'W', altitude: 0, size: 100, precision_horz: 0, precision_vert: 0 } },
    '37 46 46.000 N 122 23 35.000 W 0.00 100.00 0.00 0.00'],
]) {
  const made = await client.dns.records.create({ zone_id, ttl: 300, ...body });
  assert.equal(made.content, content, body.type);
  const again = await client.dns.records.update(made.id, { zone_id, ttl: 600, ...body });
  assert.equal(again.ttl, 600, body.type);
}

const shown = await client.dns.records.create({ zone_id, type: 'CNAME', name: 'shown', content: 'example.net', ttl: 1,
  proxied: true, settings: { ipv4_only: true } });
assert.equal(shown.settings.ipv4_only, true);
const edited = await client.dns.records.edit(shown.id, { zone_id, type: 'CNAME', name: 'shown.example.com', ttl: 1, comment: 'c' });
assert.equal(edited.comment, 'c');
const batch = await client.dns.records.batch({ zone_id, deletes: [{ id: shown.id }],
  posts: [{ type: 'A', name: 'b', content: '192.0.2.9', ttl: 1 }] });
assert.equal(batch.posts.length, 1);
assert.ok(String(await client.dns.records.export({ zone_id })).includes('\tIN\tSOA\t'));
assert.equal((await client.dns.records.import({ zone_id, file: 'i.example.com. 300 IN A 192.0.2.77' })).recs_added, 1);

// A token of DNS rights is refused elsewhere, as is what cannot be stored.
for (const [status, code, refused] of [
  [403, 9109, () => client.user.get()],
  [403, 9109, () => all(client.memberships.list())],
  [403, 10000, () => client.pageRules.list({ zone_id })],
  [403, 10000, () => client.zones.settings.get('ssl', { zone_id })],
  [403, 10000, () => client.ssl.universal.settings.get({ zone_id })],
  [403, 10000, () => all(client.customHostnames.list({ zone_id }))],
  [403, 10000, () => all(client.rulesets.list({ zone_id }))],
  [403, 10000, () => client.cache.purge({ zone_id, purge_everything: true })],
  [403, 10000, () => all(client.workers.scripts.list({ account_id }))],
  [404, 81044, () => client.dns.records.get('0123456789abcdef0123456789abcdef', { zone_id })],
  [400, 9039, () => client.dns.records.create({ zone_id, type: 'CNAME', name: 'z', content: 'z.example.com', ttl: 1 })],
  [400, 81058, () => client.dns.records.create({ zone_id, type: 'A', name: 'a', content: '192.0.2.1', ttl: 1 })],
]) {
  await assert.rejects(refused, (e) => e.status === status && e.errors?.[0]?.code === code, `${status} ${code} ${refused}`);
}
