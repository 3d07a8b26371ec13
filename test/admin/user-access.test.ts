// GET /api/users/{id}/access: every reason, winners and losers, and what was looked at.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, startFixture } from './fixture.ts';

interface Held {
  id: string;
  name: string;
  sources: (SourceJson & { cause: string | null })[];
}
interface Explanation {
  active: boolean;
  words: string;
  role: Held | null;
  teams: Held[];
  businessUnits: Held[];
  candidates: {
    role: { name: string };
    won: boolean;
    lost: string | null;
    words: string;
    source: SourceJson;
  }[];
  lookedAt: {
    attribute: string;
    readsFrom: { attributeType: string };
    values: { value: string; channel: string }[];
    rules: { rule: string; matched: boolean }[];
  }[];
  pending: boolean;
}

let api: Fixture;
let amara: string;
let dora: string;
let group: string;

beforeAll(async () => {
  api = await startFixture();
  [amara, dora] = (await api.pushUsers('amara@contoso.com/Sales', 'dora@contoso.com')) as [string, string];
  await api.scim.patch(`/Users/${amara}`, [{ op: 'add', path: 'roles', value: [{ value: 'admin' }] }]);
  group = await api.pushGroup('Platform', [amara]);
});
afterAll(() => api.stop());

const explain = async (id: string) => (await api.get<Explanation>(`/api/users/${id}/access`)).body;

describe('GET /api/users/{id}/access 200', () => {
  it('tells the winner with its reason, and the loser with why it lost', async () => {
    const { role, candidates, words } = await explain(amara);
    expect(role).toMatchObject({
      name: 'Admin',
      sources: [{ by: 'rule', attribute: 'roles', value: 'admin' }],
    });
    expect(candidates.map(({ role: { name }, won, lost }) => [name, won, lost])).toEqual([
      ['Admin', true, null],
      ['Viewer', false, 'fewer-permissions'],
    ]);
    expect(candidates[1]!.words).toBe('Viewer lost to a role with more permissions.');
    expect(candidates[1]!.source).toMatchObject({ attribute: 'department', value: 'Sales', channel: 'scim' });
    expect(words).toBe('Amara has the role Admin.');
  });

  it('tells of a team its group, its rule, since when, and by which request', async () => {
    const { teams } = await explain(amara);
    const request = await api.get<{ items: { id: string }[] }>(`/api/requests?resource=${group}`);
    expect(teams).toHaveLength(1);
    expect(teams[0]).toMatchObject({
      name: 'Platform',
      sources: [
        {
          by: 'rule',
          words: 'In the group "Platform", and groups = "*" gives the team "*".',
          rule: { attribute: 'groups', value: '*', target: '*' },
          group: { id: group, name: 'Platform' },
          channel: 'scim',
          since: expect.stringMatching(/^\d{4}-/),
          cause: request.body.items.at(-1)!.id,
        },
      ],
    });
  });

  it('tells of nobody with a role what the rules looked at and what it held', async () => {
    const { role, candidates, lookedAt, words } = await explain(dora);
    expect({ role, candidates }).toEqual({ role: null, candidates: [] });
    expect(words).toBe('Dora has no role, because no role rule matches, and cannot sign in.');
    expect(lookedAt).toEqual([
      {
        attribute: 'roles',
        readsFrom: { attributeType: 'user', attributeValue: 'roles' },
        values: [],
        rules: [{ rule: 'roles = "admin" gives the role "Admin"', matched: false }],
      },
      {
        attribute: 'department',
        readsFrom: { attributeType: 'user', attributeValue: 'department' },
        values: [],
        rules: [{ rule: 'department = "*" gives the role "Viewer"', matched: false }],
      },
    ]);
  });

  it('says of a suspended user that all of it is dormant', async () => {
    await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'active', value: false }]);
    const { active, role, words, teams } = await explain(amara);
    expect({ active, role: role?.name, teams: teams.length }).toEqual({
      active: false,
      role: 'Admin',
      teams: 1,
    });
    expect(words).toBe('Amara has the role Admin; suspended, so all of it is dormant.');
  });

  it('says of a removed user that nothing is left', async () => {
    await api.scim.delete(`/Users/${dora}`);
    expect(await explain(dora)).toMatchObject({
      active: false,
      role: null,
      teams: [],
      businessUnits: [],
      words: 'Dora was removed and has no access.',
    });
  });
});

describe('GET /api/users/{id}/access 404', () => {
  it('for nobody', async () => {
    expect((await api.get('/api/users/nobody/access')).problem.reason).toBe('notFound');
  });
});
