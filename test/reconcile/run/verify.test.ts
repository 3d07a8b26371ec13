// Whatever mix of push, sign-in, reconciliation and import brought them: everybody's access is what the rules give for their facts,
// and the same as when the channels had spoken in another order.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../simulator/random.ts';
import { editUser, joinGroup, leaveGroup, type Tenant, type TenantUser } from '../../../simulator/tenant.ts';
import { type ReconcileWorld, startReconcileWorld } from './world.ts';

/** 1,000 with BIFROST_HEAVY=1. */
const PEOPLE = process.env.BIFROST_HEAVY === '1' ? 1_000 : 300;
const GROUPS = 20;
const SIGN_INS = 25;

type Channel = (world: ReconcileWorld) => Promise<unknown>;

const channels: Readonly<Record<string, Channel>> = {
  push: (world) => world.agent.cycle(),
  reconcile: (world) => world.reconcile(),
  import: (world) => world.importPeople(),
  async signIn(world) {
    for (const { userPrincipalName } of someOf(world.entra.tenant())) await world.signIn(userPrincipalName);
  },
};

/** The same people in each order. */
function someOf(tenant: Tenant): TenantUser[] {
  const members = [...tenant.users.values()].filter(({ userType }) => userType === 'Member');
  return members.filter((_, position) => position % Math.floor(members.length / SIGN_INS) === 0);
}

/** A month in the life of the directory: departments, titles, memberships, roles. */
function later(tenant: Tenant): Tenant {
  const random = seededRandom(3);
  const ids = [...tenant.users.keys()];
  const groups = [...tenant.groups.keys()];
  let changed = tenant;
  for (let count = 0; count < PEOPLE / 5; count++) {
    const id = random.pick(ids);
    const group = random.pick(groups);
    const isIn = changed.groups.get(group)!.memberIds.has(id);
    changed = isIn ? leaveGroup(changed, group, id) : joinGroup(changed, group, id);
    changed = editUser(changed, random.pick(ids), { department: random.pick(['Ropes', 'Kites']) });
    changed = editUser(changed, random.pick(ids), {
      appRoles: [random.pick(['admin', 'developer', 'viewer'])],
    });
  }
  return changed;
}

interface Held {
  userName: string;
  role: { name: string } | null;
  teams: { name: string }[];
  businessUnits: { name: string }[];
}

async function accessOf(world: ReconcileWorld): Promise<Map<string, unknown>> {
  const held = new Map<string, unknown>();
  for (let cursor = ''; ; ) {
    const { body } = await world.api<{ items: Held[]; nextCursor: string | null }>(
      'GET',
      `/api/users?limit=500${cursor}`,
    );
    for (const { userName, role, teams, businessUnits } of body.items) {
      const names = (targets: { name: string }[]) => targets.map(({ name }) => name).sort();
      held.set(userName, { role: role?.name, teams: names(teams), businessUnits: names(businessUnits) });
    }
    if (body.nextCursor === null) return held;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

async function played(before: readonly string[], after: readonly string[]): Promise<Map<string, unknown>> {
  const world = await startReconcileWorld({
    people: PEOPLE,
    groups: GROUPS,
    provisioned: false,
    provider: {
      attributeRoleMappings: [
        { attribute: 'roles', value: 'admin', role: 'Admin' },
        { attribute: 'roles', value: 'developer', role: 'Developer' },
        { attribute: 'department', value: '*', role: 'Viewer' },
      ],
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
    },
  });
  try {
    for (const channel of before) await step(world, channel);
    world.entra.changeTenant(later);
    for (const channel of after) await step(world, channel);
    await world.settled();
    expect(await world.verify()).toEqual([]);
    const access = await accessOf(world);
    expect(access.size).toBe(PEOPLE);
    return access;
  } finally {
    await world.stop();
  }
}

async function step(world: ReconcileWorld, channel: string): Promise<void> {
  // Each at a time of its own.
  world.pass(60_000);
  await channels[channel]!(world);
}

describe('access of many people', () => {
  it('is what the rules give, and does not depend on the order in which channels spoke', async () => {
    const usual = await played(
      ['push', 'signIn', 'reconcile', 'import'],
      ['push', 'reconcile', 'signIn', 'import'],
    );
    const another = await played(
      ['signIn', 'import', 'push', 'reconcile'],
      ['import', 'signIn', 'reconcile', 'push'],
    );
    const third = await played(['reconcile', 'push', 'signIn'], ['reconcile', 'import', 'push', 'signIn']);
    expect(another).toEqual(usual);
    expect(third).toEqual(usual);
    const roles = new Set([...usual.values()].map((each) => (each as { role: string }).role));
    expect([...roles].sort()).toEqual(['Admin', 'Developer', 'Viewer']);
  }, 120_000);
});
