// status, user, explain and verify give the same answer whichever way they take.

import { describe, expect, inject, test } from 'vitest';
import { onEveryWay } from './every-way.ts';

onEveryWay((ground) => {
  describe('status', () => {
    test('says which way it came and how much there is', async () => {
      const { code, out } = await ground.cli('status');
      expect(code).toBe(0);
      expect(out).toMatch(/Users +3\n/);
      const told = (await ground.cli('status', '--json')).json<{ via: string; counts: { groups: number } }>();
      expect(told).toMatchObject({
        via: ground.way,
        engine: inject('engine'),
        counts: { users: 3, groups: 1 },
      });
    });
  });

  describe('user list', () => {
    test('a table with who has what', async () => {
      const { code, out, err } = await ground.cli('user', 'list');
      expect(code).toBe(0);
      const [heading, ...rows] = out.trimEnd().split('\n');
      expect(heading).toMatch(
        /^USER NAME +DISPLAY NAME +STATUS +ROLE +TEAMS +BUSINESS UNITS +PROVIDER +PROVISIONED$/,
      );
      expect(rows[0]).toMatch(
        /^amara@contoso.com +Amara Osei +active +Admin +Platform +Support +entra +2\d{3}-/,
      );
      expect(rows[1]).toMatch(/^kim@contoso.com +kim@contoso.com +active +none +- +Sales +entra /);
      expect(rows[2]).toMatch(/^noor@contoso.com +Noor Haddad +suspended +Viewer +Platform +Support +entra /);
      expect(rows).toHaveLength(3);
      expect(err).toBe('3 of 3\n');
    });

    test.each([
      [['--status', 'suspended'], ['noor@contoso.com']],
      [['--role', 'none'], ['kim@contoso.com']],
      [
        ['--team', 'Platform'],
        ['amara@contoso.com', 'noor@contoso.com'],
      ],
      [['--business-unit', 'Sales'], ['kim@contoso.com']],
      [['--search', 'osei'], ['amara@contoso.com']],
      [['--provider', 'bare'], []],
      [
        ['--sort=-userName', '--limit', '2'],
        ['noor@contoso.com', 'kim@contoso.com'],
      ],
    ])('filters %j', async (options, expected) => {
      const { items } = (await ground.cli('user', 'list', ...options, '--json')).json<{
        items: { userName: string }[];
      }>();
      expect(items.map((user) => user.userName)).toEqual(expected);
    });

    test('pages: the rest by cursor, or all at once', async () => {
      const first = await ground.cli('user', 'list', '--limit', '2');
      const [, cursor] = /--cursor=(\S+)/.exec(first.err) ?? [];
      const rest = await ground.cli('user', 'list', `--cursor=${cursor}`, '--json');
      expect(rest.json<{ items: { userName: string }[] }>().items.map((user) => user.userName)).toEqual([
        'noor@contoso.com',
      ]);
      const all = (await ground.cli('user', 'list', '--all', '--json')).json<{
        items: unknown[];
        nextCursor: null;
      }>();
      expect(all.items).toHaveLength(3);
      expect(all.nextCursor).toBeNull();
    });

    test('nobody fits: says so, exit code 0', async () => {
      const { code, out } = await ground.cli('user', 'list', '--search', 'nobody at all');
      expect({ code, out }).toEqual({ code: 0, out: 'No user fits.\n' });
    });
  });

  describe('user show', () => {
    test.each([
      ['id', () => ground.people.amara],
      ['userName in any case', () => 'AMARA@contoso.com'],
      ['externalId', () => 'ext-amara'],
    ])('by %s', async (_, name) => {
      const { code, out } = await ground.cli('user', 'show', name());
      expect(code).toBe(0);
      expect(out.split('\n')[0]).toBe('Amara Osei');
      expect(out).toMatch(/Role +Admin\n/);
      expect(out).toContain(ground.people.amara);
    });

    test('why somebody is suspended', async () => {
      const { out } = await ground.cli('user', 'show', 'noor@contoso.com');
      expect(out).toMatch(/Status +suspended\n/);
      expect(out).toMatch(/Suspended because +the provider says so by SCIM\n/);
    });

    test('as JSON it is the user of the API', async () => {
      const user = (await ground.cli('user', 'show', ground.people.kim, '--json')).json();
      expect(user).toMatchObject({
        id: ground.people.kim,
        userName: 'kim@contoso.com',
        status: 'active',
        role: null,
      });
    });

    test('nobody of that name: exit code 1 and how to look', async () => {
      const { code, out, err } = await ground.cli('user', 'show', 'nobody');
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('No user has the id, userName or externalId "nobody".');
      expect(err).toContain('bifrost user list --search');
    });

    test('not of the provider that was named', async () => {
      const { code, err } = await ground.cli('user', 'show', 'amara@contoso.com', '--provider', 'bare');
      expect(code).toBe(1);
      expect(err).toContain('No user of the provider "bare"');
    });
  });

  describe('explain', () => {
    test('the winner, the loser and why, teams by their group, the unit by its value', async () => {
      const { code, out } = await ground.cli('explain', 'ext-amara');
      expect(code).toBe(0);
      expect(out).toContain('Amara Osei has the role Admin.');
      expect(out).toMatch(
        /title is "Head of Support" \(by scim\), and title = "Head\*" gives the role "Admin"\./,
      );
      expect(out).toContain(
        'Also in question (the role with the most permissions wins; between equals the earlier rule)',
      );
      expect(out).toMatch(/Viewer lost to a role with more permissions\. \(\d+ permissions\)/);
      expect(out).toContain('In the group "Platform"');
      expect(out).toContain('department is "Support" (by scim)');
      expect(out).toMatch(/matches title = "Head\*" gives the role "Admin"/);
    });

    test('no role: what was looked at and what it held', async () => {
      const { out } = await ground.cli('explain', 'kim@contoso.com');
      expect(out).toContain('has no role, because no role rule matches, and cannot sign in.');
      expect(out).toMatch(/title: "Engineer" \(by scim\)\n +no match title = "Head\*"/);
      expect(out).toMatch(/department: "Sales" \(by scim\)\n +no match department = "Support"/);
    });

    test('a suspended user: their access is dormant', async () => {
      const { out } = await ground.cli('explain', ground.people.noor);
      expect(out).toContain('has the role Viewer; suspended, so all of it is dormant.');
    });

    test('as it was at a past moment', async () => {
      const { code, out } = await ground.cli('explain', 'ext-amara', '--at', new Date().toISOString());
      expect(code).toBe(0);
      expect(out).toContain('Amara Osei had the role Admin.');
      expect(out).toMatch(
        /title is "Head of Support" \(by scim\), and title = "Head\*" gives the role "Admin"\./,
      );
      expect(out).toContain('In the group "Platform"');
      const early = await ground.cli('explain', 'ext-amara', '--at', '2001-01-01');
      expect([early.code, early.err]).toEqual([2, expect.stringContaining('the log of events begins at')]);
    });

    test('a request that was never logged cannot be replayed', async () => {
      const { code, err } = await ground.cli('request', 'replay', 'nothing');
      expect([code, err]).toEqual([expect.any(Number), expect.stringContaining('There is no request')]);
      expect(code).not.toBe(0);
    });

    // Where a server runs, "tail" does not end.
    test.runIf(ground.way === 'in-process')(
      'a replay that would be refused is a no: exit code 1',
      async () => {
        const lines = (await ground.cli('tail', '--requests', '--json')).out.trimEnd().split('\n');
        const requests = lines.map(
          (line) => JSON.parse(line) as { id: string; method: string; path: string },
        );
        const made = requests.find(({ method, path }) => method === 'POST' && path.endsWith('/Users'))!;
        const { code, out } = await ground.cli('request', 'replay', made.id);
        expect([code, out]).toEqual([1, expect.stringContaining('(409)')]);
      },
    );

    test('as JSON: candidates, sources and what was looked at', async () => {
      const told = (await ground.cli('explain', ground.people.amara, '--json')).json();
      expect(told).toMatchObject({
        role: { name: 'Admin', sources: [{ by: 'rule', attribute: 'title' }] },
        candidates: [
          { role: { name: 'Admin' }, won: true, lost: null },
          { role: { name: 'Viewer' }, won: false, lost: 'fewer-permissions' },
        ],
        lookedAt: [{ attribute: 'title' }, { attribute: 'department' }],
      });
    });
  });

  describe('verify', () => {
    test('everything holds: exit code 0', async () => {
      const { code, out } = await ground.cli('verify');
      expect(code).toBe(0);
      expect(out).toMatch(/^Checked 3 users, 1 groups and \d+ events\.\nEverything holds\.\n$/);
      expect((await ground.cli('verify', '--json')).json()).toMatchObject({ ok: true, problems: [] });
    });
  });
});
