// role and api-key do the same whichever way they take; a key is shown once and never again.

import { describe, expect, test } from 'vitest';
import { onEveryWay } from './every-way.ts';
import { run } from './fixture.ts';

interface Made {
  id: string;
  key: string;
  permissions: string[];
}

onEveryWay((ground) => {
  describe('roles', () => {
    test('list: those that come with the product', async () => {
      const { code, out, err } = await ground.cli('role', 'list');
      expect([code, err]).toEqual([0, '3 of 3\n']);
      expect(out).toMatch(
        /^ROLE +PERMISSIONS +ORIGIN +ID +DESCRIPTION\nAdmin +\d+ +product +admin +May do everything/,
      );
    });

    test('show: each permission in words', async () => {
      const { code, out } = await ground.cli('role', 'show', 'Viewer');
      expect(code).toBe(0);
      expect(out).toMatch(/users:read +See people, what they have and why/);
      const json = (await ground.cli('role', 'show', 'viewer', '--json')).json<{ permissions: string[] }>();
      expect(json.permissions).toContain('users:read');
    });

    test('show: exit code 1 for none', async () => {
      const { code, err } = await ground.cli('role', 'show', 'boss');
      expect(code).toBe(1);
      expect(err).toContain('There is no role "boss".');
    });
  });

  describe('API keys', () => {
    const create = (...more: string[]) => ground.cli('api-key', 'create', '--name', 'script', ...more);

    test('list has those of the configuration file', async () => {
      const { code, out } = await ground.cli('api-key', 'list');
      expect(code).toBe(0);
      expect(out).toMatch(/ ops +the configuration file +- +Admin +live +- +- +-\n/);
    });

    test.skipIf(ground.way === 'remote')('create for a person, use it, revoke it', async () => {
      const made = await create(
        '--owner',
        'amara@contoso.com',
        '--permissions',
        'users:read',
        '--expires-in',
        '1d',
      );
      expect(made.code).toBe(0);
      expect(made.out).toMatch(/A new API key of Amara Osei, until 2\d{3}-/);
      expect(made.out).toMatch(/API key +bifrost_key_\S{49}\n/);
      const { items } = (await ground.cli('api-key', 'list', '--owner', 'amara@contoso.com', '--json')).json<{
        items: Made[];
      }>();
      expect(items).toMatchObject([{ name: 'script', state: 'live', permissions: ['users:read'] }]);
      const ended = await ground.cli('api-key', 'revoke', items[0]!.id, '--json');
      expect(ended.json()).toEqual({ key: items[0]!.id, revoked: true });
      const { out } = await ground.cli('api-key', 'list', '--owner', 'amara@contoso.com');
      expect(out).toMatch(/ script +Amara Osei +\.\.\.\S{4} +1 +ended 2\d{3}-/);
    });

    test.skipIf(ground.way === 'remote')('create needs an owner, and no more than they may', async () => {
      const nobodys = await create();
      expect([nobodys.code, nobodys.err.includes('name the owner')]).toEqual([1, true]);
      const wide = await create('--owner', 'noor@contoso.com');
      expect([wide.code, wide.err.includes('may not come in')]).toEqual([1, true]);
      const wrong = await create('--owner', 'amara@contoso.com', '--permissions', 'user:read');
      expect([wrong.code, wrong.err.includes('did you mean users:read?')]).toEqual([2, true]);
    });

    test.runIf(ground.way === 'remote')(
      'create: only with the key of a person, and only for them',
      async () => {
        const ofFile = await create();
        expect([ofFile.code, ofFile.err.includes('you are none')]).toEqual([1, true]);
        const made = (
          await run(ground.site.env, [
            'api-key',
            'create',
            '--name',
            'own',
            '--owner',
            ground.people.amara,
            '--json',
          ])
        ).json<Made>();
        const env = { ...ground.env, BIFROST_API_KEY: made.key };
        const second = await run(env, ['api-key', 'create', '--name', 'second', '--json']);
        expect(second.json<Made>().permissions).toEqual(made.permissions);
        const other = await run(env, ['api-key', 'create', '--name', 'x', '--owner', ground.people.kim]);
        expect([other.code, other.err.includes('Only the shell of the operator')]).toEqual([2, true]);
      },
    );
  });
});
