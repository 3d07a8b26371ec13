// The command `push`: options, exit codes, what it prints.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { push } from '../../simulator/push.ts';
import { readPushOptions } from '../../simulator/push-options.ts';
import { UsageError } from '../../simulator/usage.ts';
import { type ScimFake, startScimFake } from './scim-fake.ts';

let fake: ScimFake;
beforeEach(async () => {
  fake = await startScimFake();
});
afterEach(() => fake.stop());

interface Run {
  readonly code: number;
  readonly text: string;
}

async function run(...args: string[]): Promise<Run> {
  const size = ['--users', '20', '--groups', '3', '--members', '30'];
  const options = readPushOptions(['--base', fake.base, '--token', fake.token, ...size, ...args], {});
  let text = '';
  const code = await push(options, (line) => {
    text += `${line}\n`;
  });
  return { code, text };
}

describe('push', () => {
  test('provisions, reads back, and a second run writes nothing', async () => {
    const first = await run('--json');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.text)).toMatchObject({
      command: 'push',
      connected: true,
      dialect: 'legacy',
      counts: {
        users: 20,
        groups: 3,
        memberships: 30,
        created: 23,
        membersAdded: 30,
        managersSet: 19,
        failed: 0,
      },
      connectionErrors: 0,
      failureCount: 0,
      failures: [],
      health: { state: 'healthy' },
      cycles: [{ name: 'initial cycle' }, { name: 'read back', writes: 0 }],
    });
    const second = JSON.parse((await run('--json', '--dialect', 'gallery')).text);
    expect(second.counts).toMatchObject({
      writes: 0,
      created: 0,
      adopted: 23,
      unchanged: 23,
      membersPresent: 30,
    });
    expect(second.counts.requests).toBe(
      Object.values<{ count: number }>(second.latencies).reduce((sum, { count }) => sum + count, 0),
    );
  });

  test('--changes plays the script, and can be played again', async () => {
    for (const dialect of ['legacy', 'flag']) {
      const { code, text } = await run('--changes', '--dialect', dialect);
      expect(text).toContain('No failure: Entra would report nothing');
      expect(text).toContain('is restored from the recycle bin');
      expect(code).toBe(0);
    }
  });

  test('--verify-only writes nothing and reports what is missing', async () => {
    const empty = await run('--verify-only', '--json');
    expect(empty.code).toBe(1);
    expect(JSON.parse(empty.text)).toMatchObject({ counts: { writes: 0 }, failureCount: 23 });
    expect(fake.users.size).toBe(0);
    await run();
    expect((await run('--verify-only')).code).toBe(0);
    for (const group of fake.groups.values()) group.members = [];
    const { code, text } = await run('--verify-only');
    expect(code).toBe(1);
    expect(text).toContain('30 failures, as Entra would count them:');
    expect(text).toContain('... and 10 more');
  });

  test('failures are listed with what was sent, what was said, and the name in the log', async () => {
    fake.misbehaves = 'server errors';
    const { code, text } = await run();
    expect(code).toBe(1);
    expect(text).toContain('POST /Users -> 500');
    expect(text).toContain('the application said: the disk is full');
    expect(text).toContain("Entra's log: InternalServerError");
  });
});

describe('Test Connection', () => {
  test('says that the token is wrong', async () => {
    const { code, text } = await run('--token', 'wrong');
    expect(code).toBe(1);
    expect(text).toContain('The credentials were refused');
  });

  test('says that nobody listens there', async () => {
    const { code, text } = await run('--base', 'http://127.0.0.1:9/scim/v2');
    expect(code).toBe(1);
    expect(text).toContain('The server could not be reached (ECONNREFUSED)');
  });

  test('says that the address is no SCIM endpoint', async () => {
    const { code, text } = await run('--base', fake.base.replace('/scim/v2', '/elsewhere'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ connected: false, failures: [{ status: 404 }] });
  });
});

describe('options', () => {
  const read = (...args: string[]): ReturnType<typeof readPushOptions> =>
    readPushOptions(['--base', 'https://app.example/scim/v2', '--token', 't', ...args], {
      SECRET: 'from outside',
    });

  test('defaults are those of a non-gallery application', () => {
    const { job, dialectName, size } = read();
    expect(dialectName).toBe('legacy');
    expect(size).toEqual({ users: 200, groups: 12, members: 600 });
    expect(job).toMatchObject({
      matchUsersBy: ['userName'],
      membersPerPatch: 1,
      mapping: { externalId: 'objectId' },
    });
  });

  test('the flag in the Tenant URL chooses the dialect, unless one is named', () => {
    const flagged = ['--base', 'https://app.example/scim/v2/?aadOptscim062020'];
    expect(read(...flagged).dialectName).toBe('flag');
    expect(read(...flagged, '--dialect', 'gallery').dialectName).toBe('gallery');
  });

  test('the token may come from the environment', () => {
    expect(read('--token', 'env.SECRET').job.token).toBe('from outside');
  });

  test.each([
    [['--users', 'many'], '--users many: not a whole number of at least 0'],
    [['--dialect', 'okta'], '--dialect okta: not one of legacy, flag, gallery, verbose'],
    [['--base', 'app.example'], '--base app.example: not an http or https address'],
    [['--members', '9999'], '--members 9999: 200 people and 12 groups have no room'],
    [['--users', '3', '--changes'], '--changes needs at least 12 users and 2 groups'],
    [['--token', 'env.NOTHING'], '--token env.NOTHING: the environment has no such variable'],
    [['--frobnicate'], "Unknown option '--frobnicate'"],
  ])('%j is refused', (args, problem) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(problem);
  });

  test('all problems are told together', () => {
    expect(() => readPushOptions([], {})).toThrow(/--base is missing.*\n--token is missing/);
  });
});
