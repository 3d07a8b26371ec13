// Faults on command: what the next requests to an endpoint run into, before or instead of an answer, and which requests
// those are. The server plays those of the wire; an endpoint takes the errors of the table itself, and Graph the faults of
// its answers (`graph/graph-faults.ts`).

import type { GraphSource } from '../graph/graph-call.ts';
import { type AnswerFault, fitsAnswer, isAnswerFault, orderedReply } from '../graph/graph-faults.ts';
import { htmlReply, jsonReply, type Reply } from '../http-message.ts';
import type { ErrorName } from './aadsts.ts';

export const FAULT_POINTS = ['discovery', 'keys', 'authorize', 'token', 'logout', 'graph'] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Which requests run into a fault: all of a point, or those that these conditions leave. */
interface Where {
  readonly at: FaultPoint;
  /** How many requests run into it; null until it is cleared, one where nothing is said. */
  readonly times?: number | null;
  /** How the address begins, decoded and with its query; for Graph what follows its base, such as `/v1.0/groups/`. */
  readonly path?: string;
  /** A regular expression somewhere in the same. */
  readonly pattern?: string;
  /** The first request that runs into it, of those that fit otherwise: 3 for the third page of a list. */
  readonly page?: number;
}

/** Whole replies: the parts of a batch can have them too. */
type ReplyFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly html?: boolean;
    }
  /** 200, and a page where JSON belongs, as proxies do. */
  | { readonly kind: 'html' };

type ConnectionFault =
  /** Answers rightly, later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without a word. */
  | { readonly kind: 'reset' }
  /** Promises the whole answer and sends half of it. */
  | { readonly kind: 'truncated' };

/** An error of the table, whatever was asked. */
type TableFault = { readonly kind: 'error'; readonly error: ErrorName };

export type Fault = Where & (ReplyFault | ConnectionFault | TableFault | AnswerFault);
export type WireFault = Where & (ReplyFault | ConnectionFault);

export interface Faults {
  set(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** Takes one use of the first fault there. */
  takeWire(at: FaultPoint, target: string): WireFault | null;
  takeError(at: FaultPoint): ErrorName | null;
  /** For a part of a batch, which has no connection of its own. */
  takeReply(target: string): WireFault | null;
  /** Takes one use of each that fits. */
  takeAnswers(target: string): readonly AnswerFault[];
}

interface Waiting {
  readonly fault: Fault;
  readonly pattern: RegExp | null;
  /** Requests that pass before it. */
  before: number;
  left: number;
}

/** Null is a fault that is taken without an address. */
function fits({ fault, pattern }: Waiting, target: string | null): boolean {
  const address = target === null ? '' : decoded(target);
  if (fault.path !== undefined && !address.startsWith(fault.path)) return false;
  if (pattern !== null && !pattern.test(address)) return false;
  return !isAnswerFault(fault) || fitsAnswer(fault, address);
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return target;
    throw error;
  }
}

function usesOf(fault: Fault): number {
  const { times = fault.kind === 'permissionRevoked' ? null : 1 } = fault;
  return times ?? Number.POSITIVE_INFINITY;
}

function isReplyFault(fault: Fault): fault is Where & ReplyFault {
  return fault.kind === 'status' || fault.kind === 'html';
}

export function newFaults(): Faults {
  let waiting: Waiting[] = [];
  /** Each that fits sees the request go by; those whose turn it is may be taken. */
  const due = (isMeant: (fault: Fault) => boolean, target: string | null): Waiting[] =>
    waiting.filter((one) => isMeant(one.fault) && fits(one, target) && one.before-- <= 0);
  const take = (found: Waiting | undefined): Fault | null => {
    if (!found) return null;
    found.left -= 1;
    if (found.left <= 0) waiting = waiting.filter((one) => one !== found);
    return found.fault;
  };
  return {
    set(fault) {
      const pattern = fault.pattern === undefined ? null : new RegExp(fault.pattern);
      waiting.push({ fault, pattern, before: (fault.page ?? 1) - 1, left: usesOf(fault) });
    },
    clear() {
      waiting = [];
    },
    list: () => waiting.map(({ fault }) => fault),
    takeWire(at, target) {
      const isMeant = (fault: Fault): boolean =>
        fault.at === at && fault.kind !== 'error' && !isAnswerFault(fault);
      return take(due(isMeant, target)[0]) as WireFault | null;
    },
    takeError(at) {
      const found = take(due((fault) => fault.at === at && fault.kind === 'error', null)[0]);
      return found?.kind === 'error' ? found.error : null;
    },
    takeReply: (target) =>
      take(due((fault) => fault.at === 'graph' && isReplyFault(fault), target)[0]) as WireFault | null,
    takeAnswers(target) {
      const found = due((fault) => fault.at === 'graph' && isAnswerFault(fault), target);
      return found
        .map((one) => take(one))
        .filter((fault) => fault !== null)
        .filter(isAnswerFault);
    },
  };
}

/** The replies that faults are; null where the fault is about time or the connection. */
export function replyOfFault(fault: WireFault, graph: GraphSource, target: string): Reply | null {
  const page = '<!DOCTYPE html><html><head><title>Gateway</title></head><body>Please wait.</body></html>';
  if (fault.kind === 'html') return htmlReply(200, page);
  if (fault.kind !== 'status') return null;
  const { status, retryAfterSeconds, html, at } = fault;
  if (at === 'graph' && !html) return orderedReply(graph, target, status, retryAfterSeconds);
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (html) return htmlReply(status, page, headers);
  return jsonReply(status, { error: 'temporarily_unavailable' }, headers);
}
