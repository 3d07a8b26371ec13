// What an import would do, before it does anything: counted over everybody, shown of the first.

import { createUserByClaims, settleClaims } from '../identity/claims.ts';
import { displayNameOf } from '../identity/user.ts';
import type { StagedPerson } from '../ledger/reconciliation.ts';
import type { LoadedUser, ProviderState } from '../mapping/decide.ts';
import type { Dealing } from '../mapping/decide-directory.ts';
import { rowTold } from '../mapping/directory-facts.ts';
import { type Access, resolve } from '../mapping/resolve.ts';
import { seenOf } from './known.ts';
import { obstacleOf } from './missing-here.ts';
import type { PreviewPerson, RunPreview } from './report.ts';
import type { Running } from './running.ts';

const SHOWN = 50;

const emptyPreview: Omit<RunPreview, 'ruleset'> = {
  create: 0,
  update: 0,
  unchanged: 0,
  skipped: 0,
  roles: {},
  first: [],
};

export async function previewOf(
  running: Running,
  dealing: Dealing,
  staged: readonly StagedPerson[],
  matches: ReadonlyMap<string, LoadedUser>,
): Promise<void> {
  const state = await running.ledger.provider(running.run.provider);
  if (!state) return;
  const preview = { ...(running.report.preview ?? emptyPreview) };
  const roles = { ...preview.roles };
  const first = [...preview.first];
  const counts = { created: 0, updated: 0, unchanged: 0, skipped: 0 };
  for (const each of staged) {
    const person = previewPerson(running, state, dealing, each, matches.get(each.person.id) ?? null);
    counts[person.becomes]++;
    const role = person.role ?? '';
    if (person.becomes !== 'skipped') roles[role] = (roles[role] ?? 0) + 1;
    if (first.length < SHOWN) first.push(person);
  }
  running.report = {
    ...running.report,
    preview: {
      ruleset: state.ruleset.number,
      create: preview.create + counts.created,
      update: preview.update + counts.updated,
      unchanged: preview.unchanged + counts.unchanged,
      skipped: preview.skipped + counts.skipped,
      roles,
      first,
    },
  };
}

function previewPerson(
  running: Running,
  state: ProviderState,
  { known }: Dealing,
  staged: StagedPerson,
  loaded: LoadedUser | null,
): PreviewPerson {
  const { person } = staged;
  const at = running.clock.now();
  const named = { directoryId: person.id, userName: person.userName ?? person.id };
  const nothing = { role: null, teams: [], businessUnits: [] };
  const obstacle = loaded ? null : (disabled(staged) ?? obstacleOf(staged));
  if (obstacle !== null) {
    const name = person.attributes.name;
    const displayName = typeof name === 'string' ? name : null;
    return { ...named, displayName, becomes: 'skipped', why: obstacle, ...nothing };
  }
  const told = rowTold(known, seenOf(running.run, staged), loaded?.user ?? null);
  const { after } = loaded
    ? settleClaims(loaded.user, told, at)
    : createUserByClaims({ provider: state.provider.id, id: person.id, formerly: null }, told, at);
  const becomes = !loaded ? 'created' : after === loaded.user ? 'unchanged' : 'updated';
  const access = resolve({
    user: after,
    groups: loaded?.groups ?? [],
    standing: loaded?.standing ?? [],
    ruleset: state.ruleset,
    roles: state.roles,
  });
  return { ...named, displayName: displayNameOf(after), becomes, why: null, ...shown(access) };
}

function disabled({ person }: StagedPerson): string | null {
  return person.enabled === false ? 'The account is disabled in the directory.' : null;
}

function shown({ role, grants }: Access): Pick<PreviewPerson, 'role' | 'teams' | 'businessUnits'> {
  const of = (kind: string) => [
    ...new Set(grants.filter(({ target }) => target.kind === kind).map(({ target }) => target.name)),
  ];
  return { role: role?.name ?? null, teams: of('team'), businessUnits: of('businessUnit') };
}
