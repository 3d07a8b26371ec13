// provider and token do the same whichever way they take; a token is shown once and never again.

import { beforeEach, describe, expect, test } from 'vitest';
import { onEveryWay } from './every-way.ts';
import { words } from './fixture.ts';

onEveryWay((ground) => {
  describe('providers', () => {
    test('list: how each is reached and who owns it', async () => {
      const { out } = await ground.cli('provider', 'list');
      const [, , entra] = out.split('\n');
      expect(words(entra!)).toEqual([
        ...['entra', 'entra', 'entra', 'enabled', 'on', ground.endpoint, 'the', 'configuration', 'file'],
      ]);
      expect(out).toMatch(/bare +bare +oidc +enabled +off +- /);
    });

    test('add, enable SCIM, disable, enable', async () => {
      const name = `Added ${ground.way}`;
      const added = await ground.cli(
        ...['provider', 'add', '--name', name, '--kind', 'entra'],
        ...['--tenant-id', '6f9c0a2e-1f2b-4c3d-8e5f-a1b2c3d4e5f6', '--client-id', 'x', '--json'],
      );
      expect(added.code).toBe(0);
      const { id } = added.json<{ id: string }>();
      expect(added.json()).toMatchObject({ id: `added-${ground.way}`, name, scim: { enabled: false } });

      const enabled = await ground.cli('provider', 'enable-scim', name);
      const [, , url] = enabled.out.split('\n');
      expect(url).toBe(`SCIM Endpoint URL (Entra: Tenant URL)     ${ground.endpoint}`);
      expect(enabled.out).toMatch(/Provisioning Token \(Entra: Secret Token\) +bifrost_scim_\S+\n/);
      expect(enabled.out).toContain('The token is shown this once only.');
      const [token] = /bifrost_scim_\S+/.exec(enabled.out) ?? [];

      const again = await ground.cli('provider', 'enable-scim', id);
      expect(again.code).toBe(0);
      expect(again.out).toContain('It has a live token already, which cannot be shown again.');
      expect(again.out).toContain(`bifrost token rotate ${id}`);
      expect(again.out).not.toContain(token);

      const disabled = await ground.cli('provider', 'disable', id);
      expect(disabled.out).toContain('its requests are refused. Its users stay.');
      expect((await ground.cli('provider', 'list')).out).toMatch(new RegExp(`${id} +Added.* disabled `));
      expect((await ground.cli('provider', 'enable', id, '--json')).json()).toMatchObject({
        id,
        enabled: true,
      });
    });

    test('add: what the API refuses is told, exit code 2', async () => {
      const { code, err } = await ground.cli(
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
      const { code, err } = await ground.cli(
        ...['provider', 'add', '--name', 'ENTRA', '--kind', 'oidc', '--issuer', 'https://login.example.com'],
        ...['--client-id', 'x'],
      );
      expect(code).toBe(1);
      expect(err).toContain('A provider named "ENTRA" is there already.');
    });

    test('what the configuration file owns is not changed here: exit code 1 and where to', async () => {
      const { code, err } = await ground.cli('provider', 'enable-scim', 'entra');
      expect(code).toBe(1);
      expect(err).toContain('is declared in');
    });

    // Without a server each command is a start with the same file.
    test('what the file leaves out is changed here, and the next start leaves it so', async () => {
      expect((await ground.cli('provider', 'disable', 'bare')).code).toBe(0);
      expect((await ground.cli('provider', 'list')).out).toMatch(/bare +bare +oidc +disabled /);
      expect((await ground.cli('provider', 'enable', 'bare')).code).toBe(0);
    });

    test('one that is not there: exit code 1', async () => {
      const { code, err } = await ground.cli('provider', 'disable', 'nowhere');
      expect(code).toBe(1);
      expect(err).toMatch(/There is no provider "?nowhere"?\./);
    });
  });

  describe('tokens', () => {
    let provider: string;
    beforeEach(async (context) => {
      const name = `t ${ground.way} ${context.task.id}`;
      const added = await ground.cli(
        ...['provider', 'add', '--name', name, '--kind', 'oidc', '--issuer', 'https://login.example.com'],
        ...['--client-id', 'x', '--json'],
      );
      provider = added.json<{ id: string }>().id;
      await ground.cli('provider', 'enable-scim', provider);
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
    const tokens = async () =>
      (await ground.cli('token', 'list', provider, '--json')).json<TokenList>().items;

    test('rotate: the new one is shown once, those before it end at once', async () => {
      const rotated = await ground.cli('token', 'rotate', provider, '--name', 'autumn');
      expect(rotated.code).toBe(0);
      const [token] = /bifrost_scim_\S+/.exec(rotated.out) ?? [];
      expect(rotated.out).toContain('Those before it are refused from now on.');
      expect(rotated.out).toMatch(/Provisioning Token +bifrost_scim_/);
      expect((await tokens()).map(({ name, live }) => [name, live])).toEqual([
        ['autumn', true],
        [expect.any(String), false],
      ]);
      const listed = await ground.cli('token', 'list', provider);
      expect(listed.out).toContain(`...${token!.slice(-4)}`);
      expect(listed.out).not.toContain(token);
    });

    test('rotate, keeping the previous one until the new one is used', async () => {
      const made = (
        await ground.cli('token', 'rotate', provider, '--keep-previous', 'until-used', '--json')
      ).json<{
        id: string;
        token: string;
      }>();
      expect(made.token).toMatch(/^bifrost_scim_/);
      expect((await tokens())[1]).toMatchObject({ live: true, untilUseOf: made.id });
      expect((await ground.cli('token', 'list', provider)).out).toContain('live until the newer one is used');
    });

    test('rotate, keeping the previous one for some hours', async () => {
      const before = Date.now();
      const { out } = await ground.cli('token', 'rotate', provider, '--keep-previous', '24h');
      expect(out).toContain('Those before it work for 24 more hours.');
      const [, previous] = await tokens();
      const endsAt = Date.parse(previous!.revokedAt!);
      expect(endsAt - before).toBeGreaterThanOrEqual(24 * 3_600_000 - 1000);
      expect(endsAt - before).toBeLessThan(24 * 3_600_000 + 60_000);
    });

    test('revoke: ends one; a second time changes nothing', async () => {
      const [token] = await tokens();
      const { code, out } = await ground.cli('token', 'revoke', provider, token!.id);
      expect({ code, out }).toEqual({ code: 0, out: `The token ${token!.id} is refused from now on.\n` });
      expect((await ground.cli('token', 'revoke', provider, token!.id, '--json')).json()).toEqual({
        provider,
        token: token!.id,
        revoked: true,
      });
      expect((await tokens())[0]).toMatchObject({ live: false });
    });

    test('revoke: one that is not there, exit code 1', async () => {
      const { code, err } = await ground.cli('token', 'revoke', provider, 'nothing');
      expect(code).toBe(1);
      expect(err).toMatch(/has no token "?nothing"?\./);
    });
  });
});
