// A few days in the life of an organisation, as a list of steps: what `push --changes` and the demo play after the
// initial cycle. Names that change are changed back at the end, so that the same script can be played again on the
// same server.

import type { OnDemand } from './agent/cycle.ts';
import { seededRandom } from './random.ts';
import { sampleUser } from './sample-organisation.ts';
import {
  clearManager,
  disableUser,
  editUser,
  enableUser,
  hardDeleteUser,
  joinGroup,
  leaveGroup,
  renameGroup,
  renameUser,
  restoreUser,
  setManager,
  softDeleteUser,
  type Tenant,
  type TenantGroup,
  type TenantUser,
  withUser,
} from './tenant.ts';

export interface Step {
  /** In plain words: what an administrator did in Entra. */
  readonly title: string;
  /** The person the step is about; null where it is about a group. */
  readonly userId: string | null;
  readonly change: (tenant: Tenant) => Tenant;
  /** Sent at once instead of with the next cycle. */
  readonly onDemand: OnDemand | null;
}

export const SMALLEST_CAST = { users: 12, groups: 2 };

/** The people and groups that the script needs. People without reports, so that managers stay as they are. */
interface Cast {
  readonly bride: TenantUser;
  readonly mover: TenantUser;
  readonly joiner: TenantUser;
  readonly leaver: TenantUser;
  readonly suspended: TenantUser;
  readonly binned: TenantUser;
  readonly gone: TenantUser;
  readonly boss: TenantUser;
  readonly hire: TenantUser;
  readonly joined: TenantGroup;
  readonly renamed: TenantGroup;
}

export function changeScript(tenant: Tenant, seed: number): Step[] {
  const cast = castOf(tenant, seed);
  return [...working(cast), ...leaving(cast), ...back(cast)];
}

function castOf(tenant: Tenant, seed: number): Cast {
  const managers = new Set([...tenant.users.values()].map((user) => user.managerId));
  const staff = [...tenant.users.values()].filter(
    (user) => user.userType === 'Member' && !managers.has(user.objectId),
  );
  const groups = [...tenant.groups.values()];
  const joined = groups[groups.length - 1];
  const renamed = groups[0];
  const joiner = staff.find((user) => !renamed?.memberIds.has(user.objectId)) ?? staff[0];
  const others = staff.filter((user) => user !== joiner);
  const leaver = others.find((user) => !joined?.memberIds.has(user.objectId)) ?? others[0];
  const [bride, mover, suspended, binned, gone] = others.filter((user) => user !== leaver).slice(-5);
  const [boss] = tenant.users.values();
  if (
    !bride ||
    !mover ||
    !joiner ||
    !leaver ||
    !suspended ||
    !binned ||
    !gone ||
    !boss ||
    !joined ||
    !renamed
  ) {
    throw new RangeError(`The changes need ${SMALLEST_CAST.users} people and ${SMALLEST_CAST.groups} groups`);
  }
  const hire = newHire(tenant, boss.objectId, seed);
  return { bride, mover, joiner, leaver, suspended, binned, gone, boss, hire, joined, renamed };
}

/** Somebody whose name nobody has yet. */
function newHire(tenant: Tenant, managerId: string, seed: number): TenantUser {
  const taken = new Map(
    [...tenant.users.values()].map((user) => [user.mailNickname.replace(/\d+$/, ''), 1000]),
  );
  return sampleUser(tenant.users.size * 40 + 1, managerId, taken, seededRandom(seed ^ 0x5eed));
}

function about(user: TenantUser, title: string, change: (tenant: Tenant) => Tenant): Step {
  return { title: `${user.displayName} ${title}`, userId: user.objectId, change, onDemand: null };
}

function working(cast: Cast): Step[] {
  const { bride, mover, joiner, leaver, boss, hire, joined, renamed } = cast;
  return [
    about(hire, `is hired, and joins "${joined.displayName}"`, (tenant) =>
      joinGroup(withUser(tenant, hire), joined.objectId, hire.objectId),
    ),
    about(bride, 'marries and takes another name', (tenant) =>
      renameUser(tenant, bride.objectId, `${bride.surname}-Sandvika`, `${bride.mailNickname}-sandvika`),
    ),
    about(mover, 'moves to Security, with a new title and a new manager', (tenant) =>
      setManager(
        editUser(tenant, mover.objectId, { department: 'Security', jobTitle: 'Incident Coordinator' }),
        mover.objectId,
        boss.objectId,
      ),
    ),
    about(joiner, `joins the group "${renamed.displayName}"`, (tenant) =>
      joinGroup(tenant, renamed.objectId, joiner.objectId),
    ),
    about(leaver, `joins "${joined.displayName}" for a day`, (tenant) =>
      joinGroup(tenant, joined.objectId, leaver.objectId),
    ),
    about(leaver, `leaves the group "${joined.displayName}"`, (tenant) =>
      leaveGroup(tenant, joined.objectId, leaver.objectId),
    ),
    {
      title: `The group "${renamed.displayName}" is renamed`,
      userId: null,
      change: (tenant) => renameGroup(tenant, renamed.objectId, `${renamed.displayName} & Friends`),
      onDemand: null,
    },
    about(mover, 'has no manager any more', (tenant) => clearManager(tenant, mover.objectId)),
    {
      ...about(joiner, 'gets a new title, and an administrator presses "Provision on demand"', (tenant) =>
        editUser(tenant, joiner.objectId, { jobTitle: 'Interim Lead' }),
      ),
      onDemand: { users: [joiner.objectId], group: { id: renamed.objectId, memberIds: [joiner.objectId] } },
    },
  ];
}

function leaving({ suspended, binned, gone }: Cast): Step[] {
  return [
    about(suspended, 'is suspended: the account is disabled', (tenant) =>
      disableUser(tenant, suspended.objectId),
    ),
    about(suspended, 'comes back: the account is enabled again', (tenant) =>
      enableUser(tenant, suspended.objectId),
    ),
    about(binned, 'is deleted, which is: put into the recycle bin', (tenant) =>
      softDeleteUser(tenant, binned.objectId),
    ),
    about(binned, 'is restored from the recycle bin', (tenant) => restoreUser(tenant, binned.objectId)),
    about(gone, 'leaves the company: recycle bin first', (tenant) => softDeleteUser(tenant, gone.objectId)),
    about(gone, 'is deleted for good', (tenant) => hardDeleteUser(tenant, gone.objectId)),
  ];
}

function back({ bride, renamed }: Cast): Step[] {
  return [
    about(bride, 'takes the former name again', (tenant) => {
      const { surname, displayName, userPrincipalName, mail } = bride;
      return editUser(tenant, bride.objectId, {
        surname,
        displayName,
        userPrincipalName,
        ...(mail === undefined ? {} : { mail }),
      });
    }),
    {
      title: 'The renamed group gets its former name again',
      userId: null,
      change: (tenant) => renameGroup(tenant, renamed.objectId, renamed.displayName),
      onDemand: null,
    },
  ];
}
