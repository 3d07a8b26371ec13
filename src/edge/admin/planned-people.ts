// The plan of other rules, or of roles that permit something else, for everybody of a provider: the walk, in short turns so that
// others are answered in between, and what it adds up to.

import type { Person } from '../../identity/sign-in.ts';
import { statusOf, type User } from '../../identity/user.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LoadedPerson, ProviderState } from '../../mapping/decide.ts';
import { REASON_KEY } from '../../mapping/manual.ts';
import { type Grounds, type PersonPlan, planPerson, whatDiffers } from '../../mapping/plan.ts';
import { Refusal } from '../../refusal.ts';
import { administrators, hasAdminUser, type IsAdmin } from './administrators.ts';

const PEOPLE_AT_ONCE = 200;
/** People of each kind that are named. */
const SHOWN = 50;

export interface PlannedPerson {
  readonly user: User;
  readonly plan: PersonPlan;
}

/** Of whom the role they have stays, by hand. */
export interface Exempted {
  readonly user: User;
  readonly role: { readonly id: string; readonly name: string };
  readonly why: 'changes-rules' | 'last-admin';
}

export interface PeoplePlan {
  readonly people: number;
  /** From how many who are active it takes anything. */
  readonly lose: number;
  /** From how many who are suspended: it shows when that is lifted. */
  readonly suspendedLose: number;
  readonly loseRole: number;
  readonly loseSignIn: number;
  readonly gain: number;
  /** Administrators who are none any more. */
  readonly adminsLose: number;
  readonly admins: readonly AffectedPerson[];
  /** The first of them: whoever loses signing in, then a role, then anything else. */
  readonly losers: readonly AffectedPerson[];
  readonly gainers: readonly AffectedPerson[];
  readonly exempt: readonly Exempted[];
}

/** `suspended`: whatever they lose, it shows when that is lifted. */
export type Loss = 'signIn' | 'role' | 'other' | 'suspended';

/** Somebody for whom anything changes. */
export interface AffectedPerson extends PlannedPerson {
  readonly loss: Loss | null;
  /** Is an administrator, and would be none any more. */
  readonly losesAdmin: boolean;
}

/** What somebody wants to know while it goes on. */
export interface Watch {
  affected?(person: AffectedPerson): void;
  /** How many were looked at so far. */
  done?(people: number): void;
}

export interface Walk {
  readonly now: ProviderState;
  readonly wanted: Grounds;
  /** Whoever makes the change. */
  readonly by: Person | null;
  readonly gone?: AbortSignal;
}

export async function planEverybody(ledger: Ledger, walk: Walk, watch: Watch = {}): Promise<PeoplePlan> {
  const { by, gone } = walk;
  const { id } = walk.now.provider;
  const { now, wanted } = whatDiffers(walk.now, walk.wanted);
  const isAdmin = await administrators(ledger);
  const sum = tally(isAdmin, watch);
  let adminsStay = 0;
  let seen = 0;
  let last: LoadedPerson | null = null;
  const next = ledger.everybody(id);
  for (;;) {
    if (gone?.aborted) throw new Refusal('unavailable', 'Whoever asked for the plan has gone.');
    const people = await next(PEOPLE_AT_ONCE);
    for (const loaded of people) {
      const plan = planPerson(now, wanted, loaded);
      const isActive = statusOf(loaded.user) === 'active';
      const isOwn = by?.provider === id && by.id === loaded.user.id;
      if (isOwn && losesRole(plan)) {
        sum.exempt(walk, loaded, 'changes-rules');
        if (isActive && isAdmin(plan.roleBefore)) adminsStay++;
      } else if (isActive && isAdmin(plan.roleBefore) && !isAdmin(plan.roleAfter)) {
        // Who of these is the last is known when all were seen.
        const [rest, kept] = byLastSignIn(last, loaded);
        if (rest) sum.add(rest, planPerson(now, wanted, rest));
        last = kept;
      } else {
        sum.add(loaded, plan);
        if (isActive && isAdmin(plan.roleAfter)) adminsStay++;
      }
    }
    seen += people.length;
    watch.done?.(seen);
    if (people.length < PEOPLE_AT_ONCE) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (last) {
    const isLast = adminsStay === 0 && !(await hasAdminUser(ledger, isAdmin, id));
    if (isLast) sum.exempt(walk, last, 'last-admin');
    else sum.add(last, planPerson(now, wanted, last));
  }
  return sum.total();
}

function losesRole({ lost }: PersonPlan): boolean {
  return lost.some(({ kind }) => kind === 'role');
}

/** The one who was here last is most likely to come again. */
function byLastSignIn(known: LoadedPerson | null, other: LoadedPerson): [LoadedPerson | null, LoadedPerson] {
  if (!known) return [null, other];
  const isLater = (other.user.lastSignInAt ?? 0) > (known.user.lastSignInAt ?? 0);
  return isLater ? [known, other] : [other, known];
}

// --- adding up --------------------------------------------------------------------------------------------------

function tally(isAdmin: IsAdmin, watch: Watch) {
  const counts = { people: 0, lose: 0, suspendedLose: 0, loseRole: 0, loseSignIn: 0, gain: 0, adminsLose: 0 };
  const first = { signIn: list(), role: list(), other: list(), gainers: list(), admins: list() };
  const exempted: Exempted[] = [];

  function add({ user }: LoadedPerson, plan: PersonPlan): void {
    counts.people++;
    if (plan.gained.length === 0 && plan.lost.length === 0) return;
    const loss = kindOfLoss(user, plan);
    const isActive = statusOf(user) === 'active';
    const losesAdmin = isActive && isAdmin(plan.roleBefore) && !isAdmin(plan.roleAfter);
    const person = { user, plan, loss, losesAdmin };
    count(person);
    watch.affected?.(person);
  }

  function count(person: AffectedPerson): void {
    const { plan, loss, losesAdmin } = person;
    if (plan.gained.length > 0) {
      counts.gain++;
      if (loss === null) first.gainers.add(person);
    }
    if (loss === null) return;
    if (loss === 'suspended') {
      counts.suspendedLose++;
      return;
    }
    counts.lose++;
    if (plan.losesSignIn) counts.loseSignIn++;
    if (losesRole(plan)) counts.loseRole++;
    first[loss].add(person);
    if (!losesAdmin) return;
    counts.adminsLose++;
    first.admins.add(person);
  }

  return {
    add,
    /** As if people had given them the role that they have. */
    exempt({ now, wanted }: Walk, loaded: LoadedPerson, why: Exempted['why']): void {
      const role = planPerson(now, wanted, loaded).roleBefore!;
      exempted.push({ user: loaded.user, role: { id: role.id, name: role.name }, why });
      const target = { kind: 'role' as const, id: role.id, name: role.name, key: role.id };
      const given = { target, reason: { by: 'manual' as const, actor: '' }, reasonKey: REASON_KEY };
      add(loaded, planPerson(now, wanted, { ...loaded, standing: [...loaded.standing, given] }));
    },
    total: (): PeoplePlan => ({
      ...counts,
      losers: [...first.signIn.items, ...first.role.items, ...first.other.items].slice(0, SHOWN),
      gainers: first.gainers.items,
      admins: first.admins.items,
      exempt: exempted,
    }),
  };
}

function kindOfLoss(user: User, plan: PersonPlan): Loss | null {
  if (plan.lost.length === 0) return null;
  if (statusOf(user) !== 'active') return 'suspended';
  return plan.losesSignIn ? 'signIn' : losesRole(plan) ? 'role' : 'other';
}

function list() {
  const items: AffectedPerson[] = [];
  return {
    items,
    add(person: AffectedPerson): void {
      if (items.length < SHOWN) items.push(person);
    },
  };
}
