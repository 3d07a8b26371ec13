// How a reading asks Graph: with the patience of a job in the background, behind its brake, and keeping account. Twenty
// questions go in one batch; those parts that were throttled go again without the others.

import type { Provider } from '../identity/provider.ts';
import {
  askGraph,
  GRAPH_ATTEMPTS_MOST,
  type GraphAnswer,
  type GraphFailure,
  type GraphRequest,
  graphAnswerOf,
  graphWaitMs,
  waitUnlessEnded,
} from '../provider/graph.ts';
import type { Reach } from '../provider/reach.ts';
import { isObject, own } from '../scim/json.ts';
import type { ReadingCost } from './directory.ts';
import { graphBrake } from './graph-brake.ts';

/** What is asked: a path after the version, or a link of Graph's (not in a batch). */
export interface Question {
  readonly path: string;
  /** An advanced query, answered from an index: a header asks for it, with every page anew. */
  readonly indexed?: boolean;
}

export interface GraphCaller {
  readonly cost: ReadingCost;
  get(question: Question, signal: AbortSignal): Promise<GraphAnswer>;
  /** One answer for each, in their order. Graph itself says `notFound` of a part, never of a batch. */
  getAll(questions: readonly Question[], signal: AbortSignal): Promise<readonly GraphAnswer[]>;
}

/** Graph takes no more in one batch. */
const BATCH_MOST = 20;
const PATIENCE_MS = 5 * 60_000;
/** After one request had all that patience for nothing, until one is answered: many parts do not wait one after another. */
const SHORT_PATIENCE_MS = 10_000;

export function graphCaller(reach: Reach, provider: Provider): GraphCaller {
  const cost: ReadingCost = { requests: 0, resourceUnits: null, throttled: 0 };
  const brake = graphBrake(reach);
  const heard = (status: number, headers: Readonly<Record<string, string>>) => {
    brake.heard(status, headers);
    const units = Number(headers['x-ms-resource-unit'] ?? Number.NaN);
    if (Number.isFinite(units)) cost.resourceUnits = (cost.resourceUnits ?? 0) + units;
    if (status === 429) cost.throttled++;
  };
  let isAway = false;
  const ask = async (request: GraphRequest, signal: AbortSignal) => {
    await brake.ready(signal);
    const patienceMs = isAway ? SHORT_PATIENCE_MS : PATIENCE_MS;
    const answer = await askGraph(reach, provider, { ...request, patienceMs, signal, heard });
    isAway = !answer.ok && (answer.kind === 'unreachable' || answer.kind === 'throttled');
    cost.requests += answer.requests;
    return answer;
  };
  const askBatch = async (questions: readonly Question[], signal: AbortSignal) => {
    const answer = await ask({ method: 'POST', path: '/$batch', body: batchOf(questions) }, signal);
    return partsOf(answer, questions.length, reach.clock.now(), heard);
  };
  return {
    cost,
    get: ({ path, indexed }, signal) => ask({ path, headers: headersFor(indexed) }, signal),
    async getAll(questions, signal) {
      const answers: GraphAnswer[] = [];
      for (let at = 0; at < questions.length; at += BATCH_MOST) {
        const asked = questions.slice(at, at + BATCH_MOST);
        answers.push(...(await untilAnswered(reach, asked, askBatch, signal)));
      }
      return answers;
    },
  };
}

/** Parts are throttled one by one, inside an answer that is 200. */
async function untilAnswered(
  reach: Reach,
  questions: readonly Question[],
  askBatch: (questions: readonly Question[], signal: AbortSignal) => Promise<readonly GraphAnswer[]>,
  signal: AbortSignal,
): Promise<readonly GraphAnswer[]> {
  const endsAt = reach.clock.now() + PATIENCE_MS;
  const answers = [...(await askBatch(questions, signal))];
  for (let round = 1; round < GRAPH_ATTEMPTS_MOST; round++) {
    const again = answers.flatMap((answer, at) => (isWorthAnother(answer) ? [{ at, answer }] : []));
    if (again.length === 0) break;
    const jitter = reach.random();
    const waits = again.map(({ answer }) =>
      graphWaitMs(round, answer.ok ? null : answer.retryAfterMs, jitter),
    );
    const wait = Math.max(...waits);
    if (reach.clock.now() + wait >= endsAt) break;
    await waitUnlessEnded(reach, wait, signal);
    const asked = again.map(({ at }) => questions[at]!);
    const next = await askBatch(asked, signal);
    for (const [index, { at }] of again.entries()) answers[at] = next[index]!;
  }
  return answers;
}

/** A part alone: where the batch as a whole failed, all patience was had. */
function isWorthAnother(answer: GraphAnswer): boolean {
  return (
    !answer.ok && answer.requests === 0 && (answer.kind === 'throttled' || answer.kind === 'unreachable')
  );
}

function batchOf(questions: readonly Question[]) {
  return {
    requests: questions.map(({ path, indexed }, at) => ({
      id: String(at),
      method: 'GET',
      url: path,
      headers: headersFor(indexed),
    })),
  };
}

/** `low`: whoever signs in meanwhile goes first. */
function headersFor(indexed = false): Record<string, string> {
  return { 'x-ms-throttle-priority': 'low', ...(indexed && { consistencylevel: 'eventual' }) };
}

/** One answer for each part, in their order: Graph's own order is any. Their `requests` are 0, as the batch has them. */
function partsOf(
  answer: GraphAnswer,
  count: number,
  at: number,
  heard: (status: number, headers: Readonly<Record<string, string>>) => void,
): readonly GraphAnswer[] {
  // What is not there is the batch, which says nothing of anybody in it.
  if (!answer.ok) {
    const whole: GraphFailure = answer.kind === 'notFound' ? { ...answer, kind: 'refused' } : answer;
    return Array.from({ length: count }, () => whole);
  }
  const rows = own(answer.body, 'responses');
  const byId = new Map(
    (Array.isArray(rows) ? rows : []).filter(isObject).map((row) => [own(row, 'id'), row]),
  );
  return Array.from({ length: count }, (_, index) => {
    const row = byId.get(String(index));
    const status = row && own(row, 'status');
    if (!row || typeof status !== 'number') return leftOut;
    const headers = lowerCased(own(row, 'headers'));
    const body = own(row, 'body');
    heard(status, headers);
    return { ...graphAnswerOf({ status, headers, body: isObject(body) ? body : null }, at), requests: 0 };
  });
}

const leftOut: GraphFailure = {
  ok: false,
  kind: 'unreachable',
  message: 'Graph left a part of the batch without an answer.',
  status: null,
  code: null,
  retryAfterMs: null,
  requests: 0,
};

function lowerCased(headers: unknown): Record<string, string> {
  const entries = Object.entries(isObject(headers) ? headers : {});
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
