// What the CLI says before it does anything: help, wrong words, wrong options.

import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { run, words } from './fixture.ts';

const nowhere = { BIFROST_DATA_DIR: '/nonexistent/bifrost' };

describe('help', () => {
  test('without a command: all commands on standard error, exit code 2', async () => {
    const { code, out, err } = await run(nowhere, []);
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const command of commands) expect(err).toContain(`  ${command.words.join(' ')} `);
  });

  test('--help: the same on standard output, exit code 0', async () => {
    const { code, out, err } = await run(nowhere, ['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain('BIFROST_DATA_DIR');
    expect(out).toContain('Exit codes');
  });

  test('a group of commands lists only its own', async () => {
    const { code, out } = await run(nowhere, ['provider', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('provider enable-scim <provider>');
    expect(out).not.toContain('token rotate');
  });

  test('a group without a command is wrong usage', async () => {
    const { code, err } = await run(nowhere, ['token']);
    expect(code).toBe(2);
    expect(err).toContain('token rotate <provider>');
  });

  test.each(commands.map((command) => [command.words.join(' '), command] as const))(
    '%s --help: what it does, what it takes, examples that are right',
    async (name, command) => {
      const { code, out, err } = await run(nowhere, [...command.words, '--help']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(`bifrost ${name}`);
      expect(out).toContain(command.summary);
      expect(out).toContain('--json');
      expect(out).toContain('Examples');
      for (const option of Object.keys(command.options ?? {})) expect(out).toContain(`--${option}`);
      for (const [line] of command.examples) expect(line.startsWith(name)).toBe(true);
      for (const line of out.split('\n')) expect(line).toBe(line.trimEnd());
    },
  );

  test('"help" before the words is the same as --help behind them', async () => {
    const before = await run(nowhere, ['help', 'user', 'show']);
    const behind = await run(nowhere, ['user', 'show', '--help']);
    expect(before.out).toBe(behind.out);
  });

  test('--version, also as JSON', async () => {
    expect((await run(nowhere, ['--version'])).out).toMatch(/^bifrost \d+\.\d+\.\d+\n$/);
    expect((await run(nowhere, ['--version', '--json'])).json()).toEqual({ version: expect.any(String) });
  });
});

describe('wrong usage: exit code 2, what is wrong, what to do', () => {
  test.each([
    ['provder', 'There is no command "provder".', 'Did you mean "bifrost provider"?'],
    ['user shwo', 'There is no command "user shwo".', 'Did you mean "bifrost user show"?'],
    ['token rot', 'There is no command "token rot".', 'Did you mean "bifrost token rotate"?'],
    ['xyzzy', 'There is no command "xyzzy".', '"bifrost --help" lists the commands'],
    ['user list --stauts active', 'There is no option --stauts.', 'Did you mean --status?'],
    ['user list -x', 'There is no option -x.', 'bifrost user list --help'],
    ['user list --status activ', '--status cannot be "activ".', 'Did you mean "active"?'],
    ['user list --limit many', '--limit cannot be "many".', 'It is a whole number, 1 or greater.'],
    ['user list --limit 0', '--limit cannot be "0".', 'It is a whole number, 1 or greater.'],
    ['user list --all --all', '--all is given twice.', 'bifrost user list --help'],
    ['user list --all=yes', '--all takes no value.', 'bifrost user list --help'],
    ['user list --search', '--search needs a value', 'bifrost user list --help'],
    ['user list --search --all', '--search needs a value', 'bifrost user list --help'],
    ['user list somebody', '"somebody" is one word too many.', 'bifrost user list --help'],
    ['user show', '<user> is missing: id, userName or externalId.', 'bifrost user show --help'],
    ['token revoke entra', '<token> is missing', 'bifrost token revoke --help'],
    ['provider add --kind entra --client-id x', '--name <name> is missing', 'bifrost provider add --help'],
    ['provider add --name e --kind entra --client-id x', 'kind entra needs --tenant-id.', '--help'],
    ['provider add --name e --kind keycloak --client-id x', 'needs --server-url and --realm.', '--help'],
    ['token rotate entra --keep-previous 24', '--keep-previous cannot be "24".', 'hours such as 24h'],
    ['tail --requests --after 3', '--after counts events', 'Leave one of the two away.'],
    ['--limit user list', 'The option --limit stands before the command.', 'Write the command first'],
  ])('%s', async (line, wrong, advice) => {
    const { code, out, err } = await run(nowhere, words(line));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(wrong);
    expect(err).toContain(advice);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  test('with --json the failure is one document on standard output', async () => {
    const ran = await run(nowhere, ['user', 'show', '--json']);
    expect(ran.code).toBe(2);
    expect(ran.json()).toEqual({
      error: {
        message: '<user> is missing: id, userName or externalId.',
        advice: 'See: bifrost user show --help',
        exitCode: 2,
      },
    });
    expect(ran.err).toContain('<user> is missing');
  });

  test('an option in the wrong place shows its name and never its value', async () => {
    const { err } = await run(nowhere, ['--token=s3cret', 'user', 'list']);
    expect(err).toContain('--token');
    expect(err).not.toContain('s3cret');
  });

  test('behind "--" everything is an operand', async () => {
    const { code, err } = await run(nowhere, ['user', 'show', '--', '--json']);
    expect(code).toBe(3);
    expect(err).toContain('There is no data of Bifrost in /nonexistent/bifrost');
  });
});
