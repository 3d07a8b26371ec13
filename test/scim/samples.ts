// Bodies and shorthands that the tests of the protocol room share.

import { type Reason, Refusal } from '../../src/refusal.ts';
import { applyPatch, type Patched, type PatchOptions, readPatch } from '../../src/scim/patch.ts';
import { type Document, readResource } from '../../src/scim/resource.ts';
import { groupKind, type ResourceKind, userKind } from '../../src/scim/schema.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function userBody(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { schemas: [USER], userName: 'amara.osei@kitehaus.example', ...more };
}

export function readUser(more: Record<string, unknown> = {}) {
  return readResource(userKind, userBody(more), { require: true });
}

export function userDocument(more: Record<string, unknown> = {}): Document {
  return readUser(more).document;
}

export function readGroup(more: Record<string, unknown> = {}) {
  return readResource(groupKind, { schemas: [GROUP], displayName: 'Orion Crew', ...more }, { require: true });
}

export function patchBody(...operations: unknown[]) {
  return { schemas: [PATCH_OP], Operations: operations };
}

/** The outcome of a PATCH on a user that was made of these attributes. */
export function patchUser(attributes: Record<string, unknown>, ...operations: unknown[]): Patched {
  const { document, unlisted } = readUser(attributes);
  return applyPatch(userKind, { document, unlisted }, readPatch(userKind, patchBody(...operations)));
}

export function patchGroup(operations: unknown[], options: PatchOptions = {}): Patched {
  const { document, unlisted } = readGroup();
  return applyPatch(
    groupKind,
    { document, unlisted },
    readPatch(groupKind, patchBody(...operations)),
    options,
  );
}

export function patchKind(kind: ResourceKind, document: Document, ...operations: unknown[]): Patched {
  return applyPatch(kind, { document, unlisted: {} }, readPatch(kind, patchBody(...operations)));
}

/** The refusal that the work ends in; anything else fails the test. */
export function refusalOf(work: () => unknown): { reason: Reason; detail: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { reason: error.reason, detail: error.message };
    throw error;
  }
  throw new Error('expected a refusal, and there was none');
}

export function reasonOf(work: () => unknown): Reason {
  return refusalOf(work).reason;
}

/** Milliseconds that the work took, whether or not it was refused; of three runs the best, as the machine is shared. */
export function timed(work: () => unknown): number {
  return Math.min(...[1, 2, 3].map(() => timedOnce(work)));
}

function timedOnce(work: () => unknown): number {
  const start = performance.now();
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  return performance.now() - start;
}
