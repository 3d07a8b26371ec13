// What stands on the wire beside the bodies: headers, encoding, the Tenant URL; and provision on demand's own form.

import { describe, expect, test } from 'vitest';
import { provisionOnDemand, runCycle } from '../../simulator/agent/cycle.ts';
import type { Job } from '../../simulator/agent/job.ts';
import { editUser, type Tenant } from '../../simulator/tenant.ts';
import { agentFixture, clean, dialectOf, smallTenant } from './organisation.ts';

const { fake, job } = agentFixture();

async function provisioned(tenant: Tenant): Promise<Job> {
  const made = job(tenant, { dialect: dialectOf('flag') });
  clean(await runCycle(made, 'initial', tenant, 0));
  fake().received.length = 0;
  return made;
}

describe('provision on demand', () => {
  test('speaks legacy whatever the job speaks (Q41)', async () => {
    const before = smallTenant();
    const made = await provisioned(before);
    const { objectId } = [...before.users.values()][4]!;
    const after = editUser(before, objectId, { jobTitle: 'Interim Lead' });
    const [group] = before.groups.keys();
    const what = { users: [objectId], group: { id: group!, memberIds: [objectId] } };
    clean(await provisionOnDemand(made, 'now', after, what, 0));
    const patches = fake()
      .received.splice(0)
      .filter(({ method }) => method === 'PATCH');
    const operations = patches.flatMap(({ body }) => body!.Operations as { op: string }[]);
    expect(operations[0]).toEqual({ op: 'Replace', path: 'title', value: 'Interim Lead' });
    const isMember = before.groups.get(group!)!.memberIds.has(objectId);
    expect(operations.slice(1).map(({ op }) => op)).toEqual(isMember ? [] : ['Add']);
  });

  test('takes at most five members', async () => {
    const tenant = smallTenant();
    const made = await provisioned(tenant);
    const memberIds = [...tenant.users.keys()].slice(0, 6);
    const group = { id: [...tenant.groups.keys()][0]!, memberIds };
    await expect(provisionOnDemand(made, 'now', tenant, { users: [], group }, 0)).rejects.toThrow(RangeError);
  });
});

describe('on the wire', () => {
  test('no User-Agent, a Content-Type on writes only, form-encoded filters (Q33, Q39)', async () => {
    const tenant = smallTenant();
    await runCycle(job(tenant), 'initial', tenant, 0);
    for (const { headers, method } of fake().received) {
      expect(headers['user-agent']).toBeUndefined();
      expect(headers['content-type']).toBe(
        method === 'GET' ? undefined : 'application/scim+json; charset=utf-8',
      );
      expect(headers.authorization).toBe(`Bearer ${fake().token}`);
    }
    const filtered = fake().received.find(({ url }) => url.startsWith('/scim/v2/Users?'));
    expect(filtered!.url).toMatch(/^\/scim\/v2\/Users\?filter=userName\+eq\+%22[\w-]+%22$/);
    const group = fake().received.find(({ url }) => url.startsWith('/scim/v2/Groups?'));
    expect(group!.url).toMatch(/^\/scim\/v2\/Groups\?excludedAttributes=members&filter=displayName\+eq\+%22/);
  });

  test('a trailing slash and a flag of the Tenant URL travel along (Q40)', async () => {
    const tenant = smallTenant();
    const made = job(tenant, { tenantUrl: `${fake().base}/?aadOptscim062020` });
    clean(await runCycle(made, 'initial', tenant, 0));
    expect(fake().received[0]!.url).toMatch(/^\/scim\/v2\/\/Users\?filter=.*&aadOptscim062020$/);
    expect(fake().received.find(({ method }) => method === 'POST')!.url).toBe(
      '/scim/v2//Users?aadOptscim062020',
    );
  });
});
