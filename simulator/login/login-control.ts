// What a test or an administrator does to the service while it runs: people, assignments, the application, policies, time,
// keys, faults, and orders for the next sign-in. The HTTP form of the same is `control-api.ts`.

import type { ThrottleSettings, Usage } from '../graph/throttle.ts';
import type { Provisioning } from '../provisioning.ts';
import {
  assignGroup,
  assignUser,
  editUser,
  hardDeleteUser,
  joinGroup,
  leaveGroup,
  type Tenant,
  type TenantUser,
  unassignGroup,
  unassignUser,
} from '../tenant.ts';
import { bringBack, vanish } from '../tenant-changes.ts';
import type { AppRegistration } from './app-registration.ts';
import type { Fault } from './faults.ts';
import {
  type Account,
  findAccount,
  type LoggedRequest,
  type LoginState,
  type Policy,
  settleTenants,
} from './login-state.ts';
import { type Announcement, announce, endSession } from './logout.ts';
import { policyOf } from './sign-in-policy.ts';
import type { WrongTokenName } from './wrong-tokens.ts';

/** People are named by object id, user name or mail; of all tenants the first that fits. */
export interface LoginControl {
  tenant(tenantId?: string): Tenant;
  /** Any of the pure changes of `tenant.ts`; without a tenant the first. */
  changeTenant(change: (tenant: Tenant) => Tenant, tenantId?: string): void;
  /** The first tenant as it is now, for the fault `stale`. */
  takeSnapshot(name: string): void;
  /** A share of the people of the first tenant is gone; answers how many. */
  vanishPeople(percent: number): number;
  /** Everybody who vanished is back; answers how many. */
  returnPeople(): number;
  user(name: string): TenantUser;
  editUser(name: string, edit: Partial<TenantUser>): void;
  assignUser(name: string, appRoles?: readonly string[]): void;
  unassignUser(name: string): void;
  assignGroup(groupId: string, appRoles?: readonly string[]): void;
  unassignGroup(groupId: string): void;
  joinGroup(groupId: string, name: string): void;
  leaveGroup(groupId: string, name: string): void;
  /** For good. The recycle bin is `editUser(name, { softDeleted: true })`. */
  deleteUser(name: string): void;
  setPolicy(name: string, policy: Partial<Policy>): void;
  /** "Revoke sessions": refresh tokens and browser sessions of the person are no longer good. */
  revokeSessions(name: string): void;
  /** As if the person had signed out in another application: every one is told through the front channel. */
  signOut(name: string): Promise<Announcement[]>;

  app(clientId?: string): AppRegistration;
  changeApp(changes: Partial<AppRegistration>, clientId?: string): void;
  /** All of them, now. Tokens that were given stay good. */
  expireSecrets(clientId?: string): void;

  /** The next request to sign in is this person, without a page; null takes the order back. */
  nextUser(name: string | null): void;
  nextIdToken(kind: WrongTokenName | null): void;
  setFault(fault: Fault): void;
  clearFaults(): void;
  /** Answers the name of the key that signs from now on. */
  rotateKeys(): Promise<string>;
  /** The same, and the key before it is withdrawn. */
  replaceKey(): Promise<string>;
  advanceClock(ms: number): void;
  /** Holds the clock; null lets it go on. */
  setClock(ms: number | null): void;
  now(): number;
  requests(): readonly LoggedRequest[];

  /** How much of Graph may be asked; null throttles nobody. */
  setThrottle(settings: ThrottleSettings | null): void;
  /** What the application asked of Graph since the start or the last reset. */
  usage(clientId?: string): Usage;
  resetUsage(): void;
  /** Called by what provisions from this tenant (`provisioning.ts`). */
  provisionedBy(agent: Provisioning): void;
  provisioning(): Provisioning;
}

/** An order that cannot be carried out, such as one about somebody who does not exist. */
export class ControlError extends Error {}

export function loginControl(state: LoginState): LoginControl {
  return { ...directoryControl(state), ...serviceControl(state) };
}

type DirectoryPart =
  | 'tenant'
  | 'changeTenant'
  | 'takeSnapshot'
  | 'vanishPeople'
  | 'returnPeople'
  | 'user'
  | 'editUser'
  | 'revokeSessions'
  | 'signOut'
  | 'setPolicy';
type AssignmentPart =
  | 'joinGroup'
  | 'leaveGroup'
  | 'deleteUser'
  | 'assignUser'
  | 'unassignUser'
  | 'assignGroup'
  | 'unassignGroup';

function directoryControl(state: LoginState): Pick<LoginControl, DirectoryPart | AssignmentPart> {
  const account = (name: string): Account => {
    settleTenants(state);
    const found = findAccount(state, name, null);
    if (!found) throw new ControlError(`No tenant has a user ${name}`);
    return found;
  };
  const tenantOf = (tenantId?: string): Tenant => {
    settleTenants(state);
    const tenant = tenantId === undefined ? [...state.tenants.values()][0] : state.tenants.get(tenantId);
    if (!tenant) throw new ControlError(`There is no tenant ${tenantId}`);
    return tenant;
  };
  const place = (tenant: Tenant): void => {
    state.tenants.set(tenant.tenantId, tenant);
    settleTenants(state);
  };
  const changeUser = (name: string, change: (tenant: Tenant, userId: string) => Tenant): void => {
    const { tenant, user } = account(name);
    place(change(tenant, user.objectId));
  };
  const groupExists = (tenant: Tenant, groupId: string): Tenant => {
    if (!tenant.groups.has(groupId)) throw new ControlError(`The tenant has no group ${groupId}`);
    return tenant;
  };
  return {
    tenant: tenantOf,
    changeTenant: (change, tenantId) => place(change(tenantOf(tenantId))),
    ...crowdControl(state, tenantOf, place),
    user: (name) => account(name).user,
    editUser: (name, edit) => changeUser(name, (tenant, userId) => editUser(tenant, userId, edit)),
    assignUser: (name, appRoles) =>
      changeUser(name, (tenant, userId) => assignUser(tenant, userId, appRoles)),
    unassignUser: (name) => changeUser(name, unassignUser),
    assignGroup: (groupId, appRoles) =>
      place(assignGroup(groupExists(tenantOf(), groupId), groupId, appRoles)),
    unassignGroup: (groupId) => place(unassignGroup(groupExists(tenantOf(), groupId), groupId)),
    joinGroup: (groupId, name) =>
      changeUser(name, (tenant, userId) => joinGroup(groupExists(tenant, groupId), groupId, userId)),
    leaveGroup: (groupId, name) =>
      changeUser(name, (tenant, userId) => leaveGroup(groupExists(tenant, groupId), groupId, userId)),
    deleteUser: (name) => changeUser(name, hardDeleteUser),
    setPolicy(name, policy) {
      const { objectId } = account(name).user;
      state.policies.set(objectId, { ...policyOf(state, objectId), ...policy });
    },
    revokeSessions: (name) => revokeSessions(state, account(name).user.objectId),
    signOut(name) {
      const { objectId } = account(name).user;
      const sessions = [...state.sessions.values()].filter(({ userId }) => userId === objectId);
      return announce(sessions.flatMap((session) => endSession(state, session)));
    },
  };
}

function crowdControl(
  state: LoginState,
  tenantOf: () => Tenant,
  place: (tenant: Tenant) => void,
): Pick<LoginControl, 'takeSnapshot' | 'vanishPeople' | 'returnPeople'> {
  return {
    takeSnapshot: (name) => void state.snapshots.set(name, tenantOf()),
    vanishPeople(percent) {
      const { tenant, vanished } = vanish(tenantOf(), percent);
      place(tenant);
      state.vanished = [...state.vanished, vanished];
      return vanished.users.length;
    },
    returnPeople() {
      const crowds = state.vanished;
      state.vanished = [];
      place(crowds.reduceRight(bringBack, tenantOf()));
      return crowds.reduce((count, { users }) => count + users.length, 0);
    },
  };
}

function revokeSessions(state: LoginState, userId: string): void {
  for (const grant of [...state.codes.values(), ...state.refreshTokens.values()]) {
    if (grant.userId === userId) grant.isRevoked = true;
  }
  for (const session of state.sessions.values()) {
    if (session.userId === userId) state.sessions.delete(session.id);
  }
}

function serviceControl(state: LoginState): Omit<LoginControl, DirectoryPart | AssignmentPart> {
  const appOf = (clientId?: string): AppRegistration => {
    const app = clientId === undefined ? [...state.apps.values()][0] : state.apps.get(clientId);
    if (!app) throw new ControlError(`There is no application ${clientId}`);
    return app;
  };
  return {
    app: appOf,
    changeApp(changes, clientId) {
      const app = appOf(clientId);
      state.apps.set(app.clientId, { ...app, ...changes });
    },
    expireSecrets(clientId) {
      const app = appOf(clientId);
      const secrets = app.secrets.map((secret) => ({ ...secret, expiresAt: state.clock.now() }));
      state.apps.set(app.clientId, { ...app, secrets });
    },
    nextUser(name) {
      if (name !== null && !findAccount(state, name, null))
        throw new ControlError(`No tenant has a user ${name}`);
      state.next.user = name;
    },
    nextIdToken(kind) {
      state.next.wrongToken = kind;
    },
    setFault(fault) {
      if (fault.kind === 'stale' && !state.snapshots.has(fault.snapshot)) {
        throw new ControlError(`There is no snapshot ${fault.snapshot}`);
      }
      state.faults.set(fault);
    },
    clearFaults: state.faults.clear,
    rotateKeys: async () => (await state.keys.rotate()).kid,
    replaceKey: async () => (await state.keys.replace()).kid,
    advanceClock: state.clock.advance,
    setClock: state.clock.set,
    now: state.clock.now,
    requests: () => state.log,
    setThrottle: state.throttle.set,
    usage: (clientId) => state.throttle.usage(appOf(clientId).clientId),
    resetUsage: state.throttle.reset,
    provisionedBy(agent) {
      state.provisioning = agent;
    },
    provisioning() {
      if (!state.provisioning) throw new ControlError('Nothing provisions from here: see serve --push-base');
      return state.provisioning;
    },
  };
}
