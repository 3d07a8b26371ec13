// Mounts signing in: what people see before they are anybody, and what providers send back.

import type { FastifyInstance } from 'fastify';
import type { Parts } from '../parts.ts';
import { answerPeople, frontDoor, registerFrontDoor } from './front-door.ts';
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
}
