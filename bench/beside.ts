// What somebody else notices of long work: one look-up after the other, and the API as whoever began the work asks it.

import type { Home, Server } from './server.ts';

export interface Noticed {
  p50: string;
  p99: string;
  most: string;
}

/** In milliseconds. */
export function lookUps(server: Server): { stop(): Promise<Noticed> } {
  const times: number[] = [];
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await server.get('/Users?filter=userName+eq+%22nobody%40nordhafen.example%22');
      times.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await running;
      times.sort((a, b) => a - b);
      const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
      return { p50: at(0.5), p99: at(0.99), most: at(1) };
    },
  };
}

export async function askApi<Body>(
  home: Home,
  server: Server,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const { host, port } = server.address;
  const headers: Record<string, string> = { authorization: `Bearer ${home.apiKey}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = body === undefined ? null : JSON.stringify(body);
  const answer = await fetch(`http://${host}:${port}/api${path}`, { method, headers, body: sent });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
