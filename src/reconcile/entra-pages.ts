// From an answer of Graph to a page of a part: its rows, where it goes on, and what a failure means for this part. What is
// asked: entra-parts.ts. Knows no network.

import type { EntraEndpoints } from '../provider/endpoints.ts';
import type { GraphAnswer, GraphFailure } from '../provider/graph.ts';
import { addressUnder } from '../provider/patience.ts';
import { own } from '../scim/json.ts';
import type { DirectoryPage, PageOutcome, Reading } from './directory.ts';
import type { Part } from './entra-parts.ts';
import { readRows } from './entra-rows.ts';

export type Failed = Extract<PageOutcome, { ok: false }>;

export function outcome(kind: Failed['kind'], why: string): Failed {
  return { ok: false, kind, why };
}

/** A page of a list: its rows and what every page has. `asked`: the path or link that it came from. */
export function readList(
  endpoints: EntraEndpoints,
  asked: string,
  body: Readonly<Record<string, unknown>>,
):
  | {
      readonly ok: true;
      readonly rows: readonly unknown[];
      readonly page: Pick<DirectoryPage, 'next' | 'count'>;
    }
  | Failed {
  const rows = readRows(body);
  if (rows === null) return outcome('failed', 'Graph answered with something else than a list.');
  const count = own(body, '@odata.count');
  const counted = typeof count === 'number' ? { count } : {};
  const link = own(body, '@odata.nextLink');
  if (link === undefined || link === null) return { ok: true, rows, page: { ...counted, next: null } };
  // Followed, it would take the token to whoever is there; kept, it would be all that can be tried again.
  if (typeof link !== 'string' || !isLinkOfGraph(endpoints, link)) {
    return outcome('failed', 'Graph sent a link to another place, which is not followed.');
  }
  if (normal(link) === normal(addressUnder(endpoints.graphUrl, asked))) {
    return outcome('failed', 'Graph sent a link to the page that it is on.');
  }
  return { ok: true, rows, page: { ...counted, next: link } };
}

export function isLinkOfGraph(endpoints: EntraEndpoints, link: string): boolean {
  return URL.canParse(link) && addressUnder(endpoints.graphUrl, link) !== null;
}

/** One spelling of an address: servers escape `$` or not. */
function normal(address: string | null): string | null {
  if (address === null) return null;
  const { origin, pathname, searchParams } = new URL(address);
  return `${origin}${pathname}?${searchParams}`;
}

/** `Directory_ExpiredPageToken` and its like; delta queries and maintenance have the other words. */
const EXPIRED = /page ?token|skip ?token|sync ?state|resync/i;

/** What a failure means for a part; `link`: of the page, null of the first one. */
export function outcomeOf(
  failure: GraphFailure,
  part: Part,
  link: string | null,
  filter: Reading['filter'],
): Failed {
  const { kind, status, code, message } = failure;
  if (kind === 'appCredentials') return outcome('refused', message);
  if (kind === 'forbidden') return forbidden(part, message);
  if (kind === 'notFound') return notFound(part, message);
  if (kind === 'refused') {
    const isExpired = status === 410 || (status === 400 && EXPIRED.test(`${code} ${message}`));
    if (isExpired && link !== null) return outcome('expired', message);
    // The query of a person, who can mend it.
    const isTheirs = status === 400 && link === null && filter !== undefined && part.kind !== 'application';
    if (isTheirs) return outcome('refused', message);
  }
  return outcome('failed', message);
}

/** Without these nothing can be told; the rest is one part less. */
const PERMISSIONS: Readonly<
  Record<Part['kind'], { readonly name: string; readonly kind: 'refused' | 'failed' }>
> = {
  application: { name: 'Application.Read.All', kind: 'refused' },
  assignments: { name: 'Application.Read.All', kind: 'refused' },
  people: { name: 'User.Read.All', kind: 'refused' },
  assigned: { name: 'User.Read.All', kind: 'refused' },
  group: { name: 'GroupMember.Read.All', kind: 'refused' },
  groups: { name: 'GroupMember.Read.All', kind: 'failed' },
  members: {
    name: 'GroupMember.Read.All (and Member.Read.Hidden for a group that hides its members)',
    kind: 'failed',
  },
};

function forbidden({ kind }: Part, message: string): Failed {
  const permission = PERMISSIONS[kind];
  return outcome(permission.kind, `The application permission ${permission.name} is missing. ${message}`);
}

/** An application that is not there is no application without assignments: nobody loses anything by it. */
function notFound({ kind }: Part, message: string): Failed {
  if (kind === 'members') return outcome('gone', message);
  if (kind === 'application' || kind === 'assignments') {
    return outcome('refused', `The tenant has no enterprise application with this client id. ${message}`);
  }
  return kind === 'group' ? noGroup() : outcome('failed', message);
}

export function noGroup(): Failed {
  return outcome('refused', 'The directory has no group with that id or name.');
}

/** The failure among these answers that says the most, where there is one. Who is not there is no failure. */
export function worstOf(answers: readonly GraphAnswer[]): GraphFailure | null {
  const failures = answers.filter(
    (answer): answer is GraphFailure => !answer.ok && answer.kind !== 'notFound',
  );
  const order: readonly GraphFailure['kind'][] = ['appCredentials', 'forbidden'];
  const grave = order.map((kind) => failures.find((failure) => failure.kind === kind)).find(Boolean);
  return grave ?? failures[0] ?? null;
}
