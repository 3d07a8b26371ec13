// Mounts signing in: what people see before they are anybody, and what providers send back.

import type { FastifyInstance } from 'fastify';
import type { Parts } from '../parts.ts';
import { sendPage } from './answer.ts';
import { answerPeople, frontDoor, registerFrontDoor } from './front-door.ts';
import { accountPage } from './pages.ts';
import { askToSignIn } from './return-to.ts';
import { signedInCaller } from './session-credential.ts';
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
  app.get('/account', async (request, reply) => {
    const caller = await signedInCaller(parts, request.raw, parts.clock.now());
    if (!caller) return askToSignIn(request, reply);
    const { name, role, person } = caller;
    return sendPage(reply, 200, accountPage({ name, role, isBreakGlass: person?.provider === null }));
  });
}
