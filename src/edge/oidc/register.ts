// Mounts signing in: what people see before they are anybody, and what providers send back.

import type { FastifyInstance } from 'fastify';
import type { Parts } from '../parts.ts';
import { sendPage } from './answer.ts';
import { takeSession } from './begin-session.ts';
import { answerPeople, frontDoor, registerFrontDoor } from './front-door.ts';
import { homePage } from './pages.ts';
import { sessionHash, signedInCaller } from './session-credential.ts';
import { registerProviderSignIn, waysIn } from './sign-in.ts';
import { registerFrontChannel, signOutAtProvider } from './sign-out.ts';

export async function registerSignIn(app: FastifyInstance, parts: Parts): Promise<void> {
  answerPeople(app, parts);
  const door = frontDoor(parts, {
    ways: (returnTo) => waysIn({ parts }, returnTo),
    signOutAtProvider: (hash, at) => signOutAtProvider(parts, hash, at),
  });
  registerFrontDoor(app, door);
  registerProviderSignIn(app, door);
  registerFrontChannel(app, door);
  app.get('/', async (request, reply) => {
    const caller = await signedInCaller(parts, request.raw, parts.clock.now());
    const had = sessionHash(request.headers.cookie) !== null;
    if (!caller) {
      if (had) takeSession(reply);
      return reply.header('cache-control', 'no-store').redirect(had ? '/login?ended' : '/login', 303);
    }
    const { name, role, person } = caller;
    return sendPage(reply, 200, homePage({ name, role, isBreakGlass: person?.provider === null }));
  });
}
