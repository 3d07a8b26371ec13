// Delta queries of people and groups: everything there is, page by page, and from then on what changed since. Pages are made as
// awkward as Graph's may be: one is empty, an object comes twice, a large group is spread over several.

import { jsonReply, type Reply } from '../http-message.ts';
import { type Change, candidatesOf, groupChange, userChange } from './delta-changes.ts';
import { type DeltaPlace, type DeltaRound, readToken, tokenOf } from './delta-rounds.ts';
import type { Row } from './directory-rows.ts';
import type { GraphCall } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { READS_HIDDEN } from './group-routes.ts';

const TOKEN_LIFE_MS = 7 * 86_400_000;
const ROWS_A_PAGE = 100;
/** In all groups of a page together. */
const MEMBERS_A_PAGE = 500;
/** Candidates that turn out not to have changed make pages short, and even empty. */
const LOOKED_AT_A_PAGE = 2_000;
const FILTER_IDS_MOST = 50;
const START: DeltaPlace = { index: 0, offset: 0, page: 0 };
/** The second page of a round that has several is empty. */
const EMPTY_PAGE = 1;
const REFUSED = ['$expand', '$orderby', '$search'];

export function getUsersDelta(call: GraphCall): Reply {
  return delta(call, 'users');
}

export function getGroupsDelta(call: GraphCall): Reply {
  return delta(call, 'groups');
}

function delta(call: GraphCall, kind: DeltaRound['kind']): Reply {
  const refused = REFUSED.find((name) => parameter(call, name) !== null);
  if (refused) {
    throw new GraphError('Request_BadRequest', `The query option '${refused}' is not supported with delta.`);
  }
  const skipToken = parameter(call, '$skiptoken');
  if (skipToken) {
    const { round, place } = roundAt(call, kind, skipToken);
    return showPage(call, round, place);
  }
  const deltaToken = parameter(call, '$deltatoken');
  if (!deltaToken || deltaToken.toLowerCase() === 'latest') {
    const select = parameter(call, '$select');
    const before = deltaToken ? call.tenant : null;
    return showPage(call, begin(call, { kind, select, onlyIds: onlyIds(call), before }), START);
  }
  const { round } = roundAt(call, kind, deltaToken);
  return showPage(call, begin(call, { ...round, before: round.after }), START);
}

/** Microsoft's own pages spell `$deltaToken` in two ways. */
function parameter(call: GraphCall, name: string): string | null {
  for (const [key, value] of call.request.query) if (key.toLowerCase() === name) return value;
  return null;
}

/** `id eq '...' or id eq '...'`: no other filter is understood here. */
function onlyIds(call: GraphCall): ReadonlySet<string> | null {
  const filter = parameter(call, '$filter');
  if (filter === null) return null;
  const ids = filter.split(/\s+or\s+/i).map((clause) => /^id\s+eq\s+'([^']+)'$/.exec(clause.trim())?.[1]);
  if (ids.includes(undefined)) {
    throw new GraphError('Request_BadRequest', 'Delta can be filtered by id only.');
  }
  if (ids.length > FILTER_IDS_MOST) {
    throw new GraphError('Request_BadRequest', `Delta can be filtered by ${FILTER_IDS_MOST} ids at most.`);
  }
  return new Set(ids.map((id) => id!.toLowerCase()));
}

function begin(
  call: GraphCall,
  given: Pick<DeltaRound, 'kind' | 'select' | 'onlyIds' | 'before'>,
): DeltaRound {
  const { source, tenant, caller } = call;
  const { kind, select, onlyIds: ids, before } = given;
  const states = { kind, select, onlyIds: ids, before, after: tenant };
  const round = {
    ...states,
    id: source.newId(),
    appId: caller.appId,
    tenantId: tenant.tenantId,
    startedAt: source.now(),
    candidates: candidatesOf(states),
  };
  source.deltas.keep(round);
  return round;
}

function roundAt(
  call: GraphCall,
  kind: DeltaRound['kind'],
  token: string,
): { readonly round: DeltaRound; readonly place: DeltaPlace } {
  const read = readToken(token);
  if (!read) throw new GraphError('Request_BadRequest', 'Badly formed token.');
  const again = `${call.source.url}/v1.0/${kind}/delta?$deltatoken=`;
  const round = call.source.deltas.find(read.roundId);
  if (!round) {
    throw new GraphError('resyncRequired', 'What the token stands for is gone. Start again.', again);
  }
  if (round.kind !== kind || round.appId !== call.caller.appId || round.tenantId !== call.tenant.tenantId) {
    throw new GraphError('Request_BadRequest', 'The token was given for something else.');
  }
  if (call.source.now() - round.startedAt > TOKEN_LIFE_MS) {
    const select = round.select === null ? '' : `&$select=${encodeURIComponent(round.select)}`;
    throw new GraphError('syncStateNotFound', 'The token is too old. Start again.', again + select);
  }
  return { round, place: read.place };
}

function showPage(call: GraphCall, round: DeltaRound, place: DeltaPlace): Reply {
  const isMinimal = /\breturn=minimal\b/.test(String(call.request.headers.prefer ?? ''));
  const { rows, next } =
    place.page === EMPTY_PAGE ? { rows: [], next: place } : cutPage(call, round, place, isMinimal);
  const address = `${call.source.url}/v1.0/${round.kind}/delta`;
  const link = next
    ? { '@odata.nextLink': `${address}?$skiptoken=${tokenOf(round.id, following(place, next))}` }
    : { '@odata.deltaLink': `${address}?$deltatoken=${tokenOf(round.id, null)}` };
  const select = round.select === null ? '' : `(${round.select})`;
  return jsonReply(
    200,
    { '@odata.context': `${call.source.url}/v1.0/$metadata#${round.kind}${select}`, ...link, value: rows },
    isMinimal ? { 'preference-applied': 'return=minimal' } : {},
  );
}

type Cut = Pick<DeltaPlace, 'index' | 'offset'>;

/** After the first page the last object of it comes once more. */
function following({ page }: DeltaPlace, { index, offset }: Cut): DeltaPlace {
  const from = page === 0 && offset === 0 ? index - 1 : index;
  return { index: from, offset, page: page + 1 };
}

function cutPage(
  call: GraphCall,
  round: DeltaRound,
  place: DeltaPlace,
  isMinimal: boolean,
): { readonly rows: readonly Row[]; readonly next: Cut | null } {
  const { candidates } = round;
  const end = Math.min(candidates.length, place.index + LOOKED_AT_A_PAGE);
  const rows: Row[] = [];
  let { index, offset } = place;
  let room = MEMBERS_A_PAGE;
  while (index < end && rows.length < ROWS_A_PAGE && room > 0) {
    const change = changeOf(call, round, candidates[index]!, isMinimal);
    const members = change?.members.slice(offset, offset + room) ?? [];
    if (change) rows.push(members.length > 0 ? { ...change.row, 'members@delta': members } : change.row);
    room -= members.length;
    offset += members.length;
    if (offset < (change?.members.length ?? 0)) continue;
    index += 1;
    offset = 0;
  }
  return { rows, next: index < candidates.length ? { index, offset } : null };
}

function changeOf(call: GraphCall, round: DeltaRound, id: string, isMinimal: boolean): Change | null {
  if (round.kind === 'users') {
    const row = userChange(round, id, isMinimal);
    return row && { row, members: [] };
  }
  const isHidden = round.after.groups.get(id)?.hiddenMembership === true;
  return groupChange(round, id, isMinimal, !isHidden || call.caller.permissions.includes(READS_HIDDEN));
}
