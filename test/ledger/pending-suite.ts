// What is kept from run to run: who has been missing since when, and what people said to leave alone.

import { describe, expect, it } from 'vitest';
import type { Ignored } from '../../src/ledger/reconciliation.ts';
import type { Open } from './opened.ts';
import { reconciliationDesk } from './reconciliation-desk.ts';
import { by, inWords, PROVIDER } from './scribe.ts';

export function pendingSuite(open: Open): void {
  const { desk } = reconciliationDesk(open);
  const store = () => desk.ledger.reconciliations;

  it('has somebody missing since the first time, until a run does not miss them', async () => {
    await store().notePending(PROVIDER, 'run 1', ['a', 'b', 'a'], 100);
    await store().notePending(PROVIDER, 'run 2', ['b', 'c'], 200);
    const since = () => store().pendingSince(PROVIDER, ['a', 'b', 'c', 'd']);
    expect([...(await since())].sort()).toEqual([
      ['a', 100],
      ['b', 100],
      ['c', 200],
    ]);
    await store().forgetPending(PROVIDER, 'run 2');
    expect([...(await since())].sort()).toEqual([
      ['b', 100],
      ['c', 200],
    ]);
    expect(await store().pendingSince('northwind', ['b'])).toEqual(new Map());
  });

  describe('a difference that is ignored', () => {
    const what: Ignored = {
      provider: PROVIDER,
      category: 'attribute-differs',
      whom: 'amara',
      about: 'title',
      until: 500,
      actor: 'user:ops',
      at: 1,
    };

    it('is so until its time, or for good', async () => {
      const forGood = { ...what, about: 'zip', until: null };
      await store().ignore(what, by(), []);
      await store().ignore(forGood, by(), []);
      expect(await store().ignored(PROVIDER, 499)).toEqual([what, forGood]);
      expect(await store().ignored(PROVIDER, 500)).toEqual([forGood]);
      const later = { ...what, until: 900, at: 2 };
      await store().ignore(later, by(), []);
      expect(await store().ignored(PROVIDER, 500)).toEqual([later, forGood]);
      expect(await store().ignored('northwind', 1)).toEqual([]);
    });

    it('is told of, and is so no more when somebody says so', async () => {
      const position = await desk.ledger.lastPosition();
      const told = [{ type: 'drift.ignored', subject: { kind: 'user', id: 'amara' } }] as const;
      await store().ignore(what, by(), told);
      expect(await store().unignore(what, by(), told)).toBe(true);
      expect(await store().unignore(what, by(), told)).toBe(false);
      expect(await store().ignored(PROVIDER, 1)).toEqual([]);
      expect(inWords(await desk.ledger.events({ after: position, limit: 9 }))).toHaveLength(2);
    });
  });
}
