// A provider of the API's own, whose rules a test may change, with people in departments: what the tests of the guard start from.

import type { WholeBatchJson } from '../../src/edge/admin/batch-contract.ts';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import type { RulesPlanJson } from '../../src/edge/admin/rules-plan.ts';
import { type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type Fixture, type Page, userBody } from './fixture.ts';

export interface Mappings {
  ruleset: number;
  attributeRoleMappings: { attribute: string; value: string; role: string }[];
}

export interface GuardOfProvider {
  provider: { id: string };
  allowance: number;
  taken: { rules: number; purge: number; scim: number };
  held: WholeBatchJson[];
}

let made = 0;

export const departmentRule = (value: string, role = 'Viewer') => ({ attribute: 'department', value, role });
export const titleRule = (value: string, role: string) => ({ attribute: 'title', value, role });

/** `{ Sales: 30 }`: so many people in that department; whoever is in one is a Viewer. */
export async function guardedProvider(
  api: Fixture,
  departments: Record<string, number>,
  rules: object[] = [departmentRule('*')],
) {
  const n = ++made;
  const body = {
    name: `Guarded ${n}`,
    kind: 'entra',
    tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11',
    clientId: 'x',
    scim: {},
    attributeRoleMappings: rules,
    attributeTeamMappings: [],
  };
  const provider = (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
  const scim: ScimClient = scimClient(provider.scim.endpoint, provider.scim.token!);
  const ids = new Map<string, string>();
  const push = async (name: string, more: object = {}) => {
    const user = { ...userBody(name), ...more };
    const { id } = (await scim.post('/Users', user)).resource;
    ids.set(name.split('/')[0]!, id);
    return id;
  };
  for (const [department, count] of Object.entries(departments)) {
    for (let k = 0; k < count; k++)
      await push(`${department.toLowerCase()}${k}.${n}@x.example/${department}`);
  }
  const address = `/api/providers/${provider.id}`;
  return {
    id: provider.id,
    scim,
    push,
    ids: () => [...ids.values()],
    mappings: async () => (await api.get<Mappings>(`${address}/mappings`)).body,
    plan: async (rules: object[], key?: string) =>
      (
        await api.send<RulesPlanJson>('POST', `${address}/plan`, {
          body: { attributeRoleMappings: rules },
          ...(key === undefined ? {} : { key }),
        })
      ).body,
    put: (
      rules: object[],
      confirm?: number,
      sending: { key?: string; headers?: Record<string, string> } = {},
    ) =>
      api.send<Mappings & WholeBatchJson>(
        'PUT',
        `${address}/mappings${confirm === undefined ? '' : `?confirm=${confirm}`}`,
        { body: { attributeRoleMappings: rules }, ...sending },
      ),
    /** Once a change of rules has reached everybody: until then the list says that it is pending. */
    withoutRole: async () => {
      await api.settled();
      const { body } = await api.get<Page<object>>(`/api/users?provider=${provider.id}&role=none&limit=500`);
      return body.items.length;
    },
    guard: async () => {
      const { items } = (await api.get<Page<GuardOfProvider>>('/api/guard?limit=500')).body;
      return items.find((each) => each.provider.id === provider.id)!;
    },
  };
}

export async function decide(api: Fixture, id: string, decision: string, body?: object) {
  return api.send<WholeBatchJson>('POST', `/api/batches/${id}/${decision}`, body ? { body } : {});
}
