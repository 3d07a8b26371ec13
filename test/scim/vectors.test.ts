// The vendors' recorded requests (test/vendors/entra.json) that read or change a resource, run against the pure part:
// readers and PATCH, without HTTP and storage.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import { holds, matchesElement, readCondition } from '../../src/scim/condition.ts';
import { type JsonObject, keyAnyCase } from '../../src/scim/json.ts';
import type { MemberRef } from '../../src/scim/members.ts';
import { applyPatch, readPatch } from '../../src/scim/patch.ts';
import { type PatchPath, readPath } from '../../src/scim/path.ts';
import { type Document, readResource } from '../../src/scim/resource.ts';
import { groupKind, type ResourceKind, userKind } from '../../src/scim/schema.ts';

interface Check {
  resource?: string;
  created?: boolean;
  response?: string;
  at?: string;
  equals?: unknown;
  absent?: boolean;
  count?: number;
  members?: string[];
}

interface Vector {
  name: string;
  quirk: string;
  method: string;
  path: string;
  body: unknown;
  precondition?: { resources?: Record<string, JsonObject>; config?: { memberReplaceIsAdd?: boolean } };
  expectedStatus: number[];
  expectedEffect: { checks: Check[] };
}

interface Held {
  kind: ResourceKind;
  document: Document;
  unlisted: Record<string, unknown>;
  members: Map<string, MemberRef>;
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('../vendors/entra.json', import.meta.url), 'utf8'));

function withIds<T>(value: T, refs: readonly string[]): T {
  const text = refs.reduce(
    (json, ref) => json.replaceAll(`{${ref}}`, `id-${ref}`),
    JSON.stringify(value ?? null),
  );
  return JSON.parse(text) as T;
}

function read(kind: ResourceKind, body: unknown): Held {
  const { document, unlisted, members } = readResource(kind, body, { require: true });
  return { kind, document, unlisted, members: new Map((members ?? []).map((ref) => [ref.value, ref])) };
}

function seed(vector: Vector): Map<string, Held> {
  const resources = vector.precondition?.resources ?? {};
  const refs = Object.keys(resources);
  return new Map(
    Object.entries(withIds(resources, refs)).map(([ref, { type, ...body }]) => {
      const kind = type === 'Group' ? groupKind : userKind;
      return [ref, read(kind, { schemas: [kind.core.id], ...body })];
    }),
  );
}

function patch(held: Held, vector: Vector, body: unknown): Held {
  const options = { memberReplaceIsAdd: vector.precondition?.config?.memberReplaceIsAdd ?? false };
  const patched = applyPatch(held.kind, held, readPatch(held.kind, body), options);
  const members = new Map(held.members);
  const { membership } = patched;
  if (membership?.kind === 'whole') members.clear();
  if (membership?.kind === 'difference') {
    for (const id of membership.leaves) members.delete(id);
    for (const [id, ref] of members) {
      if (membership.leavesWhere.some((condition) => matchesElement(condition, ref))) members.delete(id);
    }
  }
  const joins = membership?.kind === 'whole' ? membership.members : (membership?.joins ?? []);
  for (const ref of joins) members.set(ref.value, ref);
  return { ...held, document: patched.document, unlisted: patched.unlisted, members };
}

function wire(held: Held): JsonObject {
  const members = [...held.members.values()].map((ref): JsonObject => ({ ...ref }));
  return { ...held.document, ...(members.length > 0 ? { members } : {}) };
}

function valueAt(held: Held, at: string): unknown {
  const resource = wire(held);
  const path = readPath(held.kind, at, { held: Object.keys(resource).filter((key) => key.includes(':')) });
  if (path.kind === 'extension') return resource[path.extension.urn];
  if (path.kind === 'foreign')
    return inside(resource[keyAnyCase(resource, path.urn) ?? ''], path.name!, path);
  if (path.kind !== 'attribute') return undefined;
  return inside(path.field.urn === null ? resource : resource[path.field.urn], path.field.name, path);
}

function inside(
  holder: unknown,
  name: string,
  path: Extract<PatchPath, { kind: 'attribute' | 'foreign' }>,
): unknown {
  const value = (holder as JsonObject | undefined)?.[name];
  const { filter } = path;
  const sub = typeof path.sub === 'string' ? path.sub : path.sub?.name;
  if (!filter && !sub) return value;
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const found = filter ? list.filter((element) => matchesElement(filter, element)) : list;
  return sub ? (found[0] as JsonObject | undefined)?.[sub] : found[0];
}

function check(expected: Check, held: Held): void {
  const value = valueAt(held, expected.at ?? 'id');
  if (expected.absent || expected.equals === null) expect(value, expected.at).toBeUndefined();
  else if (expected.count !== undefined)
    expect((value as unknown[] | undefined)?.length ?? 0).toBe(expected.count);
  else if (expected.members) {
    expect([...held.members.keys()].sort()).toEqual(expected.members.map((ref) => `id-${ref}`).sort());
  } else expect(value, expected.at).toEqual(expected.equals);
}

/** Statuses that these parts decide: the others need storage or HTTP. */
const writes = vectors.filter(
  ({ name, method, path, expectedStatus }) =>
    ['POST', 'PUT', 'PATCH'].includes(method) &&
    /^\/+(Users|Groups)/.test(path) &&
    !expectedStatus.every((status) => [401, 404, 409].includes(status)) &&
    name !== 'group-add-unknown-user',
);

describe('requests of identity providers', () => {
  it('has the vectors', () => expect(writes.length).toBeGreaterThan(85));

  for (const vector of writes) {
    it(`[${vector.quirk}] ${vector.name}`, () => {
      const resources = seed(vector);
      const body = withIds(vector.body, [...resources.keys()]);
      const before = structuredClone([...resources].map(([ref, held]) => [ref, held.document]));
      const kind = /Groups/.test(vector.path) ? groupKind : userKind;
      const ref = /\{(\w+)\}/.exec(vector.path)?.[1];
      const target = ref === undefined ? undefined : resources.get(ref);
      const work = () => (vector.method === 'PATCH' ? patch(target!, vector, body) : read(kind, body));
      let after: Held | undefined;
      try {
        after = work();
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
        expect(vector.expectedStatus, String(error)).toContain(400);
      }
      if (after) expect(vector.expectedStatus.some((status) => status < 300)).toBe(true);
      expect([...resources].map(([name, held]) => [name, held.document])).toEqual(before);
      if (after && ref !== undefined) resources.set(ref, after);
      for (const expected of withIds(vector.expectedEffect.checks, [...resources.keys()])) {
        const held = expected.created ? after : resources.get(expected.resource ?? '');
        if (held) check(expected, held);
      }
    });
  }
});

describe('look-ups of identity providers', () => {
  const lookUps = vectors.filter(
    ({ method, path, expectedStatus }) =>
      method === 'GET' && path.includes('filter=') && expectedStatus[0] === 200,
  );
  it('has the vectors', () => expect(lookUps.length).toBeGreaterThan(20));

  for (const vector of lookUps) {
    it(`[${vector.quirk}] ${vector.name}`, () => {
      const resources = seed(vector);
      const total = vector.expectedEffect.checks.find(({ response }) => response === '/totalResults')?.equals;
      const path = withIds(vector.path, [...resources.keys()]);
      const filter = new URL(path.replace(/^\/+/, '/'), 'http://localhost').searchParams.get('filter')!;
      const kind = /Groups/.test(path) ? groupKind : userKind;
      const condition = readCondition(kind, filter);
      const found = [...resources].filter(
        ([ref, held]) => held.kind === kind && holds(condition, { id: `id-${ref}`, ...wire(held) }),
      );
      if (total !== undefined) expect(found.length).toBe(total);
    });
  }
});
