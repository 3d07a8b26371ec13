// Everything that the directory has, page by page into staging. Nothing is decided here: a part that could not be read whole is
// marked as such, and a run that was interrupted reads on where the last page was stored.

import type { StagedPages, StagedPart } from '../ledger/reconciliation.ts';
import type { DirectoryPage, PageOutcome } from './directory.ts';
import { addProblem, advance, mustBeOurs, type Running } from './running.ts';

/** Calls under way at once: while what one brought is stored, the other asks. */
const CALLS_AT_ONCE = 2;
/** Rows of one commit: on one file nobody else writes meanwhile. */
const MEMBERSHIPS_AT_ONCE = 5_000;
/** Pages of one part: 999 people each, as far as the largest directories go. */
const PAGES_MOST = 20_000;
/** Pages without a row, one after the other: they are legal, and a directory that gives nothing else goes round in circles. */
const EMPTY_PAGES_MOST = 100;

/** The directory cannot be read: the run ends, and changes nothing. */
export class DirectoryRefused extends Error {
  override readonly name = 'DirectoryRefused';
}

/** What is remembered of a part while it is read. */
interface Reading {
  part: StagedPart;
  readonly seen: Set<string>;
  emptyPages: number;
  tries: number;
}

export async function readPhase(running: Running): Promise<void> {
  const { ledger, run, reader, holder } = running;
  const { reconciliations } = ledger;
  const known = await reconciliations.parts(run.id);
  if (known.length === 0) {
    const pages = { ...noPages, newParts: reader.parts() };
    mustBeOurs(await reconciliations.stage(run.id, holder, pages));
    known.push(...(await reconciliations.parts(run.id)));
  }
  const queue = new PartQueue(known);
  const workers = Array.from({ length: CALLS_AT_ONCE }, () => work(running, queue));
  await Promise.all(workers);
  await countRead(running);
}

const noPages: StagedPages = {
  people: [],
  groups: [],
  memberships: [],
  assignments: [],
  parts: [],
  newParts: [],
};

/** Parts that wait, those that were begun first; whoever has none waits for those whose pages may tell of more. */
class PartQueue {
  readonly #all = new Map<string, Reading>();
  #waiting: Reading[] = [];
  #underWay = 0;
  #idle: (() => void)[] = [];

  constructor(parts: readonly StagedPart[]) {
    this.add(parts);
  }

  add(parts: readonly StagedPart[]): void {
    for (const part of parts) {
      if (this.#all.has(part.part)) continue;
      const reading = { part, seen: new Set<string>(), emptyPages: 0, tries: 0 };
      this.#all.set(part.part, reading);
      if (part.state === 'waiting') this.#waiting.push(reading);
    }
    this.#wake();
  }

  /** Up to so many; none when everything is read. */
  async take(most: number): Promise<Reading[]> {
    while (this.#waiting.length === 0 && this.#underWay > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    const taken = this.#waiting.splice(0, most);
    this.#underWay += taken.length;
    return taken;
  }

  giveBack(readings: readonly Reading[]): void {
    this.#underWay -= readings.length;
    this.#waiting.unshift(...readings.filter(({ part }) => part.state === 'waiting'));
    this.#wake();
  }

  /** Nobody is to wait for what failed. */
  abandon(readings: readonly Reading[]): void {
    this.#underWay -= readings.length;
    this.#waiting = [];
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

async function work(running: Running, queue: PartQueue): Promise<void> {
  const { reader, signal } = running;
  for (;;) {
    const taken = await queue.take(reader.atOnce);
    if (taken.length === 0) return;
    try {
      signal.throwIfAborted();
      const places = taken.map(({ part }) => ({ part: part.part, from: part.from }));
      const outcomes = await reader.read(places, signal);
      await store(running, queue, taken, outcomes);
    } catch (error) {
      queue.abandon(taken);
      throw error;
    }
    queue.giveBack(taken);
  }
}

async function store(
  running: Running,
  queue: PartQueue,
  taken: readonly Reading[],
  outcomes: readonly PageOutcome[],
): Promise<void> {
  const { ledger, run, holder } = running;
  const pages: DirectoryPage[] = [];
  for (const [n, reading] of taken.entries()) {
    const outcome = outcomes[n]!;
    if (!outcome.ok && outcome.kind === 'refused') throw new DirectoryRefused(outcome.why);
    if (outcome.ok) pages.push(outcome.page);
    reading.part = partAfter(reading, outcome);
    if (reading.part.state === 'failed' || reading.part.why !== null) {
      addProblem(running, `${reading.part.part}: ${reading.part.why}`);
    }
  }
  const application = pages.find((page) => page.application)?.application;
  if (application) {
    running.report = { ...running.report, application };
    await advance(running, {});
  }
  const newParts = [...new Set(pages.flatMap((page) => page.parts ?? []))];
  const memberships = pages.flatMap((page) => page.memberships ?? []);
  // Others write in between; a part is as far as it is when its rows are all there.
  for (let n = MEMBERSHIPS_AT_ONCE; n < memberships.length; n += MEMBERSHIPS_AT_ONCE) {
    const some = { ...noPages, memberships: memberships.slice(n, n + MEMBERSHIPS_AT_ONCE) };
    mustBeOurs(await ledger.reconciliations.stage(run.id, holder, some));
  }
  const staged: StagedPages = {
    people: pages.flatMap((page) => page.people ?? []),
    groups: pages.flatMap((page) => page.groups ?? []),
    memberships: memberships.slice(0, MEMBERSHIPS_AT_ONCE),
    assignments: pages.flatMap((page) => page.assignments ?? []),
    parts: taken.map(({ part }) => part),
    newParts,
  };
  mustBeOurs(await ledger.reconciliations.stage(run.id, holder, staged));
  queue.add(newParts.map(newPart));
}

function newPart(part: string): StagedPart {
  return { part, from: null, state: 'waiting', pages: 0, rows: 0, expected: null, why: null };
}

/** Read on from where it stopped once, and read anew once where that place is gone. */
const TRIES = 2;

function partAfter(reading: Reading, outcome: PageOutcome): StagedPart {
  const { part } = reading;
  if (outcome.ok) return partWith(reading, outcome.page);
  if (outcome.kind === 'gone') return { ...part, state: 'gone', why: outcome.why };
  if (++reading.tries >= TRIES) return { ...part, state: 'failed', why: outcome.why };
  if (outcome.kind !== 'expired') return part;
  reading.seen.clear();
  return newPart(part.part);
}

function partWith(reading: Reading, page: DirectoryPage): StagedPart {
  const { part, seen } = reading;
  const rows = rowsOf(part.part, page);
  reading.emptyPages = rows === 0 ? reading.emptyPages + 1 : 0;
  const after: StagedPart = {
    ...part,
    from: page.next,
    pages: part.pages + 1,
    rows: part.rows + rows,
    expected: page.count ?? part.expected,
    why: page.limited ?? part.why,
    state: page.next === null ? 'complete' : 'waiting',
  };
  if (page.next === null) return after;
  const isRound = seen.has(page.next) || reading.emptyPages > EMPTY_PAGES_MOST;
  seen.add(page.next);
  if (!isRound && after.pages < PAGES_MOST) return after;
  const why = 'The directory goes round in circles: its pages lead back to pages that were read.';
  return { ...after, state: 'failed', why };
}

/** Of whatever a part is about: members and people, groups, or assignments. */
function rowsOf(part: string, page: DirectoryPage): number {
  if (part.startsWith('members ')) return page.memberships?.length ?? 0;
  return (page.people?.length ?? 0) || (page.assignments?.length ?? 0) || (page.groups?.length ?? 0);
}

async function countRead(running: Running): Promise<void> {
  const staged = await running.ledger.reconciliations.stagedCounts(running.run.id);
  running.report = { ...running.report, read: { ...running.report.read, ...staged } };
}
