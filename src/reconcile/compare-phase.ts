// Every staged person beside the user here whom they are, some hundred at a time: what differs becomes rows of the report, what
// takes nothing from anybody is told at once. Then whoever is here and was not among them, and the groups.

import { addChanges, emptyChangeSet } from '../identity/change-set.ts';
import { externalIdOf } from '../identity/user.ts';
import type { DriftRow, StagedPerson } from '../ledger/reconciliation.ts';
import type { LoadedUser } from '../mapping/decide.ts';
import { comparePerson, type Dealing, type Found, type SeenHere } from '../mapping/decide-directory.ts';
import { GUID } from '../provider/endpoints.ts';
import { Refusal } from '../refusal.ts';
import { compareGroups } from './compare-groups.ts';
import { loadPeople } from './heal-people.ts';
import { fitsFilter } from './import-filter.ts';
import { type Known, seenOf } from './known.ts';
import { missingHere } from './missing-here.ts';
import { previewOf } from './preview.ts';
import { ignoredBy, rowOf, type Stating } from './rows.ts';
import { byRun, contextOf, isPreview, mustBeOurs, placeOf, type Running } from './running.ts';

const PEOPLE_AT_ONCE = 200;

/** Where the phase is: `people <last id>`, `absent <last id>`, `groups`. */
const places = { people: 'people ', absent: 'absent ', groups: 'groups ' } as const;

export async function comparePhase(running: Running, known: Known, position: string): Promise<void> {
  let at = position === '' ? places.people : position;
  const ignored = await ignoredBy(running.ledger, running.run.provider, running.clock.now());
  const stating = { ignored, heals: known.dealing.heals };
  while (at.startsWith(places.people)) {
    at = await comparePeople(running, known.dealing, stating, at.slice(places.people.length));
  }
  while (at.startsWith(places.absent)) {
    at = await compareAbsent(running, known, stating, at.slice(places.absent.length));
  }
  if (at === places.groups) await compareGroups(running, known, (found) => rowOf(running, stating, found));
}

// --- people -----------------------------------------------------------------------------------------------------

async function comparePeople(
  running: Running,
  dealing: Dealing,
  stating: Stating,
  after: string,
): Promise<string> {
  const { ledger, run, holder } = running;
  const { reconciliations } = ledger;
  const page = await reconciliations.people(run.id, after, PEOPLE_AT_ONCE);
  const last = page.at(-1)?.person.id;
  const next = last === undefined ? places.absent : places.people + last;
  const staged = page.filter((each) => fitsFilter(run, dealing.known, each));
  const matches = await matched(running, staged);
  const { rows, withNews } = await compared(running, dealing, stating, staged, matches);
  if (isPreview(running)) await previewOf(running, dealing, staged, matches);
  else if (withNews.length > 0) await tell(running, dealing, withNews);
  running.report = {
    ...running.report,
    compared: running.report.compared + staged.length,
    matched: running.report.matched + matches.size,
    told: running.report.told + (isPreview(running) ? 0 : withNews.length),
  };
  const people = staged.map(({ person }) => ({
    id: person.id,
    user: matches.get(person.id)?.user.id ?? null,
  }));
  const place = placeOf(running, { position: next });
  if (rows.length > 0) mustBeOurs(await reconciliations.report(run.id, holder, rows, {}));
  mustBeOurs(await reconciliations.noteMatches(run.id, holder, people, place));
  return next;
}

/** Who of these is here, each loaded with what decides their access; by the id in the directory. */
async function matched(
  running: Running,
  staged: readonly StagedPerson[],
): Promise<ReadonlyMap<string, LoadedUser>> {
  const candidates = staged.map((each) => candidateOf(each));
  const ids = candidates.filter((id) => id !== null);
  const users = await loadPeople(running, ids);
  const found = new Map<string, LoadedUser>();
  for (const [n, { person, byUserName }] of staged.entries()) {
    const loaded = users.get(candidates[n] ?? '');
    if (!loaded || loaded.user.removedAt !== null) continue;
    // By name alone only whoever has no object id of their own.
    const isByName = byUserName[0] === loaded.user.id && !isKnownBy(staged[n]!, loaded.user.id);
    const externalId = externalIdOf(loaded.user);
    if (isByName && externalId !== null && GUID.test(externalId)) continue;
    found.set(person.id, loaded);
  }
  return found;
}

function isKnownBy({ linked, byExternalId }: StagedPerson, user: string): boolean {
  return linked.includes(user) || byExternalId.includes(user);
}

/** null for nobody, and where several are called by that id. */
function candidateOf({ linked, byExternalId, byUserName }: StagedPerson): string | null {
  if (linked.length === 1) return linked[0]!;
  if (linked.length > 1 || byExternalId.length > 1) return null;
  return byExternalId[0] ?? byUserName[0] ?? null;
}

interface News {
  readonly user: string;
  readonly seen: SeenHere;
}

async function compared(
  running: Running,
  dealing: Dealing,
  stating: Stating,
  staged: readonly StagedPerson[],
  matches: ReadonlyMap<string, LoadedUser>,
): Promise<{ rows: DriftRow[]; withNews: News[] }> {
  const { ledger, run } = running;
  const state = await ledger.provider(run.provider);
  if (!state) return { rows: [], withNews: [] };
  const context = contextOf(running, state);
  const rows: DriftRow[] = [];
  const withNews: News[] = [];
  for (const each of staged) {
    const loaded = matches.get(each.person.id);
    if (!loaded) {
      const missing = missingHere(each, state.provider);
      if (missing) rows.push(rowOf(running, stating, missing));
      continue;
    }
    const seen = seenOf(run, each);
    const { found, changes } = comparePerson(context, loaded, seen, dealing);
    rows.push(...found.map((one) => rowOf(running, stating, one)));
    if (changes) withNews.push({ user: loaded.user.id, seen });
  }
  return { rows, withNews };
}

/** Facts that take nothing, of many in one commit; where somebody's name is in the way, of each alone. */
async function tell(running: Running, dealing: Dealing, news: readonly News[]): Promise<void> {
  try {
    await tellTogether(running, dealing, news);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'uniqueness') throw error;
    for (const one of news) await tellAlone(running, dealing, one);
  }
}

async function tellAlone(running: Running, dealing: Dealing, news: News): Promise<void> {
  try {
    await tellTogether(running, dealing, [news]);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'uniqueness') throw error;
    await tellTogether(running, dealing, [{ ...news, seen: { ...news.seen, keepName: true } }]);
  }
}

function tellTogether(running: Running, dealing: Dealing, news: readonly News[]): Promise<void> {
  const { ledger, run } = running;
  return ledger.transact({
    provider: run.provider,
    needs: { members: news.map(({ user }) => user) },
    decide({ state, members }) {
      const { at, actor, cause } = byRun(running);
      const whole = emptyChangeSet(run.provider, at, actor, cause);
      for (const { user, seen } of news) {
        const member = members.get(user);
        if (member?.kind !== 'User' || member.loaded.user.removedAt !== null) continue;
        const { changes } = comparePerson(contextOf(running, state), member.loaded, seen, dealing);
        if (changes) addChanges(whole, changes);
      }
      return { changes: whole.users.length > 0 ? whole : null, answer: undefined };
    },
  });
}

// --- those whom nobody was found to be --------------------------------------------------------------------------

async function compareAbsent(
  running: Running,
  { isWhole }: Known,
  stating: Stating,
  after: string,
): Promise<string> {
  const { ledger, run, holder } = running;
  // Whoever an unread part may hold is not absent; an import is about those whom it reads.
  if (!isWhole || run.channel === 'import') return places.groups;
  const page = await ledger.reconciliations.absent(run.id, run.provider, after, PEOPLE_AT_ONCE);
  const last = page.at(-1);
  if (!last) return places.groups;
  const rows = page.map(({ user, directoryId, userName }) => {
    const found: Found = {
      category: 'missing-there',
      user,
      directoryId,
      name: userName,
      about: '',
      takes: true,
      why: 'The directory did not list them.',
      detail: { here: 'active' },
      action: { does: 'suspend' },
    };
    const row = rowOf(running, stating, found);
    // Also a run that heals nothing asks what became of them: deleted, disabled and unassigned are different things.
    return row.state === 'ignored' ? row : { ...row, state: 'unconfirmed' as const };
  });
  running.report = { ...running.report, absent: running.report.absent + rows.length };
  const next = places.absent + last.user;
  const place = placeOf(running, { position: next });
  mustBeOurs(await ledger.reconciliations.report(run.id, holder, rows, place));
  return next;
}
