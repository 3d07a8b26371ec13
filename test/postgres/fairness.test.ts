// A change of many people, and a job that goes through them, come through while others write the same people without
// a pause: deciding again and again would never end.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyRules, everyGroup, tick } from '../ledger/scribe.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

const PEOPLE = 300;
/** Of them, those who are written without a pause. */
const HOT = 40;
const HANDS = 10;
const LIMIT_MS = 60_000;

const hot = (at: number) => ({ userName: `hot${at}`, department: 'Kites' });

let two: TwoLedgers;
let ids: string[];
let pressing = false;
let writes = 0;
let hands: Promise<void>[] = [];

beforeEach(async () => {
  two = await twoLedgers();
  const made = await Promise.all(
    Array.from({ length: PEOPLE }, (_, i) =>
      two.write.createUser({ userName: `person${i}`, department: 'Kites' }),
    ),
  );
  ids = made.map((each) => each.id).sort();
  pressing = true;
  writes = 0;
  hands = Array.from({ length: HANDS }, async (_, hand) => {
    for (let turn = 0; pressing; turn++) {
      const at = (hand + turn * HANDS) % HOT;
      await two.writeThere.replaceUser(ids[at]!, { ...hot(at), title: `Title ${hand}-${turn}` });
      writes++;
    }
  });
  await expect.poll(() => writes, { timeout: LIMIT_MS }).toBeGreaterThan(5 * HOT);
  writes = 0;
}, LIMIT_MS);
afterEach(async () => {
  pressing = false;
  await Promise.all(hands);
  await two.close();
});

it('a group begins with all of them', { timeout: LIMIT_MS }, async () => {
  const { id } = await two.write.createGroup('Orion', ids);
  expect((await two.here.readGroup('contoso', id, true))?.members).toHaveLength(PEOPLE);
  expect(writes).toBeGreaterThan(0);
});

it('a change of rules reaches all of them', { timeout: LIMIT_MS }, async () => {
  await applyRules(two.here, [everyGroup]);
  let turns = 0;
  for (; (await two.here.staleUsers()) > 0; turns++) {
    await two.here.work(tick());
    expect(turns).toBeLessThan(50);
  }
  expect(writes).toBeGreaterThan(0);
});
