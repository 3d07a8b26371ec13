// A list of permissions as people send it: against the catalogue, each once, in the order of the catalogue.

import { nearest } from '../../nearest.ts';
import { shorten } from '../../scim/json.ts';
import type { Parts } from '../parts.ts';
import { catalogue } from './declared-permissions.ts';
import { badInput, type InputProblem } from './read-input.ts';

const PROBLEMS_NAMED = 20;

/** `held` may stay, also where nothing declares it any more. @throws Refusal that names the nearest of each unknown one. */
export async function readPermissions(
  parts: Pick<Parts, 'ledger' | 'settings'>,
  wanted: readonly string[],
  held: readonly string[] = [],
): Promise<readonly string[]> {
  const known = (await catalogue(parts)).map(({ permission }) => permission);
  const possible = new Set([...known, ...held]);
  const problems: InputProblem[] = [];
  for (const [at, permission] of wanted.entries()) {
    if (possible.has(permission)) continue;
    const meant = nearest(permission, known);
    const hint = meant ? `did you mean ${meant}?` : 'GET /api/permissions has them all';
    const problem = `is ${shorten(permission)}, no permission there is; ${hint}`;
    problems.push({ path: `/permissions/${at}`, problem });
  }
  if (problems.length > 0) throw badInput('The body', problems.slice(0, PROBLEMS_NAMED));
  const asked = new Set(wanted);
  // The same ones are no change, in whatever order they stand.
  if (held.length === asked.size && held.every((each) => asked.has(each))) return held;
  return [...possible].filter((permission) => asked.has(permission));
}
