// People for the tests of identity and mapping: made by the reader that POST and PUT use, changed by the PATCH engine.

import type { Fact, Facts } from '../../src/identity/user.ts';
import { createUser, type Settled, settleUser, type User, type WantedUser } from '../../src/identity/user.ts';
import { applyPatch } from '../../src/scim/patch.ts';
import { readPatch } from '../../src/scim/patch-request.ts';
import { readResource } from '../../src/scim/resource.ts';
import { userKind } from '../../src/scim/schema.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ACME = 'urn:acme:params:2.0:User';
export const BIN = '0123456789abcdef0123456789abcdef';

export function wanted(attributes: Record<string, unknown>): WantedUser {
  const { document, unlisted } = readResource(
    userKind,
    { schemas: [USER], userName: 'amara.osei@kitehaus.example', ...attributes },
    { require: true },
  );
  return { document, unlisted };
}

export function person(attributes: Record<string, unknown> = {}, at = 1_000): User {
  return createUser({ provider: 'contoso', id: 'u1', formerly: null }, wanted(attributes), at).after;
}

/** PUT. */
export function put(before: User, attributes: Record<string, unknown>, at = 2_000): Settled {
  return settleUser(before, wanted(attributes), at);
}

/** One PATCH with these operations. */
export function patch(before: User, operations: readonly object[], at = 2_000): Settled {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
  const { document, unlisted } = applyPatch(
    userKind,
    { document: before.document, unlisted: { ...before.unlisted } },
    readPatch(userKind, body),
  );
  return settleUser(before, { document, unlisted }, at);
}

export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });

export function types({ events }: Settled): string[] {
  return events.map((event) => event.type);
}

/** Words of claims or the directory, at a time each. */
export function facts(
  values: Record<string, readonly [value: unknown, at: number]>,
  channel: Fact['channel'],
): Facts {
  return Object.fromEntries(
    Object.entries(values).map(([name, [value, at]]) => [name, { value, channel, at }]),
  );
}
