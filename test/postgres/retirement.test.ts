// Two replicas work at the end of one provider: each person is decided on once, and both know when it is over.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { by, PROVIDER, sweepAll } from '../ledger/scribe.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

/** More than one chunk. */
const CROWD = 250;

let two: TwoLedgers;
beforeEach(async () => {
  two = await twoLedgers();
});
afterEach(() => two.close());

it.each(['keep', 'remove'] as const)('people=%s', async (people) => {
  const made = await Promise.all(
    Array.from({ length: CROWD }, (_, i) => two.write.createUser({ userName: `person${i}` })),
  );
  const ids = made.map((each) => each.id);
  await two.write.createGroup('Orion', ids);
  await sweepAll(two.here);
  const position = await two.here.lastPosition();
  const { provider } = (await two.here.provider(PROVIDER))!;
  const closed = { ...provider, revision: provider.revision + 1 };
  await two.here.retireProvider(closed, provider.revision, { of: 'provider', people }, by());
  await Promise.all([sweepAll(two.here), sweepAll(two.there)]);
  await sweepAll(two.there);
  const events = await two.here.events({ after: position, limit: 100_000, types: ['membership.removed'] });
  expect(events.map((each) => each.subject.id).sort()).toEqual([...ids].sort());
  for (const ledger of [two.here, two.there]) {
    const left = await ledger.provider(PROVIDER);
    expect(left?.provider.settings.retirement?.done).toBe(people === 'keep' ? true : undefined);
  }
  expect((await two.here.jobs(10)).filter((each) => each.finishedAt === null)).toEqual([]);
  expect((await two.there.verify()).problems.slice(0, 3)).toEqual([]);
});
