// POST /api/key/rotate: seals every secret at rest with the current key; with the keys in files, makes that key first.

import type { EventDraft } from '../../identity/event.ts';
import { HOW_TO_RESTORE } from '../../key-ring.ts';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { type RotationJson, rotationShape } from './system-contract.ts';
import { type ClosedSecret, closedSecrets, storedSecrets } from './verification.ts';

const rotateKey = route({
  method: 'POST',
  path: '/key/rotate',
  permission: { resource: 'system', operation: 'rotate' },
  summary: 'Seal all stored secrets with a new key',
  description:
    'With BIFROST_SECRET_KEY from the environment, that is the new key and BIFROST_SECRET_KEY_FORMER the one before it; otherwise a new key is made in the data folder. A rotation that was interrupted is finished by asking again.',
  response: rotationShape,
  refuses: { 409: 'A stored secret opens with none of the keys; nothing was changed' },
  handle: async (call) => ({ body: await call.parts.keys.alone(() => rotate(call)) }),
});

async function rotate(call: Call): Promise<RotationJson> {
  const { keys, ledger } = call.parts;
  await refuseClosed(call.parts);
  keys.begin();
  const [key, former] = [keys.current().id, keys.former()?.id ?? null];
  const told = (await ledger.events({ after: 0, limit: 1, types: ['key.rotated'], newestFirst: true }))[0];
  // With files every rotation has a new key, and its event, also where no secret is stored yet.
  const isNew = keys.source === 'file' && told?.subject.id !== key;
  const resealed = await ledger.reseal(
    ({ sealed, identity }) => keys.reseal(sealed, identity),
    (count) => (count > 0 || isNew ? rotated(key, former, count) : null),
    changeBy(call),
  );
  keys.end();
  const secrets = (await storedSecrets(ledger)).length;
  return { source: keys.source, key, formerKey: former, secrets, resealed };
}

function rotated(key: string, former: string | null, secrets: number): EventDraft {
  return { type: 'key.rotated', subject: { kind: 'key', id: key }, data: { former, secrets } };
}

async function refuseClosed({ ledger, keys }: Parts): Promise<void> {
  const closed = closedSecrets(await storedSecrets(ledger), keys);
  const [first] = closed;
  if (!first) return;
  const problems = closed.map(({ said }) => said);
  throw new Refusal('conflict', `${first.said} Nothing was changed.`, {
    problems,
    advice: advice(keys, first),
  });
}

function advice(keys: Parts['keys'], { needs }: ClosedSecret): string {
  if (needs === null)
    return 'Give that provider its secret anew, or that webhook by rotating it without an overlap, and run it again.';
  if (keys.source === 'environment') {
    return `Set BIFROST_SECRET_KEY_FORMER to the key with the id ${needs} and run it again.`;
  }
  if (keys.ids().length === 0) return HOW_TO_RESTORE;
  return `Put the key with the id ${needs} into the data folder as secret.key.former, restart the server if one runs, and run it again.`;
}

export const keyRoutes: readonly Route[] = [rotateKey];
