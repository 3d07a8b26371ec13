// What the endpoint says about itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7643 5 to 7, RFC 7644 4).

import { describe, expect, it } from 'vitest';
import { type Answer, ENTERPRISE, GROUP, type Resource, USER } from '../harness/scim-client.ts';
import { expectError, expectList, expectStatus, useServer } from './fixture.ts';

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const DISCOVERY = ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'];

interface Definition {
  name: string;
  type: string;
  multiValued: boolean;
  required: boolean;
  caseExact?: boolean;
  mutability: string;
  returned: string;
  uniqueness?: string;
  subAttributes?: Definition[];
}

const on = useServer();

type Config = Record<string, Record<string, unknown>> & { schemas: string[]; meta: Record<string, string> };
const config = async () => {
  const answer = await on.scim.get('/ServiceProviderConfig');
  expectStatus(answer, 200);
  return answer.json as Config;
};
const attributesOf = (schema: Resource) => schema.attributes as Definition[];
const schemaOf = async (urn: string) => (await on.scim.get(`/Schemas/${urn}`)).json as Resource;
const attributeOf = async (urn: string, name: string) => {
  const found = attributesOf(await schemaOf(urn)).find((attribute) => attribute.name === name);
  expect(found, `${name} in ${urn}`).toBeDefined();
  return found!;
};
const resourceTypes = async () => expectList(await on.scim.get('/ResourceTypes')).Resources;
const pathOf = (location: string) => location.slice(on.server.scim.length);

function everyDefinition(
  definitions: Definition[],
  visit: (definition: Definition, depth: number) => void,
  depth = 0,
) {
  for (const definition of definitions) {
    visit(definition, depth);
    everyDefinition(definition.subAttributes ?? [], visit, depth + 1);
  }
}

describe('ServiceProviderConfig', () => {
  it('[D01] [RFC7644 4] The configuration answers 200 under its own schema URN', async () => {
    expect((await config()).schemas).toContain(CONFIG);
  });

  it('[D02] [RFC7643 5] Every feature says with a boolean whether it is supported', async () => {
    const found = await config();
    for (const feature of ['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag']) {
      expect(typeof found[feature]?.supported, feature).toBe('boolean');
    }
  });

  it('[D03] [RFC7643 5] The limits of bulk and filter are integers', async () => {
    const { bulk, filter } = await config();
    for (const limit of [bulk!.maxOperations, bulk!.maxPayloadSize, filter!.maxResults]) {
      expect(Number.isInteger(limit), String(limit)).toBe(true);
    }
  });

  it('[D04] [RFC7643 5] Each authentication scheme has a known type, a name and a description', async () => {
    const schemes = (await config()).authenticationSchemes as unknown as Record<string, string>[];
    expect(schemes.length).toBeGreaterThan(0);
    for (const scheme of schemes) {
      expect(['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest']).toContain(scheme.type);
      expect(scheme.name).toBeTruthy();
      expect(scheme.description).toBeTruthy();
    }
  });

  it('[D05] [RFC7644 4] The configuration is one resource with its type and place', async () => {
    const found = await config();
    expect(found).not.toHaveProperty('Resources');
    expect(found.meta.resourceType).toBe('ServiceProviderConfig');
    expect(found.meta.location).toBe(`${on.server.scim}/ServiceProviderConfig`);
  });

  it('[D05] [practice] No member of the configuration is an empty text', async () => {
    expect((await on.scim.get('/ServiceProviderConfig')).text).not.toMatch(/:\s*""/);
  });

  it('[D25] [RFC7643 5] Discovery is readable without credentials', async () => {
    const anonymous = on.clientWith(null);
    for (const path of [...DISCOVERY, `/Schemas/${USER}`, '/ResourceTypes/User']) {
      expectStatus(await anonymous.get(path), 200);
    }
  });
});

describe('ResourceTypes', () => {
  it('[D06] [RFC7644 4] The list counts its entries rightly', async () => {
    const list = expectList(await on.scim.get('/ResourceTypes'));
    expect(list.totalResults).toBe(list.Resources.length);
    expect(list).not.toHaveProperty('meta');
  });

  it('[D07] [RFC7643 6] User and Group are there, each with name, endpoint and schema', async () => {
    const types = await resourceTypes();
    expect(types.map((type) => type.name).sort()).toEqual(['Group', 'User']);
    for (const type of types) {
      expect(type.schemas).toContain(RESOURCE_TYPE);
      expect(type.endpoint).toBe(`/${String(type.name)}s`);
      expect(type.schema).toBe(String(type.name) === 'User' ? USER : GROUP);
    }
  });

  it('[D08] [RFC7643 6] Each advertised endpoint answers with a list', async () => {
    for (const type of await resourceTypes()) expectList(await on.scim.get(String(type.endpoint)));
  });

  it('[D09] [RFC7644 4] Each resource type can be read by its id', async () => {
    for (const type of await resourceTypes()) {
      const answer = await on.scim.get(`/ResourceTypes/${type.id ?? type.name}`);
      expectStatus(answer, 200);
      expect((answer.json as Resource).name).toBe(type.name);
    }
  });

  it('[D10] [RFC7644 3.12] An unknown resource type is 404', async () => {
    expectError(await on.scim.get('/ResourceTypes/Kite'), 404);
  });
});

describe('Schemas', () => {
  it('[D11] [RFC7643 7] Every schema that a resource type names is listed', async () => {
    const urns = expectList(await on.scim.get('/Schemas')).Resources.map((schema) => schema.id);
    for (const type of await resourceTypes()) {
      expect(urns).toContain(type.schema);
      const extensions = (type.schemaExtensions ?? []) as { schema: string; required: boolean }[];
      for (const extension of extensions) expect(urns).toContain(extension.schema);
    }
    expect(urns).toContain(ENTERPRISE);
  });

  it('[D12] [RFC7644 4] Each schema can be read by its URN', async () => {
    for (const schema of expectList(await on.scim.get('/Schemas')).Resources) {
      expect((await schemaOf(schema.id)).id).toBe(schema.id);
    }
  });

  it('[D13] [RFC7644 3.12] An unknown schema is 404', async () => {
    expectError(await on.scim.get('/Schemas/urn:example:kite'), 404);
  });

  it('[D14] [RFC7643 7] Every definition has a legal type, mutability and returned', async () => {
    for (const schema of expectList(await on.scim.get('/Schemas')).Resources) {
      everyDefinition(attributesOf(schema), (definition) => {
        const where = `${schema.id}:${definition.name}`;
        expect(typeof definition.multiValued, where).toBe('boolean');
        expect(typeof definition.required, where).toBe('boolean');
        expect(
          ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'],
          where,
        ).toContain(definition.type);
        expect(['readOnly', 'readWrite', 'immutable', 'writeOnly'], where).toContain(definition.mutability);
        expect(['always', 'never', 'default', 'request'], where).toContain(definition.returned);
      });
    }
  });

  it('[D15] [RFC7643 2.3.8] Complex attributes list sub-attributes, none of them complex', async () => {
    for (const schema of expectList(await on.scim.get('/Schemas')).Resources) {
      everyDefinition(attributesOf(schema), (definition, depth) => {
        const where = `${schema.id}:${definition.name}`;
        if (definition.type !== 'complex') return;
        expect(depth, where).toBe(0);
        expect(definition.subAttributes?.length ?? 0, where).toBeGreaterThan(0);
      });
    }
  });

  it('[D16] [RFC7643 4.1.1] userName is required, unique per server and not case exact', async () => {
    expect(await attributeOf(USER, 'userName')).toMatchObject({
      required: true,
      uniqueness: 'server',
      caseExact: false,
    });
  });

  it('[D17] [RFC7643 8.7.1] password is written and never returned', async () => {
    expect(await attributeOf(USER, 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
  });

  it('[D18] [RFC7643 4.1.2] groups of a user is readOnly', async () => {
    expect(await attributeOf(USER, 'groups')).toMatchObject({ mutability: 'readOnly', multiValued: true });
  });

  it('[D19] [RFC7643 4.3] manager is complex with value, $ref and a readOnly displayName', async () => {
    const manager = await attributeOf(ENTERPRISE, 'manager');
    expect(manager.type).toBe('complex');
    const parts = new Map(manager.subAttributes?.map((part) => [part.name, part]));
    expect([...parts.keys()].sort()).toEqual(['$ref', 'displayName', 'value']);
    expect(parts.get('displayName')?.mutability).toBe('readOnly');
  });

  it('[D20] [RFC7644 3.1] Message schemas are not listed', async () => {
    const urns = expectList(await on.scim.get('/Schemas')).Resources.map((schema) => schema.id);
    expect(urns.filter((urn) => urn.includes(':api:messages:'))).toEqual([]);
  });

  it('[D14] [practice] The displayName of a group is required', async () => {
    expect(await attributeOf(GROUP, 'displayName')).toMatchObject({ required: true });
  });
});

describe('all discovery endpoints', () => {
  it('[D21] [RFC7644 4] Writing is refused', async () => {
    for (const path of DISCOVERY) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await on.scim.send(method, path, method === 'DELETE' ? {} : { body: { schemas: [] } });
        expectError(answer, [404, 405, 501]);
      }
    }
  });

  it('[D22] [RFC7644 4] Paging and sorting parameters are ignored', async () => {
    const { totalResults } = expectList(await on.scim.get('/Schemas'));
    const answer = await on.scim.get('/Schemas?startIndex=1&count=1&sortBy=id&sortOrder=descending');
    expect(expectList(answer).Resources).toHaveLength(totalResults);
    expectStatus(await on.scim.get('/ResourceTypes?count=0'), 200);
    expectStatus(await on.scim.get('/ServiceProviderConfig?sortBy=id'), 200);
  });

  it('[D23] [RFC7644 4] A filter is forbidden', async () => {
    for (const path of DISCOVERY) {
      expectError(await on.scim.get(`${path}?filter=${encodeURIComponent('id pr')}`), 403);
    }
  });

  it('[D24] [RFC7643 7] Schemas and resource types say what they are and where', async () => {
    const check = async (listed: Resource[], resourceType: string, urn: string) => {
      for (const resource of listed) {
        expect(resource.meta.resourceType).toBe(resourceType);
        const again: Answer = await on.scim.get(pathOf(resource.meta.location));
        expectStatus(again, 200);
        expect(again.json).toEqual(resource);
        expect(resource.schemas).toContain(urn);
      }
    };
    await check(await resourceTypes(), 'ResourceType', RESOURCE_TYPE);
    await check(expectList(await on.scim.get('/Schemas')).Resources, 'Schema', SCHEMA);
  });
});
