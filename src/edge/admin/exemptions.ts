// Whoever changes the rules, and the last administrator, are not shut out by that: they are given the role they have by hand
// before the rules apply, and it is taken back where the rules are then refused.

import type { ChangeSet } from '../../identity/change-set.ts';
import type { Exempt } from '../../identity/grant.ts';
import type { Change, Ledger } from '../../ledger/ledger.ts';
import type { DecisionContext, LoadedUser } from '../../mapping/decide.ts';
import { decideExemptionEnd, decideManualGrant } from '../../mapping/manual.ts';
import type { Exempted } from './planned-people.ts';

/** `apply` runs while they stand. */
export async function withExemptions(
  ledger: Ledger,
  exempted: readonly Exempted[],
  exempt: Exempt,
  by: Change,
  apply: () => Promise<unknown>,
): Promise<void> {
  for (const { user, role } of exempted) {
    const target = { kind: 'role' as const, id: role.id, name: role.name, key: role.id };
    await decideOn(ledger, user, by, (context, loaded) => {
      // Removed since the plan was made: there is nobody to shut out.
      return loaded.user.removedAt === null ? decideManualGrant(context, loaded, target, exempt) : null;
    });
  }
  try {
    await apply();
  } catch (error) {
    for (const { user } of exempted) {
      await decideOn(ledger, user, by, (context, loaded) => decideExemptionEnd(context, loaded, exempt));
    }
    throw error;
  }
}

async function decideOn(
  ledger: Ledger,
  { provider, id }: { provider: string; id: string },
  by: Change,
  decide: (context: DecisionContext, loaded: LoadedUser) => ChangeSet | null,
): Promise<void> {
  await ledger.transact({
    provider,
    needs: { user: id },
    decide: ({ user: loaded, state }) => ({
      changes: loaded && decide({ state, ...by }, loaded),
      answer: undefined,
    }),
  });
}
