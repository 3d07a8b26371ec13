// Everybody for whom a plan changes something, kept by name as far as memory is lent, and what it adds up to for each role, team
// and business unit. What many have in common (a loss, a gain) is kept once.

import type { PersonPlan } from '../../mapping/plan.ts';
import type { Target } from '../../mapping/resolve.ts';
import type { PersonJson, ReferenceJson } from './contract.ts';
import { showPerson } from './current-access.ts';
import type { AffectedPerson, Loss } from './planned-people.ts';
import { type Change, showChange } from './rules-plan.ts';

export interface KeptPerson {
  readonly user: PersonJson;
  readonly change: Change;
  readonly loss: Loss | null;
  readonly losesAdmin: boolean;
}

export interface TargetTotal extends ReferenceJson {
  readonly kind: Target['kind'];
  gain: number;
  lose: number;
}

export interface AffectedPeople {
  readonly count: number;
  /** Losses first: signing in, a role, anything else, of suspended people; then whoever only gains. */
  readonly people: readonly KeptPerson[];
  /** Who loses most stands first. */
  readonly totals: readonly TargetTotal[];
}

/** The order in which they are shown; what is behind is forgotten first. */
const places: readonly (Loss | 'none')[] = ['signIn', 'role', 'other', 'suspended', 'none'];

export function gatherAffected(most: number) {
  const groups = new Map<Loss | 'none', KeptPerson[]>(places.map((place) => [place, []]));
  const changes = new Map<string, Change>();
  const totals = new Map<string, TargetTotal>();
  let count = 0;
  let kept = 0;

  function sum(target: Target, what: 'gain' | 'lose'): void {
    const { kind, id, name } = target;
    const known = totals.get(id) ?? { kind, id, name, gain: 0, lose: 0 };
    known[what]++;
    totals.set(id, known);
  }

  function shared(plan: PersonPlan): Change {
    const key = keyOf(plan);
    const known = changes.get(key) ?? showChange(plan);
    changes.set(key, known);
    return known;
  }

  function forgetLast(): void {
    for (const place of places.toReversed()) if (groups.get(place)!.pop()) return;
  }

  return {
    add({ user, plan, loss, losesAdmin }: AffectedPerson): void {
      count++;
      for (const target of plan.gained) sum(target, 'gain');
      for (const target of plan.lost) sum(target, 'lose');
      groups.get(loss ?? 'none')!.push({ user: showPerson(user), change: shared(plan), loss, losesAdmin });
      if (kept < most) kept++;
      else forgetLast();
    },
    gathered: (): AffectedPeople => ({
      count,
      people: places.flatMap((place) => groups.get(place)!),
      totals: [...totals.values()].sort(byLoss),
    }),
  };
}

function byLoss(a: TargetTotal, b: TargetTotal): number {
  return b.lose - a.lose || b.gain - a.gain || (a.name < b.name ? -1 : 1);
}

function keyOf({ lost, gained, losesSignIn, roleBefore, roleAfter }: PersonPlan): string {
  const ids = (targets: readonly Target[]) => targets.map(({ id }) => id).join(' ');
  return [losesSignIn, roleBefore?.id, roleAfter?.id, ids(lost), ids(gained)].join('|');
}
