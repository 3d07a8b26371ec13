// SCIM resources as JSON text, built from the stored text of the document: the common answer is joined, not parsed.

import type { GroupRow, MemberRow, UserRow } from '../../ledger/ledger.ts';
import { isWhole, type Projection, project } from '../../scim/projection.ts';
import { groupKind, userKind } from '../../scim/schema.ts';

/** The whole resource: id first, then the document, then what is made (groups or members, meta). */
export function userText(row: UserRow, base: string, projection: Projection): string {
  const groups = row.groups.map((group) => ({
    value: group.id,
    $ref: `${base}/Groups/${group.id}`,
    display: group.displayName,
    type: 'direct',
  }));
  const made = groups.length > 0 ? `,"groups":${JSON.stringify(groups)}` : '';
  const text = joined(row, made, 'User', `${base}/Users/${row.id}`);
  return isWhole(projection) ? text : JSON.stringify(project(JSON.parse(text), projection, userKind));
}

export function groupText(row: GroupRow, base: string, projection: Projection): string {
  const made = row.members && row.members.length > 0 ? `,"members":${membersText(row.members, base)}` : '';
  const text = joined(row, made, 'Group', `${base}/Groups/${row.id}`);
  return isWhole(projection) ? text : JSON.stringify(project(JSON.parse(text), projection, groupKind));
}

export function userLocation(id: string, base: string): string {
  return `${base}/Users/${id}`;
}

export function groupLocation(id: string, base: string): string {
  return `${base}/Groups/${id}`;
}

/** In parts, since a group may have a hundred thousand members. */
function membersText(members: readonly MemberRow[], base: string): string {
  const parts = members.map((member) => {
    const endpoint = member.kind === 'User' ? 'Users' : 'Groups';
    const display = member.display === null ? '' : `,"display":${JSON.stringify(member.display)}`;
    return `{"value":"${member.id}","$ref":"${base}/${endpoint}/${member.id}"${display},"type":"${member.kind}"}`;
  });
  return `[${parts.join(',')}]`;
}

function joined(
  row: { id: string; version: string; document: string; createdAt: number; modifiedAt: number },
  made: string,
  resourceType: 'User' | 'Group',
  location: string,
): string {
  const meta = {
    resourceType,
    created: new Date(row.createdAt).toISOString(),
    lastModified: new Date(row.modifiedAt).toISOString(),
    location,
    version: row.version,
  };
  return `{"id":"${row.id}",${row.document.slice(1, -1)}${made},"meta":${JSON.stringify(meta)}}`;
}

/** A ListResponse around resources that are text already. */
export function listText(
  resources: readonly string[],
  page: { totalResults: number; startIndex?: number; nextCursor?: string | null },
): string {
  const start = page.startIndex === undefined ? '' : `,"startIndex":${page.startIndex}`;
  const next = page.nextCursor ? `,"nextCursor":${JSON.stringify(page.nextCursor)}` : '';
  return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":${page.totalResults},"itemsPerPage":${resources.length}${start}${next},"Resources":[${resources.join(',')}]}`;
}
