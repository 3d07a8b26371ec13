// GET /api/audit/evidence: a pack says of everybody what access at that moment says of each, and whoever gets it can check it with
// openssl and sha256sum alone.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PastAccess } from '../../src/edge/admin/past-access.ts';
import { inspectPack } from '../../src/evidence/inspected-pack.ts';
import type { Manifest } from '../../src/evidence/manifest.ts';
import { providerWithoutRules } from '../harness/server.ts';
import { contentOf, type PackedEntry, unpacked } from './evidence-pack.ts';
import { type Fixture, keys, startFixture, told } from './fixture.ts';
import { keyOf, personNamed } from './signed-in.ts';

const TOKEN = 'evidence-provisioning-token-0001';

/** How often the caller of a stream is still asked for before it is a day later; null: it goes on as it does. */
let asksLeft: number | null = null;
const clock = {
  now() {
    // Others look at the clock at any moment; this is what the API does for an answer that goes on.
    if (asksLeft !== null && new Error().stack?.includes('at again ')) asksLeft -= 1;
    return Date.now() + (asksLeft !== null && asksLeft < 0 ? 86_400_000 : 0);
  },
};

let api: Fixture;
let people: string[];
/** Before anything of what is done later. */
let then: number;

beforeAll(async () => {
  const block = providerWithoutRules('entra', TOKEN);
  api = await startFixture({ config: { providers: [block] }, clock });
  Object.assign(api.scim, (await import('../harness/scim-client.ts')).scimClient(api.server.scim, TOKEN));
  await rulesOf('Viewer');
  people = await api.pushUsers('amara@contoso.com/Sales', 'noor@contoso.com/Ropes', 'kim@contoso.com');
  await api.pushGroup('Platform', people.slice(0, 2));
  await api.scim.patch(`/Users/${people[1]}`, [{ op: 'replace', path: 'active', value: false }]);
  await api.send('POST', '/api/roles', { body: { name: 'Auditor', permissions: ['audit:read'] } });
  await api.send('POST', '/api/roles', { body: { name: 'Passing', permissions: ['users:read'] } });
  const [gone] = await api.pushUsers('gone@contoso.com/Sales');
  await api.scim.delete(`/Users/${gone}`);
  await api.scim.patch(`/Users/${people[2]}`, [
    { op: 'replace', path: 'displayName', value: '=HYPERLINK("https://x.example"),\n"Kim"' },
  ]);
  await api.settled();
  then = await api.server.ledger.lastPosition();
}, 60_000);
afterAll(() => api.stop());

async function rulesOf(role: string): Promise<void> {
  const body = {
    attributeRoleMappings: [{ attribute: 'department', value: '*', role }],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
  };
  const answer = await api.send('PUT', '/api/providers/entra/mappings', { body });
  expect(answer.status).toBeLessThan(300);
}

async function packOf(query: string): Promise<{ bytes: Buffer; name: string | null }> {
  const answer = await fetch(`${api.server.url}/api/audit/evidence?${query}`, {
    headers: { authorization: `Bearer ${keys.admin}` },
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
  return {
    bytes: Buffer.from(await answer.arrayBuffer()),
    name: answer.headers.get('content-disposition'),
  };
}

const entriesOf = async (query: string) => unpacked((await packOf(query)).bytes);
const manifestOf = (entries: readonly PackedEntry[]) =>
  JSON.parse(contentOf(entries, 'manifest.json')) as Manifest;

async function* chunksOf(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a pack', () => {
  it('says of everybody what access at that moment says of each, and names who made it', async () => {
    const entries = await entriesOf(`position=${then}`);
    const lines = contentOf(entries, 'access-0001.jsonl').trimEnd().split('\n');
    const said = lines.map((line) => JSON.parse(line) as PastAccess);
    expect(said.map(({ user }) => user.id)).toEqual(people);
    for (const person of said) {
      const { body } = await api.get(`/api/users/${person.user.id}/access?position=${then}`);
      expect(person).toEqual(body);
    }
    const csv = (await api.get(`/api/audit/access?position=${then}&format=csv`)).text;
    expect(contentOf(entries, 'access-0001.csv')).toBe(csv);
    const without = contentOf(entries, 'people-without-role-0001.csv');
    expect(without).toMatch(/^provider,user,userName,displayName,status\r\n/);
    expect(without).toContain(`${people[2]},kim@contoso.com,"'=HYPERLINK(`);
    expect(manifestOf(entries)).toMatchObject({
      bifrost: 'evidence',
      installation: api.server.url,
      at: said[0]!.at,
      log: { position: then },
      counts: { people: 3, active: 2, suspended: 1, withoutRole: 1 },
      made: { by: { kind: 'key', name: 'ops' } },
      files: entries.slice(0, -2).map(({ name, content }) => ({ name, bytes: content.length })),
    });
    expect(entries.slice(-2).map(({ name }) => name)).toEqual(['manifest.json', 'manifest.sig']);
  });

  it('has the hash of its place in the log', async () => {
    const { log } = manifestOf(await entriesOf(`position=${then}`));
    const at = async (place: number) =>
      (await api.get<{ items: { hash: string }[] }>(`/api/audit?place=${place}`)).body.items[0]!.hash;
    expect(log).toEqual({ position: then, hash: await at(then), firstHash: await at(1) });
  });

  it('is checked as its README says, with openssl and sha256sum', async () => {
    const { bytes, name } = await packOf(`position=${then}`);
    const file = /filename="(bifrost-evidence-\d{4}-\d\d-\d\d\.tar)"/.exec(name!)![1]!;
    const folder = await mkdtemp(join(tmpdir(), 'bifrost-evidence-'));
    try {
      await writeFile(join(folder, file), bytes);
      const readme = contentOf(unpacked(bytes), 'README.txt');
      const commands = readme.split('\n').filter((line) => line.startsWith('  ') && !line.startsWith('   '));
      expect(commands).toHaveLength(4);
      const script = ['set -eo pipefail', 'mkdir pack', 'cd pack', ...commands].join('\n');
      const named = script.replace('bifrost-evidence-....tar', file);
      const { stdout } = await promisify(execFile)('bash', ['-c', named], { cwd: folder });
      expect(stdout).toContain('Signature Verified Successfully');
      const ok = ['README.txt', 'rules.json', 'roles.json', 'access-0001.csv', 'access-0001.jsonl'];
      for (const each of ok) expect(stdout).toContain(`${each}: OK`);
      await expect(
        promisify(execFile)('bash', ['-c', `cd pack && echo >> roles.json && ${commands[3]}`], {
          cwd: folder,
        }),
      ).rejects.toMatchObject({ stdout: expect.stringContaining('roles.json: FAILED') });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has the same files for the same moment, whatever happened since', async () => {
    const before = await entriesOf(`position=${then}`);
    const roles = (await api.get<{ items: { id: string; name: string }[] }>('/api/roles')).body.items;
    const [auditor, passing] = ['Auditor', 'Passing'].map(
      (name) => roles.find((role) => role.name === name)!,
    );
    await rulesOf('Developer');
    const body = { permissions: ['audit:read', 'users:read'] };
    await api.send('PUT', `/api/roles/${auditor!.id}/permissions`, { body });
    await api.send('DELETE', `/api/roles/${passing!.id}`);
    await api.send('POST', '/api/roles', { body: { name: 'Later' } });
    await api.scim.patch(`/Users/${people[0]}`, [{ op: 'replace', path: 'displayName', value: 'Otherwise' }]);
    await api.scim.delete(`/Users/${people[1]}`);
    await api.pushUsers('later@contoso.com/Sales');
    await api.settled();
    const after = await entriesOf(`position=${then}`);
    expect(manifestOf(after).files).toEqual(manifestOf(before).files);
    expect(after.slice(0, -2)).toEqual(before.slice(0, -2));

    const now = await entriesOf('');
    const namesIn = (entries: readonly PackedEntry[]) =>
      (JSON.parse(contentOf(entries, 'roles.json')) as { name: string; permissions: string[] }[])
        .filter(({ name }) => ['Auditor', 'Later', 'Passing'].includes(name))
        .map(({ name, permissions }) => `${name}: ${permissions.join(' ')}`);
    expect(namesIn(after)).toEqual(['Auditor: audit:read', 'Passing: users:read']);
    expect(namesIn(now)).toEqual(['Auditor: users:read audit:read', 'Later: ']);
    const rulesIn = (entries: readonly PackedEntry[]) =>
      (JSON.parse(contentOf(entries, 'rules.json')) as [{ number: number; rules: object }])[0];
    const given = (role: string) => ({
      provider: { name: 'entra' },
      appliedBy: { name: expect.stringContaining('ops') },
      rules: { attributeRoleMappings: [{ attribute: 'department', value: '*', role, sticky: false }] },
    });
    expect(rulesIn(after)).toMatchObject(given('Viewer'));
    expect(rulesIn(now)).toMatchObject(given('Developer'));
    expect(rulesIn(now).number).toBeGreaterThan(rulesIn(after).number);
  });

  it('is read alike in whatever pieces it comes', async () => {
    const { bytes } = await packOf(`position=${then}`);
    for (const length of [1, 511, 512, 513, bytes.length]) {
      const { problems, manifest } = await inspectPack(chunksOf(bytes, length));
      expect([problems, manifest?.log.position]).toEqual([[], then]);
    }
  });
});

describe('its key', () => {
  it('is told once in the log, when it first signs, and stands at an open address', async () => {
    const first = await startFixture();
    try {
      await first.pushUsers('amara@contoso.com/Sales');
      const make = () => first.get('/api/audit/evidence');
      const events = await first.eventsOf(() => Promise.all([make(), make(), make()]));
      expect(told(events)).toEqual(['settings.updated -> settings evidenceKeys']);
      expect(await first.eventsOf(make)).toEqual([]);
      const answer = await fetch(`${first.server.url}/.well-known/bifrost-evidence-keys`);
      const { keys: published } = (await answer.json()) as { keys: { kid: string; crv: string }[] };
      expect(published).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }]);
      expect(Object.keys(published[0]!)).not.toContain('d');
      const pem = await fetch(`${answer.url}/${published[0]!.kid}`);
      expect(await pem.text()).toContain('BEGIN PUBLIC KEY');
      expect((await fetch(`${answer.url}/another`)).status).toBe(404);
    } finally {
      await first.stop();
    }
  });
});

describe('whoever may not have it any more', () => {
  it.each([
    ['before anybody is told of', 0],
    ['before it is signed', 1],
  ])('gets a file that is cut, and no signature: %s', async (_, asks) => {
    const owner = await personNamed(api, `chief${asks}`, 'Admin');
    const key = await keyOf(api, owner, { expiresAt: Date.now() + 3_600_000 });
    const ask = () =>
      fetch(`${api.server.url}/api/audit/evidence`, { headers: { authorization: `Bearer ${key}` } });
    const whole = Buffer.from(await (await ask()).arrayBuffer());
    asksLeft = asks;
    const answer = await ask();
    expect(answer.status).toBe(200);
    const got: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body!) got.push(Buffer.from(chunk));
    })().finally(() => {
      asksLeft = null;
    });
    await expect(reading).rejects.toThrow();
    const { problems, isCut, signed } = await inspectPack(chunksOf(Buffer.concat(got), 1 << 16));
    expect(Buffer.concat(got).length).toBeLessThan(whole.length);
    expect({ isCut, signed }).toEqual({ isCut: true, signed: null });
    expect(problems[0]).toMatch(/^It was cut off behind byte \d+\.$/);
  });
});

describe('refused', () => {
  it.each([
    ['at=2001-01-01T00:00:00Z', 'the log of events begins at'],
    ['position=999999999', 'The log ends at place'],
    ['position=1&at=2026-01-01', 'not both'],
  ])('a moment that is none: %s', async (moment, words) => {
    const answer = await api.get(`/api/audit/evidence?${moment}`);
    expect([answer.status, answer.problem.detail]).toEqual([400, expect.stringContaining(words)]);
  });
});
