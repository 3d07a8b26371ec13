// What the suites of comparing with the directory begin with: runs, pages of a directory, rows of a report, batches.

import { newId } from '../../src/id.ts';
import type { DirectoryPerson } from '../../src/identity/directory.ts';
import type {
  DriftRow,
  NewBatch,
  NewRun,
  Run,
  StagedPages,
  StagedPart,
} from '../../src/ledger/reconciliation.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { by, PROVIDER, tick } from './scribe.ts';

export const HOLDER = 'this process';

/** Ids of objects as a directory gives them. */
export function objectId(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-abcd-4abc-8abc-abcdefabcdef`;
}

export function directoryPerson(n: number, more: Partial<DirectoryPerson> = {}): DirectoryPerson {
  return { id: objectId(n), userName: `staged${n}@kitehaus.example`, enabled: true, attributes: {}, ...more };
}

export function pagesOf(more: Partial<StagedPages>): StagedPages {
  return { people: [], groups: [], memberships: [], assignments: [], parts: [], newParts: [], ...more };
}

export function part(name: string, more: Partial<StagedPart> = {}): StagedPart {
  return { part: name, from: null, state: 'complete', pages: 1, rows: 1, expected: null, why: null, ...more };
}

export function newRun(more: Partial<NewRun> = {}): NewRun {
  const startedAt = tick();
  return {
    id: newId(startedAt),
    provider: PROVIDER,
    channel: 'reconciliation',
    mode: 'heal',
    scope: 'assigned',
    filter: null,
    preview: false,
    trigger: 'schedule',
    startedAt,
    ...more,
  };
}

export function newBatch(more: Partial<NewBatch> = {}): NewBatch {
  const createdAt = tick();
  return {
    id: newId(createdAt),
    provider: PROVIDER,
    source: 'reconciliation',
    origin: 'a run',
    people: 2,
    active: 10,
    body: { limit: 1 },
    createdAt,
    ...more,
  };
}

export function driftRow(run: string, id: string, more: Partial<DriftRow> = {}): DriftRow {
  return {
    run,
    id,
    category: 'attribute-differs',
    user: null,
    directoryId: null,
    name: 'amara@kitehaus.example',
    about: '',
    takes: false,
    state: 'due',
    why: 'The directory has another title.',
    detail: { here: 'Pilot', there: 'Navigator' },
    batch: null,
    healedAt: null,
    ...more,
  };
}

const ended = { phase: 'done', outcome: 'complete', counts: {}, problems: [] } as const;

export interface ReconciliationDesk {
  desk: Desk;
  /** Begun, and held by HOLDER. */
  underWay(more?: Partial<NewRun>): Promise<Run>;
  end(run: string): Promise<boolean>;
  stage(run: string, pages: Partial<StagedPages>): Promise<boolean>;
  /** All pages, of so many each. */
  staged(run: string, limit?: number): ReturnType<Desk['ledger']['reconciliations']['people']>;
  report(run: string, ...rows: DriftRow[]): Promise<boolean>;
  rowsOf(run: string): Promise<DriftRow[]>;
}

export function reconciliationDesk(open: Open): ReconciliationDesk {
  const desk = eachWithLedger(open);
  const store = () => desk.ledger.reconciliations;
  return {
    desk,
    async underWay(more) {
      const begun = await store().begin(newRun(more), by(), []);
      if (!begun) throw new Error('another is under way');
      await store().take(HOLDER);
      return begun;
    },
    end: (run) => store().finish(run, HOLDER, ended, by(), []),
    stage: (run, pages) => store().stage(run, HOLDER, pagesOf(pages)),
    async staged(run, limit = 100) {
      const people = [];
      for (let after = ''; ; ) {
        const page = await store().people(run, after, limit);
        people.push(...page);
        if (page.length < limit) return people;
        after = page.at(-1)!.person.id;
      }
    },
    report: (run, ...rows) => store().report(run, HOLDER, rows, {}),
    rowsOf: async (run) => (await store().drift({ run, after: null, limit: 100 })).items,
  };
}
