// A server on loopback that a reader of a directory is pointed at: it answers as a test says, counts what it was asked,
// and fails on order. The way there is the product's own; only the clock and the waiting are replaced.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Provider, SecretName } from '../../src/identity/provider.ts';
import { outbound } from '../../src/outbound.ts';
import { type Reach, reach } from '../../src/provider/reach.ts';
import type { DirectoryPage, DirectoryReader, PageOutcome } from '../../src/reconcile/directory.ts';

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A text goes out as it is, anything else as JSON. */
  readonly body: unknown;
}

export interface StandIn {
  readonly url: string;
  /** Paths with their queries, in order, decoded. */
  readonly asked: string[];
  /** What is asked for next below that path gets these answers first, one after the other. */
  disturb(beginning: string, ...replies: Reply[]): void;
}

export async function standIn(answer: (url: URL, request: IncomingMessage) => Reply): Promise<StandIn> {
  const asked: string[] = [];
  const disturbed: { beginning: string; reply: Reply }[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    asked.push(decodeURIComponent(url.pathname + url.search));
    const at = disturbed.findIndex(({ beginning }) => url.pathname.startsWith(beginning));
    const reply = disturbed.splice(at, at < 0 ? 0 : 1)[0]?.reply ?? answer(url, request);
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    disturb: (beginning, ...replies) => disturbed.push(...replies.map((reply) => ({ beginning, reply }))),
  };
}

export const START = Date.UTC(2026, 0, 15, 12);

/** `waits`: milliseconds that were waited for, in order; they pass at once. */
export function reachTo(secrets: Partial<Record<SecretName, string>>): { reach: Reach; waits: number[] } {
  const waits: number[] = [];
  let now = START;
  const way = outbound({ trustedNetworks: () => [], development: true });
  onTestFinished(() => way.close());
  return {
    waits,
    reach: reach({
      outbound: way,
      clock: { now: () => now },
      development: true,
      secretOf: (_, name = 'clientSecret') => secrets[name] ?? null,
      random: () => 0.5,
      wait: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    }),
  };
}

export function providerOf(kind: 'okta' | 'keycloak' | 'google' | 'oidc', connection: object): Provider {
  return {
    id: 'p',
    name: 'p',
    enabled: true,
    scimEnabled: false,
    declared: false,
    revision: 1,
    createdAt: START,
    settings: {
      kind,
      claimsSyncMode: 'both',
      scope: 'assigned',
      groupsMatchedBy: 'displayName',
      memberReplaceIsAdd: false,
      guard: { percent: 20, count: 500 },
      reconcile: { mode: 'heal', everyMs: 86_400_000 },
      connection: { ...connection },
    },
  };
}

export interface WholeReading {
  readonly people: NonNullable<DirectoryPage['people']>[number][];
  readonly groups: NonNullable<DirectoryPage['groups']>[number][];
  readonly memberships: string[];
  readonly assignments: string[];
  readonly limited: string[];
  readonly application: DirectoryPage['application'] | null;
  /** Outcomes of parts that were not read to their end, by part. */
  readonly failures: Record<string, PageOutcome>;
}

/** Everything, as a caller reads it: every part once, from page to page, each page by a reader that knows no other. */
export async function readWhole(make: () => DirectoryReader): Promise<WholeReading> {
  const whole = {
    people: [] as WholeReading['people'],
    groups: [] as WholeReading['groups'],
    memberships: [] as string[],
    assignments: [] as string[],
    limited: [] as string[],
    application: null as DirectoryPage['application'] | null,
    failures: {} as Record<string, PageOutcome>,
  };
  const known = new Set(make().parts());
  for (const part of known) {
    for (let from: string | null = null, page = 0; page === 0 || from !== null; page++) {
      if (page > 50) throw new Error(`${part} does not end`);
      const [outcome] = await make().read([{ part, from }], new AbortController().signal);
      if (!outcome?.ok) {
        whole.failures[part] = outcome!;
        break;
      }
      const read: DirectoryPage = outcome.page;
      whole.people.push(...(read.people ?? []));
      whole.groups.push(...(read.groups ?? []));
      whole.memberships.push(...(read.memberships ?? []).map(({ group, member }) => `${member} in ${group}`));
      whole.assignments.push(
        ...(read.assignments ?? []).map((each) => `${each.kind} ${each.principal} ${each.role ?? '-'}`),
      );
      if (read.limited !== undefined) whole.limited.push(read.limited);
      whole.application = read.application ?? whole.application;
      for (const more of read.parts ?? []) known.add(more);
      from = read.next;
    }
  }
  return whole;
}

export async function readOne(reader: DirectoryReader, part: string, from: string | null = null) {
  return (await reader.read([{ part, from }], new AbortController().signal))[0]!;
}
