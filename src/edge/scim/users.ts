// /Users: what each method wants, loaded, decided and answered.

import { fold } from '../../fold.ts';
import { newId } from '../../id.ts';
import type { EventDraft } from '../../identity/event.ts';
import { displayNameOf, type User } from '../../identity/user.ts';
import type { Loaded, UserRow } from '../../ledger/ledger.ts';
import {
  decideUserCreate,
  decideUserRemoval,
  decideUserWrite,
  type LoadedUser,
} from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { applyPatch } from '../../scim/patch.ts';
import { readPatch } from '../../scim/patch-request.ts';
import { type Projection, readProjection } from '../../scim/projection.ts';
import { type ReadResource, readResource } from '../../scim/resource.ts';
import { userKind } from '../../scim/schema.ts';
import { nameIn } from './action-words.ts';
import { contextOf, requestRow, type ScimAnswer, type ScimCall } from './call.ts';
import { checkPreconditions, isKnown } from './precondition.ts';
import { userLocation, userText } from './resource-text.ts';

export async function getUser(call: ScimCall, id: string): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const row = await call.ledger.readUser(call.caller.provider, id);
  if (!row) throw noUser(id);
  const action = `Read ${nameIn(row.document) ?? 'a user'}`;
  call.ledger.noteRequest(requestRow(call, { status: 200, action, resource: id }));
  if (isKnown(call.ifNoneMatch, row.version)) return { status: 304, body: null, version: row.version };
  return answer(call, 200, row, projection);
}

export async function createUser(call: ScimCall): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const read = readResource(userKind, call.body, { require: true });
  const name = String(read.document.userName);
  const { provider } = call.caller;
  const row = await call.ledger.transact({
    provider,
    needs: { token: { id: call.caller.token, at: call.at }, formerHolderOf: fold(name) },
    decide: (loaded) => {
      const made = { id: newId(call.at), formerly: loaded.formerly };
      const { changes, user } = decideUserCreate(contextOf(call, loaded.state), made, wantedOf(read));
      const action = loaded.formerly
        ? `Created ${displayNameOf(user)} anew, after a removal`
        : `Created ${displayNameOf(user)}`;
      const request = requestRow(call, { status: 201, action, resource: user.id, tags: read.habits });
      return { changes, request, answer: rowOf(user, []) };
    },
  });
  return answer(call, 201, row, projection);
}

export async function replaceUser(call: ScimCall, id: string): Promise<ScimAnswer> {
  return changeUser(call, id, (before) =>
    readResource(userKind, call.body, { require: true, before: before.document }),
  );
}

export async function patchUser(call: ScimCall, id: string): Promise<ScimAnswer> {
  const operations = readPatch(userKind, call.body);
  return changeUser(call, id, (before) => {
    const { document, unlisted } = before;
    return applyPatch(userKind, { document, unlisted: { ...unlisted } }, operations);
  });
}

async function changeUser(
  call: ScimCall,
  id: string,
  read: (before: User) => Pick<ReadResource, 'document' | 'unlisted' | 'habits'>,
): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const row = await call.ledger.transact({
    provider: call.caller.provider,
    needs: { token: { id: call.caller.token, at: call.at }, user: id },
    decide: (loaded) => {
      const before = presentUser(loaded, id);
      checkPreconditions(call, versionOf(before.user));
      const wanted = read(before.user);
      const { changes, user } = decideUserWrite(contextOf(call, loaded.state), before, wantedOf(wanted));
      const action = changeInWords(before.user, user, changes?.events ?? []);
      const request = requestRow(call, { status: 200, action, resource: id, tags: wanted.habits });
      return { changes, request, answer: rowOf(user, before.groups) };
    },
  });
  return answer(call, 200, row, projection);
}

export async function deleteUser(call: ScimCall, id: string): Promise<ScimAnswer> {
  await call.ledger.transact({
    provider: call.caller.provider,
    needs: { token: { id: call.caller.token, at: call.at }, user: id },
    decide: (loaded) => {
      const before = presentUser(loaded, id);
      checkPreconditions(call, versionOf(before.user));
      const changes = decideUserRemoval(contextOf(call, loaded.state), before);
      const action = `Removed ${displayNameOf(before.user)}`;
      return { changes, request: requestRow(call, { status: 204, action, resource: id }), answer: null };
    },
  });
  return { status: 204, body: null };
}

// --- parts ------------------------------------------------------------------------------------------------------

function noUser(id: string): Refusal {
  return new Refusal('notFound', `There is no user with the id ${id.slice(0, 100)}.`);
}

function presentUser(loaded: Loaded, id: string): LoadedUser {
  if (!loaded.user || loaded.user.user.removedAt !== null) throw noUser(id);
  return loaded.user;
}

function wantedOf(read: Pick<ReadResource, 'document' | 'unlisted'>) {
  return { document: read.document, unlisted: read.unlisted };
}

function versionOf(user: User): string {
  return `W/"${user.revision}"`;
}

function rowOf(user: User, groups: UserRow['groups']): UserRow {
  return {
    id: user.id,
    version: versionOf(user),
    document: JSON.stringify(user.document),
    createdAt: user.createdAt,
    modifiedAt: user.modifiedAt,
    groups,
  };
}

/** Read before anything is written: a bad one refuses the request whole. */
function projectionOf(call: ScimCall): Projection {
  return readProjection(call.query.attributes, call.query.excludedAttributes, userKind);
}

function answer(call: ScimCall, status: number, row: UserRow, projection: Projection): ScimAnswer {
  return {
    status,
    body: userText(row, call.base, projection),
    version: row.version,
    location: userLocation(row.id, call.base),
  };
}

function changeInWords(before: User, after: User, events: readonly EventDraft[]): string {
  const name = displayNameOf(after);
  if (after === before) return `Nothing to change for ${name}`;
  if (!before.kept && after.kept) return `Moved ${displayNameOf(before)} to the recycle bin`;
  if (before.kept && !after.kept) return `Restored ${name} from the recycle bin`;
  const was = before.suspensions.scim !== undefined;
  const is = after.suspensions.scim !== undefined;
  if (!was && is) return `Suspended ${name}`;
  if (was && !is) return `Reactivated ${name}`;
  const updated = events.find(({ type }) => type === 'user.updated')?.data?.after;
  const attributes = Object.keys(updated ?? {}).map((each) => each.split(':').at(-1)!);
  if (attributes.length === 0 || attributes.length > ATTRIBUTES_NAMED) return `Updated ${name}`;
  return `Updated ${name}: ${attributes.join(', ')}`;
}

const ATTRIBUTES_NAMED = 4;
