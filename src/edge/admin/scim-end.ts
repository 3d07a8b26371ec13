// Switching SCIM off where it has brought people: an edit of the provider that also says what becomes of them.

import type { PeopleChoice, Provider } from '../../identity/provider.ts';
import { isObject } from '../../scim/json.ts';
import { mayNot } from './caller.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { checkConfirmed, needChoice, peopleChoices } from './removal-plan.ts';
import { type Call, changeBy } from './route.ts';

export interface ScimEnd {
  people?: PeopleChoice;
  confirm?: number;
}

/** What an edit says of people (`scim.people`, `scim.confirm`), and the edit without it, which is settings alone. */
export function readScimEnd(edit: Record<string, unknown>): {
  written: Record<string, unknown>;
  end: ScimEnd;
} {
  if (!isObject(edit.scim) || !('people' in edit.scim || 'confirm' in edit.scim)) {
    return { written: edit, end: {} };
  }
  const { people, confirm, ...scim } = edit.scim;
  const problems: InputProblem[] = [];
  if (scim.enabled !== false) {
    problems.push({ path: '/scim/people', problem: 'goes with "enabled": false' });
  }
  const known = peopleChoices.find((each) => each === people);
  if (people !== undefined && !known) {
    problems.push({ path: '/scim/people', problem: `is none of ${peopleChoices.join(', ')}` });
  }
  const isCount = typeof confirm === 'number' && Number.isSafeInteger(confirm) && confirm >= 0;
  if (confirm !== undefined && !isCount) {
    problems.push({ path: '/scim/confirm', problem: 'is no number of people' });
  }
  if (problems.length > 0) throw badInput('The edit', problems);
  const end = { ...(known && { people: known }), ...(isCount && { confirm }) };
  return { written: { ...edit, scim }, end };
}

/** Saves the provider, and begins the job, where SCIM has brought people; false where it has not. */
export async function endScim(call: Call, before: Provider, after: Provider, end: ScimEnd): Promise<boolean> {
  const { ledger } = call.parts;
  const counts = await ledger.retirementCounts(before.id, 'scim');
  if (counts.total === 0) return false;
  const asked = { of: 'scim', people: end.people } as const;
  const how = { of: asked.of, people: needChoice(before, asked, counts) };
  if (how.people === 'remove') refuseWhoMayNotRemove(call);
  checkConfirmed(before, how, end.confirm, counts);
  const saved = { ...after, revision: before.revision + 1 };
  await ledger.retireProvider(saved, before.revision, how, changeBy(call));
  return true;
}

/** Editing a provider is one thing, removing all of its people another. */
function refuseWhoMayNotRemove({ caller }: Call): void {
  const refusal = mayNot(caller, { resource: 'providers', operation: 'delete' });
  if (refusal) throw refusal;
}
