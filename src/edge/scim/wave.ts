// A wave of SCIM: what it says of one person acts at once and is never held, but when many people are suspended or removed in a
// day, somebody is told. Counted in memory, beside the requests, and written about once a second.

import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { ChangeSet } from '../../identity/change-set.ts';
import type { EventDraft } from '../../identity/event.ts';
import { exceedsGuard } from '../../identity/guard.ts';
import type { Ledger, Operation } from '../../ledger/ledger.ts';

const WRITE_EVERY_MS = 1_000;

export interface Waves {
  /** The same ledger; what its operations take from people is counted once it is committed. */
  readonly ledger: Ledger;
  /** Writes what was counted. */
  stop(): Promise<void>;
}

export function waves({ ledger, clock, log }: { ledger: Ledger; clock: Clock; log: Logger }): Waves {
  const counted = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let stopped = false;

  function note(provider: string, people: number): void {
    counted.set(provider, (counted.get(provider) ?? 0) + people);
    if (!stopped) timer ??= setTimeout(() => void write(), WRITE_EVERY_MS);
  }

  function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const waiting = [...counted];
    counted.clear();
    for (const [provider, people] of waiting) {
      const written = writing.then(() => countTaken(ledger, provider, people, clock.now()));
      writing = written.catch((error: unknown) => {
        log.warn({ err: error, provider, people }, 'what SCIM took could not be counted; it is tried again');
        note(provider, people);
      });
    }
    return writing;
  }

  async function stop(): Promise<void> {
    stopped = true;
    await write();
    // What could not be counted before gets its last chance.
    await write();
  }

  async function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    let taken = 0;
    const answer = await ledger.transact({
      ...operation,
      decide(loaded) {
        const decision = operation.decide(loaded);
        taken = decision.changes === null ? 0 : takenBy(decision.changes);
        return decision;
      },
    });
    if (taken > 0) note(operation.provider, taken);
    return answer;
  }

  return { ledger: { ...ledger, transact }, stop };
}

/** Whoever was active and is not any more: a suspended user who is removed was counted before. */
function takenBy({ events, users }: ChangeSet): number {
  const suspended = events.filter(({ type }) => type === 'user.suspended').length;
  const isNews = new Set(
    events.flatMap(({ type, subject }) => (type === 'user.removed' ? [subject.id] : [])),
  );
  const removed = users.filter(
    ({ after }) => isNews.has(after.id) && Object.keys(after.suspensions).length === 0,
  );
  return suspended + removed.length;
}

/** With the alarm, where it is one: one in a day, whichever replica comes first. */
async function countTaken(ledger: Ledger, provider: string, people: number, at: number): Promise<void> {
  const limits = (await ledger.provider(provider))?.provider.settings.guard;
  const by = { at, actor: { kind: 'system' as const, id: 'guard' }, cause: null };
  await ledger.heldBatches.noteWave(provider, people, by, (wave): EventDraft | null => {
    const active = wave.active + wave.people;
    if (!limits || !exceedsGuard(limits, { taken: wave.people, active })) return null;
    const data = { people: wave.people, since: new Date(wave.since).toISOString(), active, limits };
    return { type: 'guard.alarm', subject: { kind: 'provider', id: provider }, data };
  });
}
