// Microsoft Entra as a directory to reconcile with: reads it through Microsoft Graph, part by part and page by page. What
// is asked: entra-parts.ts; how: graph-caller.ts; what rows and failures mean: entra-rows.ts and entra-pages.ts.

import type { Provider } from '../identity/provider.ts';
import { endpointsOf } from '../provider/endpoints.ts';
import type { Reach } from '../provider/reach.ts';
import { SignInRefusal } from '../provider/sign-in-refusal.ts';
import type { DirectoryReader, PageOutcome, PartPlace, Reading } from './directory.ts';
import { entraLook } from './entra-look.ts';
import { isLinkOfGraph, outcome } from './entra-pages.ts';
import { areMembersIds, firstParts, type Part, questionOf, readPart } from './entra-parts.ts';
import { type EntraReading, readListed, readPage } from './entra-reading.ts';
import { entraRoles } from './entra-roles.ts';
import { graphCaller } from './graph-caller.ts';

/** A page of people is a megabyte; twenty pages of ids are one batch. */
const AT_ONCE = { people: 4, ids: 20 } as const;
/** Requests under way together. */
const LANES = 4;

/** Throws a SignInRefusal `bad_settings` for a connection that is none of Entra. */
export function entraDirectory(reach: Reach, provider: Provider, reading: Reading): DirectoryReader {
  const endpoints = endpointsOf(provider, reach.development);
  if (endpoints.kind !== 'entra')
    throw new SignInRefusal('bad_settings', { detail: 'Graph is of Entra alone.' });
  const caller = graphCaller(reach, provider);
  const roles = entraRoles(caller, endpoints.clientId);
  const here: EntraReading = { caller, endpoints, reading, roles };
  return {
    name: 'Microsoft Graph',
    parts: () => firstParts(reading),
    atOnce: areMembersIds(reading) ? AT_ONCE.ids : AT_ONCE.people,
    read: (places, signal) => readPlaces(here, places, signal),
    ...entraLook(reach, caller, endpoints.clientId, roles),
    cost: caller.cost,
  };
}

interface Asked {
  /** Which of the places it answers. */
  readonly at: number;
  readonly part: Part;
  readonly from: string | null;
}

async function readPlaces(
  here: EntraReading,
  places: readonly PartPlace[],
  signal: AbortSignal,
): Promise<readonly PageOutcome[]> {
  const outcomes: PageOutcome[] = places.map(({ part }) => outcome('failed', `Entra has no part "${part}".`));
  const alone: Asked[] = [];
  const together: (Asked & { readonly part: Part & { kind: 'members' } })[] = [];
  for (const [at, { part: name, from }] of places.entries()) {
    const part = readPart(name);
    if (part === null) continue;
    if (from !== null && !isLinkOfGraph(here.endpoints, from)) {
      // Such as one of before the provider was given another Graph.
      outcomes[at] = outcome('expired', 'Where it went on is no link of this Graph.');
    } else if (part.kind === 'members' && from === null && areMembersIds(here.reading)) {
      together.push({ at, part, from });
    } else {
      // Further pages are links, which a batch does not take.
      alone.push({ at, part, from });
    }
  }
  const questions = together.map(({ part }) => questionOf(part, here.endpoints.clientId, here.reading));
  const answers = await here.caller.getAll(questions, signal);
  for (const [index, { at, part }] of together.entries()) {
    outcomes[at] = readListed(here, part, null, answers[index]!);
  }
  await inLanes(alone, async ({ at, part, from }) => {
    outcomes[at] = await readPage(here, part, from, signal);
  });
  return outcomes;
}

async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
