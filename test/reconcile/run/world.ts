// A Bifrost beside the local Entra, which provisions, signs people in and answers as Graph from one tenant; and what a test wants
// to know of a run.

import { type Provisioning, provisioning } from '../../../simulator/provisioning.ts';
import { sampleOrganisation } from '../../../simulator/sample-organisation.ts';
import type { Problem } from '../../../src/edge/admin/problem.ts';
import type { DriftRow, Run } from '../../../src/ledger/reconciliation.ts';
import { startWorld, type World, type WorldOptions } from '../../sign-in/world.ts';

export interface ReconcileWorld extends World {
  agent: Provisioning;
  /** Begins a run and waits for its end. */
  reconcile(words?: Record<string, unknown>): Promise<Run>;
  /** Everybody, without a preview. */
  importPeople(): Promise<Run>;
  /** Until nobody is left to be resolved anew. */
  settled(): Promise<void>;
  /** Its rows, those first that were healed; at most 500. */
  rows(
    run: Run,
    query?: { category?: DriftRow['category']; states?: DriftRow['state'][] },
  ): Promise<DriftRow[]>;
  /** In a word each, sorted: `disabled-there healed amara@...`. */
  words(run: Run): Promise<string[]>;
  status(oid: string): Promise<string | null>;
  /** Sentences; none when stored access is what the rules give. */
  verify(): Promise<string[]>;
}

const PROVIDER = 'entra';
const LONGEST_RUN_MS = 20_000;

/** Everybody provisioned by one cycle, unless told otherwise. */
export async function startReconcileWorld(
  options: WorldOptions & { people?: number; groups?: number; provisioned?: boolean } = {},
): Promise<ReconcileWorld> {
  const { people = 40, groups = 4, provisioned = true } = options;
  const world = await startWorld({
    tenant: sampleOrganisation({ users: people, groups, members: people * 2 }, 7),
    ...options,
    provider: {
      attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
      ...options.provider,
    },
  });
  const { entra, server } = world;
  const agent = provisioning(entra, { base: server.scim, token: server.token });
  if (provisioned) await agent.cycle();
  const { reconciliations } = server.ledger;

  async function finished(id: string): Promise<Run> {
    const deadline = performance.now() + LONGEST_RUN_MS;
    for (;;) {
      const run = await reconciliations.find(id);
      if (run && (run.phase === 'done' || run.phase === 'waiting')) return run;
      if (performance.now() > deadline) throw new Error(`The run is still ${run?.phase}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function begun(what: string, words: Record<string, unknown>): Promise<Run> {
    const path = `/api/providers/${PROVIDER}/${what}`;
    const { status, body } = await world.api<{ id: string } & Partial<Problem>>('POST', path, words);
    if (status !== 202) throw new Error(`${status}: ${body.detail}`);
    return finished(body.id);
  }

  return {
    ...world,
    agent,
    reconcile: (words = {}) => begun('reconcile', words),
    importPeople: () => begun('import', { preview: false }),
    async settled() {
      const deadline = performance.now() + LONGEST_RUN_MS;
      while (
        (await server.ledger.staleUsers()) > 0 ||
        (await server.ledger.jobs(50)).some((job) => !job.finishedAt)
      ) {
        if (performance.now() > deadline) throw new Error('People are still being resolved.');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async rows(run, query = {}) {
      return (await reconciliations.drift({ run: run.id, ...query, after: null, limit: 500 })).items;
    },
    async words(run) {
      const { items } = await reconciliations.drift({ run: run.id, after: null, limit: 500 });
      return items.map(({ category, state, name }) => `${category} ${state} ${name}`).sort();
    },
    async status(oid) {
      const found = await server.ledger.findPeople({ externalId: oid, provider: PROVIDER });
      const full = found[0] === undefined ? null : await server.ledger.fullUser(found[0]);
      if (!full) return null;
      const { removedAt, suspensions } = full.loaded.user;
      if (removedAt !== null) return 'removed';
      return Object.keys(suspensions).join('+') || 'active';
    },
    verify: async () => (await server.ledger.verify()).problems,
    async stop() {
      agent.close();
      await world.stop();
    },
  };
}
