// After any sequence of pushes and rule changes, over HTTP: everybody has what a second, plain opinion says they have, at
// once, also while the sweep is under way; and `verify` finds nothing once it is done.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, verified } from '../concurrency/admin.ts';
import { randomFrom } from '../concurrency/crowd.ts';
import {
  type Answer,
  ENTERPRISE,
  GROUP,
  type Operation,
  type ScimClient,
  scimClient,
  USER,
} from '../harness/scim-client.ts';
import { providerWithoutRules, startServer, type TestServer } from '../harness/server.ts';
import { expectedOf, type Model, type ModelGroup, type ModelUser, ruleSets } from './model.ts';

const SEQUENCES = process.env.BIFROST_HEAVY === '1' ? 40 : 4;
const OPERATIONS = 90;
const CHECK_EVERY = 15;
const SEED = Number(process.env.BIFROST_SEED ?? 5);
const TOKEN = 'random-operations-provisioning-token';
const BIN = '0123456789abcdef0123456789abcdef';

const DEPARTMENTS = ['Kites', 'Sails', 'Ropes', 'Übersee'];
const TITLES = ['Lead Maker', 'Maker', 'Weaver'];
const ROLES = ['admin', 'author', 'reader'];
const GROUPS = ['eng-kites', 'eng-sails', 'Orion', 'Vega', 'eng-', 'Zürich'];

interface Shown {
  status: string;
  role: { name: string } | null;
  teams: { name: string }[];
  businessUnits: { name: string }[];
}

/** Without one, the last administrator of the model would stay one by hand. */
async function makeAdminElsewhere({ url, apiKey }: TestServer): Promise<void> {
  const api = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { id: string; scim: { endpoint: string; token: string } };
  };
  const provider = { name: 'elsewhere', kind: 'oidc', clientId: 'x', issuer: 'https://id.contoso.com' };
  const { scim } = await api('/api/providers', { ...provider, scim: {} });
  const client = scimClient(scim.endpoint, scim.token);
  const user = { schemas: [USER], userName: 'chief@elsewhere.example' };
  const { id } = ok(await client.post('/Users', user), 201).resource;
  client.close();
  await api(`/api/users/${id}/grants`, { kind: 'role', target: 'Admin' });
}

describe('a random sequence of operations', () => {
  let server: TestServer;
  let client: ScimClient;

  beforeAll(async () => {
    const block = providerWithoutRules('entra', TOKEN);
    server = await startServer({ config: { providers: [block] } });
    await makeAdminElsewhere(server);
    client = scimClient(server.scim, TOKEN);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  /** One sequence on people and groups of its own; rules are the provider's, so each sequence ends with its own. */
  function sequence(seed: number) {
    const random = randomFrom(seed);
    const model: Model = { users: [], groups: [], rules: ruleSets[0]! };
    let made = 0;
    const one = <T>(list: readonly T[]): T => list[random(list.length)]!;
    const orNull = <T>(list: readonly T[]): T | null => (random(3) === 0 ? null : one(list));
    const some = <T>(list: readonly T[]): T[] => list.filter(() => random(3) === 0);
    const newName = () => `${one(GROUPS)} ${seed}-${made++}`;
    const living = () => model.users.filter((each) => !each.removed);

    const document = (user: Pick<ModelUser, 'userName' | 'department' | 'title' | 'roles' | 'active'>) => ({
      schemas: [USER, ENTERPRISE],
      userName: user.userName,
      active: user.active,
      ...(user.title === null ? {} : { title: user.title }),
      roles: [...user.roles].map((value) => ({ value })),
      ...(user.department === null ? {} : { [ENTERPRISE]: { department: user.department } }),
    });
    const attributes = () => ({
      department: orNull(DEPARTMENTS),
      title: orNull(TITLES),
      roles: new Set(some(ROLES)),
      active: random(4) > 0,
    });
    const patchUser = async (user: ModelUser, operation: Operation) =>
      ok(await client.patch(`/Users/${user.id}`, [operation]), 200);
    const patchGroup = async (group: ModelGroup, ...operations: Operation[]) =>
      ok(await client.patch(`/Groups/${group.id}`, operations), 204);
    const refs = (users: readonly ModelUser[]) => users.map((each) => ({ value: each.id }));
    const idsOf = (users: readonly ModelUser[]) => users.map((each) => each.id);

    async function applyRules(): Promise<void> {
      model.rules = one(ruleSets);
      const send = (method: string, path: string) =>
        fetch(`${server.url}/api/providers/entra/${path}`, {
          method,
          headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(model.rules.mappings),
        });
      const { lose } = (await (await send('POST', 'plan')).json()) as { lose: number };
      const answer = await send('PUT', `mappings?confirm=${lose}`);
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    }

    async function makeUser(): Promise<void> {
      const user = { ...attributes(), userName: `u${seed}-${made++}@kitehaus.example`, removed: false };
      const { id } = ok(await client.post('/Users', document(user)), 201).resource;
      model.users.push({ ...user, id });
    }

    async function makeGroup(): Promise<void> {
      const name = newName();
      const members = some(living());
      const { id } = ok(
        await client.post('/Groups', { schemas: [GROUP], displayName: name, members: refs(members) }),
        201,
      ).resource;
      model.groups.push({ id, name, members: new Set(idsOf(members)) });
    }

    const onUser: readonly ((user: ModelUser) => Promise<void>)[] = [
      async (user) => {
        Object.assign(user, attributes());
        ok(await client.put(`/Users/${user.id}`, document(user)), 200);
      },
      async (user) => {
        user.department = one(DEPARTMENTS);
        await patchUser(user, { op: 'Replace', path: `${ENTERPRISE}:department`, value: user.department });
      },
      async (user) => {
        user.department = null;
        await patchUser(user, { op: 'remove', path: `${ENTERPRISE}:department` });
      },
      async (user) => {
        const value = one(ROLES);
        user.roles.add(value);
        await patchUser(user, { op: 'add', path: 'roles', value: [{ value }] });
      },
      async (user) => {
        const value = one(ROLES);
        user.roles.delete(value);
        await patchUser(user, { op: 'remove', path: `roles[value eq "${value}"]` });
      },
      async (user) => {
        user.active = !user.active;
        await patchUser(user, { op: 'Replace', path: 'active', value: user.active ? 'True' : 'False' });
      },
      async (user) => {
        await patchUser(user, { op: 'replace', path: 'userName', value: `${BIN}${user.userName}` });
        await patchUser(user, { op: 'replace', path: 'userName', value: user.userName });
      },
      async (user) => {
        ok(await client.delete(`/Users/${user.id}`), 204);
        user.removed = true;
        for (const group of model.groups) group.members.delete(user.id);
      },
    ];

    const onGroup: readonly ((group: ModelGroup) => Promise<void>)[] = [
      async (group) => {
        const joins = some(living());
        for (const each of joins) group.members.add(each.id);
        await patchGroup(group, { op: 'Add', path: 'members', value: refs(joins) });
      },
      async (group) => {
        const leaves = some(living());
        for (const each of leaves) group.members.delete(each.id);
        await patchGroup(
          group,
          ...leaves.map((each) => ({ op: 'Remove', path: `members[value eq "${each.id}"]` })),
        );
      },
      async (group) => {
        const members = some(living());
        group.members = new Set(idsOf(members));
        await patchGroup(group, { op: 'replace', path: 'members', value: refs(members) });
      },
      async (group) => {
        group.name = newName();
        await patchGroup(group, { op: 'replace', path: 'displayName', value: group.name });
      },
      async (group) => {
        const members = some(living());
        group.name = newName();
        group.members = new Set(idsOf(members));
        ok(
          await client.put(`/Groups/${group.id}`, {
            schemas: [GROUP],
            displayName: group.name,
            members: refs(members),
          }),
          200,
        );
      },
      async (group) => {
        const [joins, leaves] = [some(living()), some(living())];
        for (const each of leaves) group.members.delete(each.id);
        for (const each of joins) group.members.add(each.id);
        group.name = newName();
        await patchGroup(
          group,
          { op: 'remove', path: 'members', value: refs(leaves) },
          { op: 'replace', path: 'displayName', value: group.name },
          { op: 'add', path: 'members', value: refs(joins) },
        );
      },
      async (group) => {
        ok(await client.delete(`/Groups/${group.id}`), 204);
        model.groups.splice(model.groups.indexOf(group), 1);
      },
    ];

    async function step(): Promise<void> {
      const dice = random(100);
      if (dice < 18 || living().length < 4) return makeUser();
      if (dice < 26 || model.groups.length < 2) return makeGroup();
      if (dice < 30) return applyRules();
      return dice < 62 ? one(onUser)(one(living())) : one(onGroup)(one(model.groups));
    }

    async function check(): Promise<void> {
      for (const user of model.users) {
        const shown = await admin<Shown>(server, `/users/${user.id}`);
        const names = (list: readonly { name: string }[]) => list.map((each) => each.name).sort();
        const is = {
          status: shown.status,
          role: shown.role?.name ?? null,
          teams: names(shown.teams),
          businessUnits: names(shown.businessUnits),
        };
        expect({ rules: model.rules.name, user: user.userName, ...is }).toEqual({
          rules: model.rules.name,
          user: user.userName,
          ...expectedOf(model, user),
        });
      }
    }

    return { applyRules, step, check };
  }

  for (let i = 0; i < SEQUENCES; i++) {
    it(`gives everybody what the rules say, sequence ${i + 1}`, { timeout: 60_000 }, async () => {
      const { applyRules, step, check } = sequence(SEED * 1_000 + i);
      await applyRules();
      for (let n = 1; n <= OPERATIONS; n++) {
        await step();
        if (n % CHECK_EVERY === 0) await check();
      }
      await applyRules();
      await check();
      expect((await verified(server)).problems).toEqual([]);
      await check();
    });
  }
});

function ok(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}\n${answer.exchange}`);
  return answer;
}
