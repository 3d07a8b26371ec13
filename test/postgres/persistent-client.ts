// A provider that does not give up: what got no answer, because the connection was cut, is sent again until it gets one,
// as Entra does in its next cycle. So that whatever was asked for is known to be there in the end.

import { type Answer, type ScimClient, scimClient } from '../harness/scim-client.ts';

export interface Patience {
  /** Connections that were cut under a request. */
  cuts: number;
  /** Answers "not now", each with when to come again. */
  later: number;
  /** Answers "not now" that did not say when. */
  laterWithoutWhen: number;
  longestMs: number;
}

export const newPatience = (): Patience => ({ cuts: 0, later: 0, laterWithoutWhen: 0, longestMs: 0 });

const GIVEN_UP_AFTER_MS = 60_000;
const PAUSE_MS = 50;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `waits`: takes 503 for an answer that says when to come again. */
export function persistentClient(
  base: string,
  token: string,
  patience: Patience,
  { waits = false }: { waits?: boolean } = {},
): ScimClient {
  const client = scimClient(base, token);

  async function insist(method: string, path: string, attempt: () => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + GIVEN_UP_AFTER_MS;
    for (let again = 0; ; again++) {
      const sentMs = performance.now();
      const answer = await attempt().catch((error: Error) => {
        if (!isCut(error) || performance.now() > deadline) throw error;
        return null;
      });
      patience.longestMs = Math.max(patience.longestMs, performance.now() - sentMs);
      if (answer?.status === 503 && waits && performance.now() < deadline) {
        patience.later++;
        const seconds = Number(answer.headers['retry-after']);
        if (!(seconds > 0)) patience.laterWithoutWhen++;
        await pause(PAUSE_MS);
      } else if (answer) {
        return again === 0 ? answer : settled(method, path, answer);
      } else {
        patience.cuts++;
        await pause(PAUSE_MS);
      }
    }
  }

  /** What an answer means that says that the first of two was done after all. */
  async function settled(method: string, path: string, answer: Answer): Promise<Answer> {
    if (method === 'PATCH' && answer.status === 400 && answer.error.scimType === 'noTarget') {
      return { ...(await client.get(path)), status: 200 };
    }
    if (method === 'DELETE' && answer.status === 404) return { ...answer, status: 204 };
    return answer;
  }

  const send: ScimClient['send'] = (method, path, sending) =>
    insist(method, path, () => client.send(method, path, sending));
  return {
    ...client,
    send,
    get: (path, headers) => insist('GET', path, () => client.get(path, headers)),
    async post(path, body, headers) {
      let sent = 0;
      const answer = await insist('POST', path, () => {
        sent++;
        return client.post(path, body, headers);
      });
      const { userName } = body as { userName?: string };
      if (sent === 1 || answer.status !== 409 || userName === undefined) return answer;
      const [found] = (await insist('GET', path, () => client.users(`userName eq "${userName}"`))).list
        .Resources;
      return found
        ? { ...(await insist('GET', path, () => client.get(`${path}/${found.id}`))), status: 201 }
        : answer;
    },
    put: (path, body, headers) => insist('PUT', path, () => client.put(path, body, headers)),
    patch: (path, operations, headers) =>
      insist('PATCH', path, () => client.patch(path, operations, headers)),
    delete: (path, headers) => insist('DELETE', path, () => client.delete(path, headers)),
  };
}

/** Not: an answer that did not come in time, which is a failure of ours. */
function isCut(error: Error): boolean {
  const { code } = (error.cause ?? {}) as { code?: string };
  return code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE';
}
