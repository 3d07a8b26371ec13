// What delta queries remember. A round leads from one state of a tenant to another; its first link names it, and so does the link
// at its end, from where the next round goes on. The states share what did not change, so that many of them take little room.

import type { Tenant } from '../tenant.ts';

/** Of more rounds the oldest is forgotten, and whoever comes back to it has to start again. */
const ROUNDS_MOST = 64;

export interface DeltaRound {
  readonly id: string;
  readonly kind: 'users' | 'groups';
  /** Tokens are for the application and the tenant they were given to. */
  readonly appId: string;
  readonly tenantId: string;
  /** As it was given; null without. */
  readonly select: string | null;
  /** Nobody else is followed; null for everybody. */
  readonly onlyIds: ReadonlySet<string> | null;
  /** Null for a round that tells everything there is. */
  readonly before: Tenant | null;
  readonly after: Tenant;
  readonly startedAt: number;
  /** Ids of everything that may have changed; most of it has. */
  readonly candidates: readonly string[];
}

/** Where a page begins: with which candidate, after how many of its members, and which page of the round it is. */
export interface DeltaPlace {
  readonly index: number;
  readonly offset: number;
  readonly page: number;
}

export interface DeltaRounds {
  keep(round: DeltaRound): void;
  find(id: string): DeltaRound | undefined;
}

export function newDeltaRounds(): DeltaRounds {
  const rounds = new Map<string, DeltaRound>();
  return {
    keep(round) {
      rounds.set(round.id, round);
      if (rounds.size > ROUNDS_MOST) rounds.delete(rounds.keys().next().value!);
    },
    find: (id) => rounds.get(id),
  };
}

const TOKEN = /^([0-9a-f-]{36})(?:\.(\d+)\.(\d+)\.(\d+))?$/;

/** Opaque to whoever is given it. Without a place it is that of the end of the round. */
export function tokenOf(roundId: string, place: DeltaPlace | null): string {
  const parts = place === null ? [roundId] : [roundId, place.index, place.offset, place.page];
  return Buffer.from(parts.join('.')).toString('base64url');
}

/** Null for what was never a token. */
export function readToken(token: string): { readonly roundId: string; readonly place: DeltaPlace } | null {
  const match = TOKEN.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (!match) return null;
  const [index = 0, offset = 0, page = 0] = match.slice(2).map((part) => Number(part ?? 0));
  return { roundId: match[1]!, place: { index, offset, page } };
}
