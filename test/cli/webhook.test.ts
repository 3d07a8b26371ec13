// bifrost webhook, as an operator uses it: add, test, look, rotate, pause, remove.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, keys, startFixture } from '../admin/fixture.ts';
import { isSignedBy, type Receiver, startReceiver, until } from '../outbox/receiver.ts';
import { run } from './fixture.ts';

let api: Fixture;
let receiver: Receiver;
beforeAll(async () => {
  api = await startFixture({ env: { BIFROST_DEVELOPMENT: '1' } });
  receiver = await startReceiver();
});
afterAll(async () => {
  await api.stop();
  await receiver.close();
});

const cli = (...argv: string[]) =>
  run({ BIFROST_URL: api.server.url, BIFROST_API_KEY: keys.admin, BIFROST_DATA_DIR: '/nonexistent' }, [
    'webhook',
    ...argv,
  ]);
const secretIn = (out: string) => /whsec_[A-Za-z0-9+/]+=*/.exec(out)![0];

test('add, test, deliveries, rotate, pause, resume, remove', async () => {
  expect((await cli('list')).out).toContain('There is no webhook yet.');
  const added = await cli('add', 'crm', '--url', receiver.url, '--types', 'user.created, user.suspended');
  expect(added.code).toBe(0);
  expect(added.out).toContain(`Events (user.created, user.suspended) go to ${receiver.url} from now on.`);
  const secret = secretIn(added.out);
  const twice = await cli('add', 'CRM', '--url', receiver.url);
  expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('Another webhook is called CRM.')]);

  expect((await cli('test', 'crm')).out).toMatch(/^Delivered in \d+ ms: it answered 204\.\n$/);
  expect(isSignedBy(secret, receiver.got[0]!)).toBe(true);
  receiver.reply(() => 503);
  const failed = await cli('test', 'crm');
  expect([failed.code, failed.out]).toEqual([
    1,
    expect.stringMatching(/^Not delivered in \d+ ms: It answered 503\.\nIt said +as the test said\n$/),
  ]);

  await api.pushUsers('amara');
  await until(async () => (await cli('list')).out.includes('failing since'));
  expect((await cli('list')).out).toMatch(
    /crm +failing since \S+ \S+ +1 +- +user\.created, user\.suspended +http/,
  );
  const deliveries = (await cli('deliveries', 'crm')).out;
  expect(deliveries).toMatch(/user\.created +\d+ +user:\S+ +1 +It answered 503\. Tried again 20/);
  expect(deliveries).toMatch(/webhook\.test +- +webhook:\S+ +1 +delivered \(204\)/);

  const rotated = await cli('rotate', 'crm', '--overlap-hours', '2');
  expect(rotated.out).toMatch(/A new secret for crm\. The former one signs as well until 20/);
  receiver.reply(() => 204);
  expect((await cli('pause', 'crm')).out).toContain('Go on: bifrost webhook resume crm');
  expect((await cli('list')).out).toMatch(/crm +paused +1/);
  expect((await cli('resume', 'crm')).out).toContain('crm goes on behind place');
  await until(async () => (await cli('list')).out.match(/active +0 /) !== null);
  const last = receiver.got.at(-1)!;
  for (const each of [secret, secretIn(rotated.out)]) expect(isSignedBy(each, last)).toBe(true);

  expect((await cli('remove', 'crm')).out).toBe('crm is removed. Nothing is sent there any more.\n');
  const gone = await cli('test', 'crm');
  expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('There is no webhook "crm".')]);
});
