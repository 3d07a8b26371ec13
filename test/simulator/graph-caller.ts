// An application that calls Graph with a token it keeps: what came back, with its headers, and lists read page by page.

import type { Client, LoginSimulator } from '../../simulator/login/login-server.ts';
import { postToken } from './login-client.ts';

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export type GraphRow = Readonly<Record<string, unknown>>;

export interface GraphCaller {
  /** `path` after Graph's base, or an absolute link. */
  get(path: string, headers?: Record<string, string>): Promise<GraphAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<GraphAnswer>;
  /** Each page's rows, at most so many pages. */
  pages(
    path: string,
    most?: number,
    headers?: Record<string, string>,
  ): Promise<readonly (readonly GraphRow[])[]>;
}

/** What advanced queries need, beside `$count=true` in the address. */
export const EVENTUAL = { consistencylevel: 'eventual' };

/** The main application, unless another is named. */
export async function graphCaller(sim: LoginSimulator, client: Client = sim): Promise<GraphCaller> {
  const { body } = await postToken(sim, {
    grant_type: 'client_credentials',
    scope: `${sim.graphUrl}/.default`,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const authorization = `Bearer ${body.access_token}`;
  const send = async (path: string, init: RequestInit): Promise<GraphAnswer> => {
    const response = await fetch(path.startsWith('http') ? path : `${sim.graphUrl}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : {},
    };
  };
  const get: GraphCaller['get'] = (path, headers = {}) =>
    send(path, { headers: { authorization, ...headers } });
  return {
    get,
    post: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async pages(path, most = 10, headers = {}) {
      const found: (readonly GraphRow[])[] = [];
      let next: unknown = path;
      while (typeof next === 'string' && found.length < most) {
        const answer = await get(next, headers);
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
        found.push(answer.body.value as GraphRow[]);
        next = answer.body['@odata.nextLink'];
      }
      return found;
    },
  };
}
