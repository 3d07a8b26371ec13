import { describe, expect, it } from 'vitest';
import { resourceTypes, schemas, serviceProviderConfig } from '../../src/scim/discovery.ts';
import { errorBody, listResponse } from '../../src/scim/messages.ts';
import type { Attribute } from '../../src/scim/schema.ts';
import { ENTERPRISE, GROUP, USER } from './samples.ts';

const base = 'https://bifrost.example/scim/v2';
const limits = {
  maxBulkOperations: 1000,
  maxBulkPayload: 1_048_576,
  maxResults: 200,
  defaultPageSize: 100,
  maxPageSize: 200,
  cursorTimeout: 3600,
};
const attributesOf = (urn: string) => schemas(base).find((schema) => schema.id === urn)!.attributes;
const attribute = (urn: string, name: string) => attributesOf(urn).find((one) => one.name === name)!;
const everyAttribute = schemas(base).flatMap((schema) =>
  schema.attributes.flatMap((one) => [one, ...(one.subAttributes ?? [])]),
);

describe('[RFC7643 5] ServiceProviderConfig', () => {
  it('says what is so (D01, D02, D03, D05)', () => {
    expect(serviceProviderConfig(base, limits)).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    });
  });
  it('[RFC9865 4] pagination (C01)', () => {
    expect(serviceProviderConfig(base, limits).pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 200,
      cursorTimeout: 3600,
    });
  });
  it('authentication by bearer token (D04)', () => {
    const [scheme, ...others] = serviceProviderConfig(base, limits).authenticationSchemes;
    expect(scheme).toMatchObject({ type: 'oauthbearertoken', primary: true });
    expect(others).toEqual([]);
  });
});

describe('[RFC7643 6] ResourceTypes', () => {
  it('User and Group, with schema, endpoint and meta (D07, D24)', () => {
    expect(resourceTypes(base)).toMatchObject([
      {
        id: 'User',
        name: 'User',
        endpoint: '/Users',
        schema: USER,
        schemaExtensions: [{ schema: ENTERPRISE, required: false }],
        meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
      },
      {
        id: 'Group',
        name: 'Group',
        endpoint: '/Groups',
        schema: GROUP,
        meta: { location: `${base}/ResourceTypes/Group` },
      },
    ]);
  });
});

describe('[RFC7643 7] Schemas', () => {
  it('User, its extension and Group, no message schemas (D11, D20, D24)', () => {
    expect(schemas(base).map(({ id, meta }) => [id, meta])).toEqual(
      [USER, ENTERPRISE, GROUP].map((id) => [
        id,
        { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
      ]),
    );
  });
  it('every definition is complete and legal (D14, D15)', () => {
    for (const one of everyAttribute) {
      expect([
        'string',
        'boolean',
        'decimal',
        'integer',
        'dateTime',
        'reference',
        'binary',
        'complex',
      ]).toContain(one.type);
      expect(['readOnly', 'readWrite', 'immutable', 'writeOnly']).toContain(one.mutability);
      expect(['always', 'never', 'default', 'request']).toContain(one.returned);
      expect(['none', 'server', 'global']).toContain(one.uniqueness);
      expect([typeof one.multiValued, typeof one.required, typeof one.caseExact]).toEqual([
        'boolean',
        'boolean',
        'boolean',
      ]);
      expect(one.description).not.toBe('');
      expect(one.type === 'complex').toBe((one.subAttributes?.length ?? 0) > 0);
      expect(one.subAttributes?.some((sub) => sub.type === 'complex') ?? false).toBe(false);
      if (one.type === 'reference') expect(one.referenceTypes?.length).toBeGreaterThan(0);
    }
  });
  it('common attributes are not among them (RFC 7643 3.1)', () => {
    const names = schemas(base).flatMap((schema) => schema.attributes.map((one: Attribute) => one.name));
    for (const name of ['id', 'externalId', 'meta', 'schemas']) expect(names).not.toContain(name);
  });
  it('userName, password, groups, manager, displayName are as they are treated (D16 to D19)', () => {
    expect(attribute(USER, 'userName')).toMatchObject({
      required: true,
      uniqueness: 'server',
      caseExact: false,
    });
    expect(attribute(USER, 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(attribute(USER, 'groups')).toMatchObject({ mutability: 'readOnly', multiValued: true });
    expect(attribute(GROUP, 'displayName')).toMatchObject({ required: true, uniqueness: 'server' });
    const { type, subAttributes } = attribute(ENTERPRISE, 'manager');
    expect(type).toBe('complex');
    expect(subAttributes?.map((sub) => [sub.name, sub.mutability])).toEqual([
      ['value', 'readWrite'],
      ['$ref', 'readOnly'],
      ['displayName', 'readOnly'],
    ]);
  });
});

it('holds no empty text and no null anywhere', () => {
  const text = JSON.stringify([serviceProviderConfig(base, limits), resourceTypes(base), schemas(base)]);
  expect(text).not.toMatch(/""|null/);
});

describe('messages', () => {
  it('[RFC7644 3.4.2] ListResponse: counts what is in it, no meta (PG02, D05, Q64)', () => {
    expect(listResponse([{ id: '1' }], { totalResults: 7, startIndex: 3 })).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 7,
      itemsPerPage: 1,
      startIndex: 3,
      Resources: [{ id: '1' }],
    });
    expect(listResponse([], { totalResults: 0, startIndex: 1 }).Resources).toEqual([]);
  });
  it('[RFC9865 2] cursors are left out where there is none (C02, C03)', () => {
    const page = listResponse([], { nextCursor: 'n', previousCursor: null });
    expect(page).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      itemsPerPage: 0,
      nextCursor: 'n',
      Resources: [],
    });
  });
  it('[RFC7644 3.12] Error: status is a text (X08)', () => {
    expect(errorBody(409, 'uniqueness', 'taken')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
      detail: 'taken',
    });
    expect(Object.keys(errorBody(404, undefined, 'gone'))).not.toContain('scimType');
  });
});
