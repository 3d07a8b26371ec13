// A Bifrost with an organisation in it, as it is after some days: provisioned, signed in to, changed, compared, with something lost
// on the way and something held. What the pictures of the dashboard show.

import { provisioning } from '../../simulator/provisioning.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import type { Tenant, TenantUser } from '../../simulator/tenant.ts';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type DashboardWorld, startDashboard } from './world.ts';

const SEED = 7;
const CYCLE_MS = 40 * 60_000;
const WAIT_MS = 30_000;
const LOOK_MS = 100;

export interface Populated extends DashboardWorld {
  /** Ids of what pages are about. */
  readonly of: {
    provider: string;
    /** A provider that was begun to be added, and left before its last step. */
    unfinished: string;
    user: string;
    suspended: string;
    team: string;
    businessUnit: string;
    role: string;
    run: string;
    batch: string;
    webhook: string;
    request: string;
    /** Somebody who was moved to another department and is back since; the request that moved them, and its last event. */
    moved: string;
    away: string;
    awayAt: string;
    /** The user name of somebody with the role Viewer. */
    viewer: string;
  };
  /** What the headings of those pages say. */
  readonly names: Readonly<
    Record<Exclude<keyof Populated['of'], 'request' | 'away' | 'awayAt' | 'viewer' | 'unfinished'>, string>
  >;
}

const withUsers = (tenant: Tenant, change: (user: TenantUser) => TenantUser): Tenant => ({
  ...tenant,
  users: new Map([...tenant.users].map(([id, user]) => [id, change(user)])),
});

export async function startPopulated(): Promise<Populated> {
  const world = await startDashboard({
    tenant: sampleOrganisation({ users: 200, groups: 12, members: 600 }, SEED),
    // Of a file, its rules could be looked at and not changed.
    config: { providers: [] },
  });
  const { endpoint, token } = await addProvider(world);
  const agent = provisioning(world.entra, { base: endpoint, token });
  await agent.cycle();
  const client = scimClient(endpoint, token);
  const away = await movesAndComesBack(world, client);
  client.close();
  await livedIn(world, agent);
  agent.close();
  await addWebhook(world);
  const of = { ...(await idsOf(world, await beginProvider(world))), ...away };
  return { ...world, of, names: await namesOf(world, of) };
}

async function addProvider(world: DashboardWorld): Promise<{ endpoint: string; token: string }> {
  const { tenantId, clientId, clientSecret, url, graphUrl } = world.entra;
  const answer = await world.api<ProviderJson>('POST', '/api/providers', {
    name: 'entra',
    kind: 'entra',
    ...{ tenantId, clientId, clientSecret, authorityUrl: url, graphUrl },
    scim: {},
    reconcile: { mode: 'heal', every: '24h' },
    attributeRoleMappings: [
      { attribute: 'roles', value: 'admin', role: 'Admin' },
      { attribute: 'roles', value: 'developer', role: 'Developer' },
      { attribute: 'jobTitle', value: '*Engineer*', role: 'Developer' },
      { attribute: 'Department', value: 'Finance', role: 'Viewer' },
      { attribute: 'department', value: 'Research*', role: 'Viewer' },
    ],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { endpoint: answer.body.scim.endpoint!, token: answer.body.scim.token! };
}

/** As the dashboard stores it when its configuration is left. */
async function beginProvider(world: DashboardWorld): Promise<string> {
  const answer = await world.api<ProviderJson>('POST', '/api/providers', {
    ...{ name: 'partners', kind: 'okta', issuer: 'https://partners.okta.example', enabled: false },
    ...{ clientId: 'bifrost', clientSecret: 'of-nobody-anywhere' },
    attributeRoleMappings: [{ attribute: 'roles', value: 'buyer', role: 'Viewer' }],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.id;
}

/** Paused: its address is nobody's. */
async function addWebhook(world: DashboardWorld): Promise<void> {
  const words = { name: 'crm', url: 'https://crm.example/hooks/bifrost', types: ['user.*', 'grant.*'] };
  const { body } = await world.api<{ id: string }>('POST', '/api/webhooks', words);
  await world.api('POST', `/api/webhooks/${body.id}/pause`, {});
}

type Agent = ReturnType<typeof provisioning>;

async function livedIn(world: DashboardWorld, agent: Agent): Promise<void> {
  const people = [...world.entra.tenant().users.values()];
  await applications(world);
  for (const { userPrincipalName } of people.slice(0, 4)) await world.signIn(userPrincipalName);
  world.pass(CYCLE_MS);
  // Somebody moves, somebody leaves, and one word about a third is lost.
  const lost = people[30]!;
  agent.skip({ objectIds: [lost.objectId] });
  world.entra.changeTenant((tenant) =>
    withUsers(tenant, (user) => {
      if (user.objectId === people[20]!.objectId) return { ...user, department: 'Finance' };
      if (user.objectId === people[21]!.objectId) return { ...user, accountEnabled: false };
      if (user.objectId === lost.objectId) return { ...user, accountEnabled: false };
      return user;
    }),
  );
  await agent.cycle();
  agent.skip(null);
  world.pass(CYCLE_MS);
  await wrongToken(world);
  await reconcile(world);
  world.pass(CYCLE_MS);
  // A third of the people vanish from the directory.
  const gone = new Set(people.slice(60, 130).map(({ objectId }) => objectId));
  world.entra.changeTenant((tenant) =>
    withUsers(tenant, (user) => (gone.has(user.objectId) ? { ...user, accountEnabled: false } : user)),
  );
  await reconcile(world);
  world.pass(10 * 60_000);
}

async function applications(world: DashboardWorld): Promise<void> {
  const declare = (resource: string, operations: string[], description: string) =>
    world.api('PUT', `/api/app-permissions/${resource}`, { operations, description });
  await declare('orders', ['read', 'approve', 'cancel'], 'Orders of the shop');
  await declare('invoices', ['view'], 'What the ledger shows');
  await world.api('POST', '/api/roles', { name: 'Buyer', permissions: ['orders:read', 'orders:approve'] });
}

async function wrongToken(world: DashboardWorld): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await fetch(`${world.server.scim}/Users`, { headers: { authorization: 'Bearer bifrost_mistyped_4f2a' } });
  }
}

/** So that what the first of the two requests would change now can be seen. */
async function movesAndComesBack(world: DashboardWorld, client: ScimClient): Promise<Away> {
  const { body } = await world.api<{ items: { id: string; businessUnits: { name: string }[] }[] }>(
    'GET',
    '/api/users?role=Viewer',
  );
  const { id, businessUnits } = body.items[0]!;
  const path = `${ENTERPRISE}:department`;
  for (const value of ['Finance', businessUnits[0]!.name]) {
    await client.patch(`/Users/${id}`, [{ op: 'Replace', path, value }]);
    world.pass(CYCLE_MS);
  }
  type Found = { items: { id: string; position: number }[] };
  const requests = await world.api<Found>('GET', `/api/requests?resource=${id}&method=PATCH`);
  const away = requests.body.items[1]!.id;
  const events = await world.api<Found>('GET', `/api/audit?cause=${away}&limit=1`);
  return { moved: id, away, awayAt: String(events.body.items[0]!.position) };
}

async function reconcile(world: DashboardWorld): Promise<void> {
  const begun = await world.api<{ id: string }>('POST', '/api/providers/entra/reconcile', {});
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const run = await world.server.ledger.reconciliations.find(begun.body.id);
    if (run?.phase === 'done' || run?.phase === 'waiting') return;
    if (Date.now() > until) throw new Error(`the comparison is at ${run?.phase} after ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

type Away = Pick<Populated['of'], 'moved' | 'away' | 'awayAt'>;

async function idsOf(world: DashboardWorld, unfinished: string): Promise<Omit<Populated['of'], keyof Away>> {
  const some = async <Item>(path: string): Promise<Item> => {
    const answer = await world.api<{ items: Item[] }>('GET', path);
    const item = answer.body.items?.[0];
    if (item === undefined) throw new Error(`${path} has nothing: ${JSON.stringify(answer.body)}`);
    return item;
  };
  const first = async (path: string) => (await some<{ id: string }>(path)).id;
  return {
    provider: await first('/api/providers?search=entra'),
    unfinished,
    user: await first('/api/users?role=Admin'),
    suspended: await first('/api/users?status=suspended'),
    team: await first('/api/teams'),
    businessUnit: await first('/api/business-units'),
    role: await first('/api/roles'),
    run: await first('/api/reconciliations'),
    batch: await first('/api/batches'),
    webhook: await first('/api/webhooks'),
    request: await first('/api/requests?status=ok'),
    viewer: (await some<{ userName: string }>('/api/users?role=Viewer')).userName,
  };
}

async function namesOf(world: DashboardWorld, of: Populated['of']): Promise<Populated['names']> {
  const named = async (path: string) =>
    (await world.api<{ name: string; displayName?: string }>('GET', `/api/${path}`)).body;
  const person = async (id: string) => (await named(`users/${id}`)).displayName!;
  const { name: provider } = await named(`providers/${of.provider}`);
  return {
    provider,
    user: await person(of.user),
    suspended: await person(of.suspended),
    moved: await person(of.moved),
    team: (await named(`teams/${of.team}`)).name,
    businessUnit: (await named(`business-units/${of.businessUnit}`)).name,
    role: (await named(`roles/${of.role}`)).name,
    run: `Comparison with ${provider}`,
    webhook: (await named(`webhooks/${of.webhook}`)).name,
    batch: `Comparing with the directory of ${provider}`,
  };
}
