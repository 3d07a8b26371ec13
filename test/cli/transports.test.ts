// Every command gives the same answer whichever way it takes: to a remote server, through the socket of the server on
// this machine, or to the data itself when no server runs.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bifrost } from '../../src/main.ts';
import {
  type Environment,
  makeSite,
  type People,
  provision,
  pushTo,
  run,
  type Site,
  words,
} from './fixture.ts';

const ways = ['remote', 'socket', 'in-process'] as const;

describe.each(ways)('%s', (way) => {
  let site: Site;
  let bifrost: Bifrost | null = null;
  let people: People;
  let env: Environment;
  let endpoint: string;

  beforeAll(async () => {
    // Without a public address a server's own is where it listens: that is what a remote operator needs here.
    site = await makeSite(way === 'remote' ? null : 'https://bifrost.example.com');
    bifrost = await site.serve();
    endpoint = `${bifrost.url}/scim/v2`;
    people = await provision(pushTo(bifrost, site.token));
    env = site.env;
    if (way === 'remote') {
      env = { BIFROST_URL: bifrost.url, BIFROST_API_KEY: site.apiKey, BIFROST_DATA_DIR: '/nonexistent' };
    }
    if (way === 'in-process') {
      await bifrost.stop();
      bifrost = null;
    }
  });
  afterAll(async () => {
    await bifrost?.stop();
    await site.remove();
  });

  const cli = (...argv: string[]) => run(env, argv);

  describe('status', () => {
    test('says which way it came and how much there is', async () => {
      const { code, out } = await cli('status');
      expect(code).toBe(0);
      expect(out).toMatch(/Users +3\n/);
      const told = (await cli('status', '--json')).json<{ via: string; counts: { groups: number } }>();
      expect(told).toMatchObject({ via: way, engine: 'sqlite', counts: { users: 3, groups: 1 } });
    });
  });

  describe('user list', () => {
    test('a table with who has what', async () => {
      const { code, out, err } = await cli('user', 'list');
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
      const { items } = (await cli('user', 'list', ...options, '--json')).json<{
        items: { userName: string }[];
      }>();
      expect(items.map((user) => user.userName)).toEqual(expected);
    });

    test('pages: the rest by cursor, or all at once', async () => {
      const first = await cli('user', 'list', '--limit', '2');
      const [, cursor] = /--cursor=(\S+)/.exec(first.err) ?? [];
      const rest = await cli('user', 'list', `--cursor=${cursor}`, '--json');
      expect(rest.json<{ items: { userName: string }[] }>().items.map((user) => user.userName)).toEqual([
        'noor@contoso.com',
      ]);
      const all = (await cli('user', 'list', '--all', '--json')).json<{
        items: unknown[];
        nextCursor: null;
      }>();
      expect(all.items).toHaveLength(3);
      expect(all.nextCursor).toBeNull();
    });

    test('nobody fits: says so, exit code 0', async () => {
      const { code, out } = await cli('user', 'list', '--search', 'nobody at all');
      expect({ code, out }).toEqual({ code: 0, out: 'No user fits.\n' });
    });
  });

  describe('user show', () => {
    test.each([
      ['id', () => people.amara],
      ['userName in any case', () => 'AMARA@contoso.com'],
      ['externalId', () => 'ext-amara'],
    ])('by %s', async (_, name) => {
      const { code, out } = await cli('user', 'show', name());
      expect(code).toBe(0);
      expect(out.split('\n')[0]).toBe('Amara Osei');
      expect(out).toMatch(/Role +Admin\n/);
      expect(out).toContain(people.amara);
    });

    test('why somebody is suspended', async () => {
      const { out } = await cli('user', 'show', 'noor@contoso.com');
      expect(out).toMatch(/Status +suspended\n/);
      expect(out).toMatch(/Suspended because +the provider says so by SCIM\n/);
    });

    test('as JSON it is the user of the API', async () => {
      const user = (await cli('user', 'show', people.kim, '--json')).json();
      expect(user).toMatchObject({
        id: people.kim,
        userName: 'kim@contoso.com',
        status: 'active',
        role: null,
      });
    });

    test('nobody of that name: exit code 1 and how to look', async () => {
      const { code, out, err } = await cli('user', 'show', 'nobody');
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('No user has the id, userName or externalId "nobody".');
      expect(err).toContain('bifrost user list --search');
    });

    test('not of the provider that was named', async () => {
      const { code, err } = await cli('user', 'show', 'amara@contoso.com', '--provider', 'bare');
      expect(code).toBe(1);
      expect(err).toContain('No user of the provider "bare"');
    });
  });

  describe('explain', () => {
    test('the winner, the loser and why, teams by their group, the unit by its value', async () => {
      const { code, out } = await cli('explain', 'ext-amara');
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
      const { out } = await cli('explain', 'kim@contoso.com');
      expect(out).toContain('has no role, because no role rule matches, and cannot sign in.');
      expect(out).toMatch(/title: "Engineer" \(by scim\)\n +no match title = "Head\*"/);
      expect(out).toMatch(/department: "Sales" \(by scim\)\n +no match department = "Support"/);
    });

    test('a suspended user: their access is dormant', async () => {
      const { out } = await cli('explain', people.noor);
      expect(out).toContain('has the role Viewer; suspended, so all of it is dormant.');
    });

    test('as JSON: candidates, sources and what was looked at', async () => {
      const told = (await cli('explain', people.amara, '--json')).json();
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
      const { code, out } = await cli('verify');
      expect(code).toBe(0);
      expect(out).toMatch(/^Checked 3 users, 1 groups and \d+ events\.\nEverything holds\.\n$/);
      expect((await cli('verify', '--json')).json()).toMatchObject({ ok: true, problems: [] });
    });
  });

  describe('providers', () => {
    test('list: how each is reached and who owns it', async () => {
      const { out } = await cli('provider', 'list');
      const [, , entra] = out.split('\n');
      expect(words(entra!)).toEqual([
        ...['entra', 'entra', 'entra', 'enabled', 'on', endpoint, 'the', 'configuration', 'file'],
      ]);
      expect(out).toMatch(/bare +bare +oidc +enabled +off +- /);
    });

    test('add, enable SCIM, disable, enable', async () => {
      const name = `Added ${way}`;
      const added = await cli(
        ...['provider', 'add', '--name', name, '--kind', 'entra'],
        ...['--tenant-id', '6f9c0a2e-1f2b-4c3d-8e5f-a1b2c3d4e5f6', '--client-id', 'x', '--json'],
      );
      expect(added.code).toBe(0);
      const { id } = added.json<{ id: string }>();
      expect(added.json()).toMatchObject({ id: `added-${way}`, name, scim: { enabled: false } });

      const enabled = await cli('provider', 'enable-scim', name);
      const [, , url] = enabled.out.split('\n');
      expect(url).toBe(`SCIM Endpoint URL (Entra: Tenant URL)     ${endpoint}`);
      expect(enabled.out).toMatch(/Provisioning Token \(Entra: Secret Token\) +bifrost_scim_\S+\n/);
      expect(enabled.out).toContain('The token is shown this once only.');
      const [token] = /bifrost_scim_\S+/.exec(enabled.out) ?? [];

      const again = await cli('provider', 'enable-scim', id);
      expect(again.code).toBe(0);
      expect(again.out).toContain('It has a live token already, which cannot be shown again.');
      expect(again.out).toContain(`bifrost token rotate ${id}`);
      expect(again.out).not.toContain(token);

      const disabled = await cli('provider', 'disable', id);
      expect(disabled.out).toContain('its requests are refused. Its users stay.');
      expect((await cli('provider', 'list')).out).toMatch(new RegExp(`${id} +Added.* disabled `));
      expect((await cli('provider', 'enable', id, '--json')).json()).toMatchObject({ id, enabled: true });
    });

    test('add: what the API refuses is told, exit code 2', async () => {
      const { code, err } = await cli(
        ...[
          'provider',
          'add',
          '--name',
          'odd',
          '--kind',
          'entra',
          '--tenant-id',
          'no tenant',
          '--client-id',
          'x',
        ],
      );
      expect(code).toBe(2);
      expect(err).toContain('tenantId');
    });

    test('add: a name that is taken, exit code 1', async () => {
      const { code, err } = await cli(
        ...['provider', 'add', '--name', 'ENTRA', '--kind', 'oidc', '--issuer', 'https://login.example.com'],
        ...['--client-id', 'x'],
      );
      expect(code).toBe(1);
      expect(err).toContain('A provider named "ENTRA" is there already.');
    });

    test('what the configuration file owns is not changed here: exit code 1 and where to', async () => {
      const { code, err } = await cli('provider', 'disable', 'entra');
      expect(code).toBe(1);
      expect(err).toContain('is declared in');
    });

    test('one that is not there: exit code 1', async () => {
      const { code, err } = await cli('provider', 'disable', 'nowhere');
      expect(code).toBe(1);
      expect(err).toMatch(/There is no provider "?nowhere"?\./);
    });
  });

  describe('tokens', () => {
    let provider: string;
    beforeEach(async (context) => {
      const name = `t ${way} ${context.task.id}`;
      const added = await cli(
        ...['provider', 'add', '--name', name, '--kind', 'oidc', '--issuer', 'https://login.example.com'],
        ...['--client-id', 'x', '--json'],
      );
      provider = added.json<{ id: string }>().id;
      await cli('provider', 'enable-scim', provider);
    });

    interface TokenList {
      items: {
        id: string;
        name: string;
        live: boolean;
        revokedAt: string | null;
        untilUseOf: string | null;
      }[];
    }
    const tokens = async () => (await cli('token', 'list', provider, '--json')).json<TokenList>().items;

    test('rotate: the new one is shown once, those before it end at once', async () => {
      const rotated = await cli('token', 'rotate', provider, '--name', 'autumn');
      expect(rotated.code).toBe(0);
      const [token] = /bifrost_scim_\S+/.exec(rotated.out) ?? [];
      expect(rotated.out).toContain('Those before it are refused from now on.');
      expect(rotated.out).toMatch(/Provisioning Token +bifrost_scim_/);
      expect((await tokens()).map(({ name, live }) => [name, live])).toEqual([
        ['autumn', true],
        [expect.any(String), false],
      ]);
      const listed = await cli('token', 'list', provider);
      expect(listed.out).toContain(`...${token!.slice(-4)}`);
      expect(listed.out).not.toContain(token);
    });

    test('rotate, keeping the previous one until the new one is used', async () => {
      const made = (await cli('token', 'rotate', provider, '--keep-previous', 'until-used', '--json')).json<{
        id: string;
        token: string;
      }>();
      expect(made.token).toMatch(/^bifrost_scim_/);
      expect((await tokens())[1]).toMatchObject({ live: true, untilUseOf: made.id });
      expect((await cli('token', 'list', provider)).out).toContain('live until the newer one is used');
    });

    test('rotate, keeping the previous one for some hours', async () => {
      const before = Date.now();
      const { out } = await cli('token', 'rotate', provider, '--keep-previous', '24h');
      expect(out).toContain('Those before it work for 24 more hours.');
      const [, previous] = await tokens();
      const endsAt = Date.parse(previous!.revokedAt!);
      expect(endsAt - before).toBeGreaterThanOrEqual(24 * 3_600_000 - 1000);
      expect(endsAt - before).toBeLessThan(24 * 3_600_000 + 60_000);
    });

    test('revoke: ends one; a second time changes nothing', async () => {
      const [token] = await tokens();
      const { code, out } = await cli('token', 'revoke', provider, token!.id);
      expect({ code, out }).toEqual({ code: 0, out: `The token ${token!.id} is refused from now on.\n` });
      expect((await cli('token', 'revoke', provider, token!.id, '--json')).json()).toEqual({
        provider,
        token: token!.id,
        revoked: true,
      });
      expect((await tokens())[0]).toMatchObject({ live: false });
    });

    test('revoke: one that is not there, exit code 1', async () => {
      const { code, err } = await cli('token', 'revoke', provider, 'nothing');
      expect(code).toBe(1);
      expect(err).toMatch(/has no token "?nothing"?\./);
    });
  });
});
