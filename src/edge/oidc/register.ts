// Mounts signing in: what people see before they are anybody, and what providers send back.

import type { FastifyInstance } from 'fastify';
import type { Parts } from '../parts.ts';
import { answerPeople, frontDoor, registerFrontDoor, showSignIn } from './front-door.ts';
import { readReturnTo } from './return-to.ts';

export async function registerSignIn(app: FastifyInstance, parts: Parts): Promise<void> {
  answerPeople(app, parts);
  const door = frontDoor(parts, { ways: async () => [], signOutAtProvider: async () => null });
  registerFrontDoor(app, door);
  app.get<{ Querystring: Record<string, unknown> }>('/login', async ({ query }, reply) =>
    showSignIn(door, reply, { returnTo: readReturnTo(query.returnTo) }),
  );
}
