// The admin API as these tests use it: one JSON request with the API key of the harness.

import type { TestServer } from '../harness/server.ts';

export async function admin<Body>(
  server: Pick<TestServer, 'url' | 'apiKey'>,
  path: string,
  method = 'GET',
): Promise<Body> {
  const answer = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Body;
}

export interface Verified {
  ok: boolean;
  users: number;
  groups: number;
  events: number;
  problems: string[];
}

/** Waits for the sweep, then checks everything that is stored. */
export async function verified(server: Pick<TestServer, 'url' | 'apiKey'>): Promise<Verified> {
  for (;;) {
    const { sweep } = await admin<{ sweep: { running: boolean } }>(server, '/status');
    if (!sweep.running) return admin<Verified>(server, '/verify', 'POST');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
