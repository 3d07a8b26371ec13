// Queries: GET /Users, GET /Groups, POST .search on either and on the root.

import type { PageStart, ResourceQuery } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { type Condition, readCondition } from '../../scim/condition.ts';
import { readProjection, wantsMembers } from '../../scim/projection.ts';
import { groupKind, type ResourceKind, userKind } from '../../scim/schema.ts';
import { readSort } from '../../scim/sort.ts';
import { lookedInWords, nameIn, userNameIn } from './action-words.ts';
import { requestRow, type ScimAnswer, type ScimCall } from './call.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { groupText, listText, userText } from './resource-text.ts';

/** Resources on one page: RFC 7643 5 `filter.maxResults`; a larger count is cut to it. */
export const PAGE_MOST = 1000;
export const PAGE_DEFAULT = 100;

export interface ListParts {
  cursorKey: Buffer;
}

export async function list(call: ScimCall, kind: ResourceKind, parts: ListParts): Promise<ScimAnswer> {
  const { query, ledger } = call;
  const projection = readProjection(query.attributes, query.excludedAttributes, kind);
  const limit = Math.min(query.count ?? PAGE_DEFAULT, PAGE_MOST);
  const scope = [call.caller.provider, kind.name, query.filter, query.sortBy, query.sortOrder].join('\u0000');
  const cursors = { key: parts.cursorKey, scope };
  const start = pageStart(call, cursors, limit);
  const asked: ResourceQuery = {
    provider: call.caller.provider,
    condition: query.filter === null ? null : readCondition(kind, query.filter),
    sort: readSort(kind, query.sortBy, query.sortOrder),
    start,
    limit,
  };
  const page =
    kind === userKind
      ? texts(await ledger.queryUsers(asked), userNameIn, (row) => userText(row, call.base, projection))
      : texts(await ledger.queryGroups({ ...asked, withMembers: wantsMembers(projection) }), nameIn, (row) =>
          groupText(row, call.base, projection),
        );
  const found = { total: page.total, name: page.sole };
  const action = lookedInWords(kind === userKind ? 'User' : 'Group', query.filter, found);
  ledger.noteRequest(requestRow(call, { status: 200, action }));
  const paging =
    'offset' in start
      ? { startIndex: query.startIndex }
      : { nextCursor: page.next && writeCursor(cursors, page.next, limit, call.at) };
  return { status: 200, body: listText(page.resources, { totalResults: page.total, ...paging }) };
}

interface TextPage {
  resources: string[];
  /** Name of the one that was found. */
  sole: string | null;
  total: number;
  next: { sorted: string | number | null; id: string } | null;
}

function texts<Row extends { document: string }>(
  page: { rows: Row[]; total: number; next: TextPage['next'] },
  nameOf: (document: string) => string | null,
  show: (row: Row) => string,
): TextPage {
  return {
    resources: page.rows.map(show),
    sole: page.total === 1 && page.rows[0] ? nameOf(page.rows[0].document) : null,
    total: page.total,
    next: page.next,
  };
}

function pageStart(call: ScimCall, cursors: Parameters<typeof readCursor>[0], limit: number): PageStart {
  const { cursor, startIndex } = call.query;
  if (cursor === null) return { offset: startIndex - 1 };
  return { after: cursor === '' ? null : readCursor(cursors, cursor, limit, call.at) };
}

/**
 * `.search` at the root (RFC 7644 3.4.2.1): users first, then groups, in one numbering. A filter on an attribute that
 * one of the two lacks finds none of that kind.
 */
export async function searchAll(call: ScimCall): Promise<ScimAnswer> {
  const { query, ledger } = call;
  if (query.cursor !== null) {
    throw new Refusal('invalidCursor', 'A query over all resource types is paged by startIndex and count.');
  }
  const { provider } = call.caller;
  const limit = Math.min(query.count ?? PAGE_DEFAULT, PAGE_MOST);
  const users = {
    provider,
    condition: rootCondition(userKind, query.filter),
    sort: readSort(userKind, query.sortBy, query.sortOrder),
  };
  const groups = {
    provider,
    condition: rootCondition(groupKind, query.filter),
    sort: readSort(groupKind, query.sortBy, query.sortOrder),
  };
  const offset = query.startIndex - 1;
  const userProjection = readProjection(query.attributes, query.excludedAttributes, userKind);
  const groupProjection = readProjection(query.attributes, query.excludedAttributes, groupKind);
  const first = await ledger.queryUsers({ ...users, start: { offset }, limit });
  const rest = await ledger.queryGroups({
    ...groups,
    start: { offset: Math.max(0, offset - first.total) },
    limit: limit - first.rows.length,
    withMembers: wantsMembers(groupProjection),
  });
  const resources = [
    ...first.rows.map((row) => userText(row, call.base, userProjection)),
    ...rest.rows.map((row) => groupText(row, call.base, groupProjection)),
  ];
  const totalResults = first.total + rest.total;
  ledger.noteRequest(
    requestRow(call, { status: 200, action: `Looked for users and groups: found ${totalResults}` }),
  );
  return { status: 200, body: listText(resources, { totalResults, startIndex: query.startIndex }) };
}

function rootCondition(kind: ResourceKind, filter: string | null): Condition | null {
  return filter === null ? null : readCondition(kind, filter);
}
