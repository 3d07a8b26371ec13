// Faults on command: what the next requests to an endpoint run into, before or instead of an answer. The server plays
// those of the wire; an endpoint takes the errors of the table itself.

import { htmlReply, jsonReply, type Reply } from '../http-message.ts';
import type { ErrorName } from './aadsts.ts';

export const FAULT_POINTS = ['discovery', 'keys', 'authorize', 'token', 'logout', 'graph'] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

export type Fault = {
  readonly at: FaultPoint;
  /** How many requests run into it; null until it is cleared, one where nothing is said. */
  readonly times?: number | null;
} & (
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly html?: boolean;
    }
  /** Answers rightly, later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without a word. */
  | { readonly kind: 'reset' }
  /** 200, and a page where JSON belongs, as proxies do. */
  | { readonly kind: 'html' }
  /** Promises the whole answer and sends half of it. */
  | { readonly kind: 'truncated' }
  /** An error of the table, whatever was asked. */
  | { readonly kind: 'error'; readonly error: ErrorName }
);

type ErrorFault = Extract<Fault, { kind: 'error' }>;
export type WireFault = Exclude<Fault, ErrorFault>;

export interface Faults {
  set(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** Takes one use of the first fault there. */
  takeWire(at: FaultPoint): WireFault | null;
  takeError(at: FaultPoint): ErrorName | null;
}

export function newFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  const take = (fits: (fault: Fault) => boolean): Fault | null => {
    const found = waiting.find(({ fault }) => fits(fault));
    if (!found) return null;
    found.left -= 1;
    if (found.left <= 0) waiting = waiting.filter((one) => one !== found);
    return found.fault;
  };
  return {
    set(fault) {
      waiting.push({ fault, left: fault.times === null ? Number.POSITIVE_INFINITY : (fault.times ?? 1) });
    },
    clear() {
      waiting = [];
    },
    list: () => waiting.map(({ fault }) => fault),
    takeWire: (at) => take((fault) => fault.at === at && fault.kind !== 'error') as WireFault | null,
    takeError: (at) =>
      (take((fault) => fault.at === at && fault.kind === 'error') as ErrorFault | null)?.error ?? null,
  };
}

/** The replies that faults are; null where the fault is about time or the connection. */
export function replyOfFault(fault: WireFault): Reply | null {
  const page = '<!DOCTYPE html><html><head><title>Gateway</title></head><body>Please wait.</body></html>';
  if (fault.kind === 'html') return htmlReply(200, page);
  if (fault.kind !== 'status') return null;
  const headers: Record<string, string> =
    fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  if (fault.html) return htmlReply(fault.status, page, headers);
  if (fault.at !== 'graph') return jsonReply(fault.status, { error: 'temporarily_unavailable' }, headers);
  const code = fault.status === 429 ? 'TooManyRequests' : 'ServiceNotAvailable';
  return jsonReply(fault.status, { error: { code, message: 'Ordered by the control API.' } }, headers);
}
