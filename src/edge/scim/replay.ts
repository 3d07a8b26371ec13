// A logged request read again: whether it can be sent once more as it came, and the same handler that it had, on a ledger that
// writes nothing, or in the name of whoever sends it again.

import type { ChangeSet } from '../../identity/change-set.ts';
import type { Actor } from '../../identity/event.ts';
import { whyNoScim } from '../../identity/provider.ts';
import type { Ledger, Operation, StoredRequest } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { readListQuery } from '../../scim/search-request.ts';
import { refusedInWords } from './action-words.ts';
import { parseBody } from './body.ts';
import { requestRow, type ScimAnswer, type ScimCall } from './call.ts';
import { errorAnswer } from './error-answer.ts';
import { createGroup, deleteGroup, patchGroup, replaceGroup } from './groups.ts';
import { createUser, deleteUser, patchUser, replaceUser } from './users.ts';

type Handler = (call: ScimCall, id: string) => Promise<ScimAnswer>;

const handlers: Readonly<Record<string, Handler>> = {
  'POST Users': createUser,
  'PUT Users': replaceUser,
  'PATCH Users': patchUser,
  'DELETE Users': deleteUser,
  'POST Groups': createGroup,
  'PUT Groups': replaceGroup,
  'PATCH Groups': patchGroup,
  'DELETE Groups': deleteGroup,
};

/** The log keeps so much of an address; a longer one may have been cut. */
const PATH_KEPT = 2_000;

/** Why it cannot be replayed, in a sentence; null where it can. `state` is of its provider; null where that is gone. */
export function obstacleOf(request: StoredRequest, state: ProviderState | null): string | null {
  return obstacleIn(request) ?? obstacleAt(state);
}

function obstacleAt(state: ProviderState | null): string | null {
  if (state === null) return 'Its provider is not there any more.';
  return whyNoScim(state.provider);
}

function obstacleIn(request: StoredRequest): string | null {
  const { provider, method, body, status, path } = request;
  if (provider === null || status === 401) return 'Its credential was refused, so it belongs to no provider.';
  if (method === 'GET' || path.includes('/.search')) return 'It only read: there is nothing to do again.';
  if (isBulk(path)) {
    return 'It is a bulk request, or a part of one: its operations build on one another and are not replayed.';
  }
  if (!handlers[`${method} ${targetOf(path)?.collection}`]) return 'It is no request that changes anything.';
  if (path.length >= PATH_KEPT) return 'Its address is longer than the log keeps.';
  return method === 'DELETE' ? null : obstacleInBody(body);
}

function obstacleInBody(body: string | null): string | null {
  if (body === null) return 'The log kept no body of it.';
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return 'The log kept only the beginning of its body, or it was no JSON.';
  }
  return isMasked(parsed)
    ? 'It held a password, which the log does not keep: what is masked is never written.'
    : null;
}

/** What masking leaves (body.ts); whoever really sent such a text is refused with it. */
function isMasked(value: unknown): boolean {
  if (value === '***' || value === '…') return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, each]) => {
    // A path that named a password is masked to that one word.
    const isPath = key.toLowerCase() === 'path' && each === 'password';
    return isPath || /password/i.test(key) || isMasked(each);
  });
}

function isBulk(path: string): boolean {
  return /\/Bulk(\/|\?|$)/i.test(path);
}

function targetOf(path: string): { collection: string; id: string; query: URLSearchParams } | null {
  const [address = '', query = ''] = path.split('?', 2);
  const match = /\/scim\/v2\/+(Users|Groups)(?:\/+([^/]+))?\/*$/.exec(address);
  const id = match && decoded(match[2] ?? '');
  return match && id !== null ? { collection: match[1]!, id: id!, query: new URLSearchParams(query) } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

// --- again ------------------------------------------------------------------------------------------------------

export interface Replay {
  readonly ledger: Ledger;
  /** null: its provider is gone. */
  readonly state: ProviderState | null;
  readonly actor: Actor;
  readonly requestId: string;
  readonly at: number;
  readonly base: string;
  readonly remote: string | null;
  /** Decides and writes nothing. */
  readonly dry: boolean;
}

export interface Replayed {
  readonly status: number;
  /** What it did, or would do. */
  readonly action: string;
  /** Why it was refused; null where it was not. */
  readonly detail: string | null;
  readonly changes: ChangeSet | null;
}

/** Without its preconditions, which the log does not keep. @throws Refusal where it cannot be replayed */
export async function replay(request: StoredRequest, again: Replay): Promise<Replayed> {
  refuseWhere(obstacleOf(request, again.state));
  const { collection, id, query } = targetOf(request.path)!;
  const watched = watchedLedger(again);
  const call = callOf(request, query, again, watched.ledger);
  try {
    const { status } = await handlers[`${request.method} ${collection}`]!(call, id);
    return { status, action: watched.action(), detail: null, changes: watched.changes() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, body } = errorAnswer(error);
    const action = refusedInWords(request.method, request.path, request.body);
    if (!again.dry) again.ledger.noteRequest(requestRow(call, { status, action, detail: body.detail }));
    return { status, action, detail: body.detail, changes: null };
  }
}

function refuseWhere(obstacle: string | null): void {
  if (obstacle !== null) throw new Refusal('conflict', `This request cannot be replayed. ${obstacle}`);
}

function callOf(request: StoredRequest, query: URLSearchParams, again: Replay, ledger: Ledger): ScimCall {
  const { method, path, body, provider } = request;
  return {
    ledger,
    caller: { provider: provider!, token: '' },
    sentAgain: { by: again.actor, of: request.id },
    state: again.state!,
    requestId: again.requestId,
    at: again.at,
    startedMs: performance.now(),
    method,
    path,
    query: readListQuery(Object.fromEntries(query)),
    body: method === 'DELETE' ? undefined : parseBody(body!),
    loggedBody: body,
    ifMatch: null,
    ifNoneMatch: null,
    remote: again.remote,
    base: again.base,
  };
}

/** The same ledger, which tells what was decided. No token stands for it: whoever sends it again may, and is named. */
function watchedLedger({ ledger, dry }: Replay) {
  let decided: { changes: ChangeSet | null; action: string } | null = null;

  async function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    const { token: _, ...needs } = operation.needs;
    let answer: { readonly of: Answer } | null = null;
    try {
      return await ledger.transact({
        ...operation,
        needs,
        decide(loaded) {
          answer = null;
          refuseWhere(obstacleAt(loaded.state));
          const decision = operation.decide(loaded);
          decided = { changes: decision.changes, action: decision.request?.action ?? '' };
          if (!dry) return decision;
          answer = { of: decision.answer };
          // Whatever is thrown here undoes the whole.
          throw new Refusal('conflict', 'A dry replay writes nothing.');
        },
      });
    } catch (error) {
      if (answer === null) throw error;
      if (decided?.changes) await ledger.refuseTaken(decided.changes);
      return (answer as { readonly of: Answer }).of;
    }
  }

  return {
    ledger: { ...ledger, transact, ...(dry && { noteRequest: () => {} }) },
    action: () => decided?.action ?? '',
    changes: () => decided?.changes ?? null,
  };
}
