// Rows of a report made true: each person is looked at once more, decided by the one comparison, and written in one commit with
// others. What is not so any more is skipped, and says so.

import { addChanges, type ChangeSet, emptyChangeSet } from '../identity/change-set.ts';
import type { Whereabouts } from '../identity/directory.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { DriftRow } from '../ledger/reconciliation.ts';
import type { DecisionContext, LoadedUser } from '../mapping/decide.ts';
import { type Dealing, type Found, losses } from '../mapping/decide-directory.ts';
import { healPerson } from '../mapping/heal-directory.ts';
import { Refusal } from '../refusal.ts';
import type { DirectoryReader } from './directory.ts';
import { healingOf, type Looked, lookAgain, stillSo } from './look-again.ts';
import { ignoredKey } from './rows.ts';
import type { Running } from './running.ts';

export interface Healer {
  readonly ledger: Ledger;
  readonly reader: DirectoryReader;
  readonly dealing: Dealing;
  readonly provider: string;
  readonly by: Change;
  readonly signal: AbortSignal;
  /** As people said to leave alone (rows.ts); none where a person heals single rows. */
  readonly ignored?: ReadonlySet<string>;
}

export type SettledRow = Pick<DriftRow, 'run' | 'id' | 'state' | 'why' | 'batch' | 'healedAt' | 'detail'>;

/** All of the rows that are to be healed of one person. */
interface Patient {
  readonly user: string;
  readonly rows: readonly DriftRow[];
  readonly looked: readonly Looked[];
}

/** At most some hundred rows about users who are here. What became of each, to be noted by the caller. */
export async function healRows(healer: Healer, rows: readonly DriftRow[]): Promise<SettledRow[]> {
  const ofUsers = rows.filter(({ user }) => user !== null);
  const looked = await lookAgain(healer.reader, ofUsers, healer.signal);
  const patients = new Map<string, { user: string; rows: DriftRow[]; looked: Looked[] }>();
  for (const [n, row] of ofUsers.entries()) {
    const user = row.user!;
    const known = patients.get(user) ?? { user, rows: [], looked: [] };
    known.rows.push(row);
    known.looked.push(looked[n]!);
    patients.set(user, known);
  }
  return healTogether(await withYoung(healer, ofUsers), [...patients.values()]);
}

/** So long a list of members may lag behind what SCIM has just said. */
const LAG_MS = 3_600_000;

interface Treating extends Healer {
  /** Memberships that are too young to be ended by a list: `<user> <group>`. */
  readonly young: ReadonlySet<string>;
}

async function withYoung(healer: Healer, rows: readonly DriftRow[]): Promise<Treating> {
  const leaving = rows.filter(
    ({ category, detail }) => category === 'member-differs' && detail.here === true,
  );
  const users = [...new Set(leaving.map(({ user }) => user!))];
  const { ledger, provider, by } = healer;
  return { ...healer, young: await ledger.reconciliations.joinedSince(provider, users, by.at - LAG_MS) };
}

async function healTogether(healer: Treating, patients: readonly Patient[]): Promise<SettledRow[]> {
  if (patients.length === 0) return [];
  try {
    return await commit(healer, patients);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (patients.length === 1) return refused(patients[0]!, error);
    // One of them is in the way: each alone.
    const settled: SettledRow[] = [];
    for (const patient of patients) settled.push(...(await healTogether(healer, [patient])));
    return settled;
  }
}

function refused({ rows }: Patient, { message }: Refusal): SettledRow[] {
  return rows.map((row) => ({ ...row, state: 'skipped', why: `It could not be healed. ${message}` }));
}

function commit(healer: Treating, patients: readonly Patient[]): Promise<SettledRow[]> {
  const { ledger, provider, by } = healer;
  return ledger.transact({
    provider,
    needs: { members: patients.map(({ user }) => user) },
    decide({ state, members }) {
      const context = { state, ...by };
      const whole = emptyChangeSet(provider, by.at, by.actor, by.cause);
      const settled = patients.flatMap((patient) => {
        const member = members.get(patient.user);
        const loaded = member?.kind === 'User' ? member.loaded : null;
        return heal(context, healer, patient, loaded, whole);
      });
      const { users, resolved, renumbered, joins, leaves } = whole;
      const isNothing =
        users.length + resolved.length + renumbered.length + joins.length + leaves.length === 0;
      return { changes: isNothing ? null : whole, answer: settled };
    },
  });
}

function heal(
  context: DecisionContext,
  { dealing, ignored, young }: Treating,
  { rows, looked }: Patient,
  loaded: LoadedUser | null,
  whole: ChangeSet,
): SettledRow[] {
  if (!loaded || loaded.user.removedAt !== null) {
    return rows.map((row) => ({ ...row, state: 'skipped', why: 'They were removed meanwhile.' }));
  }
  const found: Found[] = [];
  const settled = rows.map((row, n): SettledRow => {
    const still = stillSo(context, loaded, row, looked[n]!, dealing);
    // As it was: whoever asks decides whether to try again.
    if (still.isUnknown) return { ...row, why: `It could not be confirmed. ${still.why}` };
    // Done before this was interrupted: it is to be found among what can be given back.
    if (isDoneAlready(row, loaded)) return { ...row, state: 'healed', healedAt: context.at };
    if (!still.found) return { ...row, state: 'skipped', why: still.why };
    const group =
      still.found.category === 'member-differs' ? dealing.known.groups.get(still.found.about) : null;
    if (group?.here && young.has(`${loaded.user.id} ${group.here.id}`)) {
      return { ...row, state: 'skipped', why: YOUNG };
    }
    if (ignored?.has(ignoredKey(still.found))) return { ...row, state: 'ignored', why: still.why };
    if (still.found.action === null) return { ...row, state: 'open', why: still.why };
    found.push(still.found);
    const detail = { ...row.detail, ...still.found.detail };
    return { ...row, state: 'healed', why: still.why, detail, healedAt: context.at };
  });
  const part = found.length > 0 ? changesFor(context, loaded, found, looked, dealing) : null;
  const isCounted = found.some(({ takes }) => takes);
  if (!isCounted && losses(context, loaded, part).length > 0) {
    return rows.map((row) => ({ ...row, state: 'open', why: UNCOUNTED }));
  }
  if (part) addChanges(whole, part);
  return settled;
}

const YOUNG = 'They joined within the last hour, and lists of members lag behind: the next run looks again.';
const UNCOUNTED =
  'By now healing it would take something from them, which was not counted: the next run does.';

function isDoneAlready(row: DriftRow, { user }: LoadedUser): boolean {
  const isStatus = ['missing-there', 'disabled-there', 'unassigned'].includes(row.category);
  return isStatus && row.state === 'held' && user.suspensions.directory !== undefined;
}

function changesFor(
  context: DecisionContext,
  loaded: LoadedUser,
  found: readonly Found[],
  looked: readonly Looked[],
  dealing: Dealing,
): ChangeSet | null {
  const where: Whereabouts = looked[0]!.found;
  return healPerson(context, loaded, healingOf(loaded, found, where, dealing));
}

export async function loadPeople(
  { ledger, run }: Pick<Running, 'ledger' | 'run'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LoadedUser>> {
  if (ids.length === 0) return new Map();
  return ledger.transact({
    provider: run.provider,
    needs: { members: ids },
    decide: ({ members }) => {
      const users = [...members.values()].flatMap((each) => (each.kind === 'User' ? [each.loaded] : []));
      return { changes: null, answer: new Map(users.map((loaded) => [loaded.user.id, loaded])) };
    },
  });
}
