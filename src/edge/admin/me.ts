// GET /api/me: who asks, and what they may. Open to whoever is let in at all.

import type { Caller } from './caller.ts';
import { rfc3339 } from './contract.ts';
import { ownersIn } from './owners.ts';
import { type Route, route } from './route.ts';
import { type MeJson, meShape } from './sign-in-contract.ts';

const getMe = route({
  method: 'GET',
  path: '/me',
  permission: 'signed-in',
  summary: 'Who you are, and what you may',
  response: meShape,
  async handle({ parts: { ledger }, caller }) {
    const person = caller.person && (await ownersIn(ledger)(caller.person)).shown;
    const { name, via, role } = caller;
    const body: MeJson = {
      kind: person?.kind ?? (via === 'local' ? 'local' : 'key'),
      name,
      via,
      person,
      role,
      permissions: [...caller.permissions],
      session: showSession(caller),
      key: showKey(caller),
    };
    return { headers: { 'cache-control': 'no-store' }, body };
  },
});

function showSession({ session }: Caller): MeJson['session'] {
  if (!session) return null;
  const { id, createdAt, expiresAt } = session;
  return { id, createdAt: rfc3339(createdAt), expiresAt: rfc3339(expiresAt) };
}

function showKey({ via, key, actor, name }: Caller): MeJson['key'] {
  if (key) return { id: key.id, name: key.name, expiresAt: rfc3339(key.expiresAt), declared: false };
  return via === 'key' ? { id: actor.id, name, expiresAt: null, declared: true } : null;
}

export const meRoutes: readonly Route[] = [getMe];
