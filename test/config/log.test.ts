// The log: what a line looks like, and that secrets do not stand in it.

import { describe, expect, test } from 'vitest';
import { createLogger, type LogOptions } from '../../src/log.ts';

function recorded(options: LogOptions = {}) {
  const lines: string[] = [];
  const log = createLogger({ destination: { write: (line) => lines.push(line) }, ...options });
  return { log, lines, first: () => JSON.parse(lines[0] ?? '') };
}

describe('JSON lines', () => {
  test('have time, level by name, message and fields', () => {
    const { log, lines, first } = recorded();
    log.info({ requestId: 'r1', status: 201 }, 'answered');
    expect(first()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      requestId: 'r1',
      status: 201,
      msg: 'answered',
    });
    expect(lines[0]?.endsWith('\n')).toBe(true);
  });

  test('below the level nothing is written', () => {
    const { log, lines } = recorded({ level: 'warn' });
    log.info('nothing');
    log.warn('something');
    expect(lines).toHaveLength(1);
  });
});

describe('secrets', () => {
  const secret = 'hunter2';

  test.each([
    { authorization: `Bearer ${secret}` },
    { headers: { Authorization: secret, cookie: secret, 'set-cookie': [secret] } },
    { provider: { scim: { provisioningToken: secret }, clientSecret: secret } },
    { list: [{ password: secret }, { refresh_token: { value: secret } }] },
    { apiKey: secret, 'x-api-key': secret, secretKey: secret, tokens: [secret] },
    { a: { b: { c: { d: { e: { f: { g: { password: secret } } } } } } } },
  ])('named as such are hidden at every level: %j', (fields) => {
    const { log, lines } = recorded();
    log.warn(fields, 'careful');
    expect(lines[0]).not.toContain(secret);
  });

  test('are hidden on a child logger and on an error too', () => {
    const { log, lines } = recorded();
    log.child({ authorization: secret }).warn('child');
    log.error(Object.assign(new Error('refused'), { request: { headers: { authorization: secret } } }));
    log.child({ provider: { clientSecret: secret } }).warn('child');
    expect(lines.join('')).not.toContain(secret);
    expect(JSON.parse(lines[1] ?? '').err).toMatchObject({ type: 'Error', message: 'refused' });
  });

  test('what only sounds alike is shown', () => {
    const { log, first } = recorded();
    log.info({ tokenId: 't1', tokens: 3, at: new Date(0) }, 'rotated');
    expect(first()).toMatchObject({ tokenId: 't1', tokens: 3, at: '1970-01-01T00:00:00.000Z' });
  });
});

describe('readable lines', () => {
  test('are short, with the fields behind and the stack below', () => {
    const { log, lines } = recorded({ pretty: true });
    log.info({ url: 'http://127.0.0.1:8080', port: 8080 }, 'listening');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d info listening url="http:\/\/127\.0\.0\.1:8080" port=8080\n$/);
    log.error(new Error('disk full'));
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d error disk full\nError: disk full\n {4}at /);
  });

  test('carry no control characters from outside', () => {
    const { log, lines } = recorded({ pretty: true });
    log.info({ userName: '\u001b[2J' }, 'hello\u001b[31m\nworld');
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});
