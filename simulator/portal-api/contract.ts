// What the portal's API answers and takes, as JSON: its pages know nothing else of the simulator.

export type ScopeName = 'assigned' | 'all';
export type ClockName = 'real' | 'sixty' | 'tenSeconds';
export type Kind = 'user' | 'group';

export interface ListJson<Item> {
  items: Item[];
  /** Of all that match; `items` may be the first of them. */
  total: number;
}

export interface OverviewJson {
  tenantId: string;
  domain: string;
  clientId: string;
  clientSecret: string;
  objectId: string;
  authorityUrl: string;
  graphUrl: string;
  redirectUris: readonly string[];
  users: number;
  groups: number;
  deleted: number;
  assigned: number;
  /** Where Bifrost's page of signing in is, from the first redirect URI. */
  signInUrl: string | null;
}

export interface UserRowJson {
  objectId: string;
  displayName: string;
  userPrincipalName: string;
  jobTitle: string;
  department: string;
  accountEnabled: boolean;
  isGuest: boolean;
  deletedAt: string | null;
}

/** What an administrator edits; an empty text is an attribute without a value. */
export interface UserEditJson {
  displayName: string;
  userPrincipalName: string;
  givenName: string;
  surname: string;
  mail: string;
  jobTitle: string;
  department: string;
  employeeId: string;
  accountEnabled: boolean;
}

export interface UserJson extends UserRowJson, UserEditJson {
  mailNickname: string;
  manager: { objectId: string; displayName: string } | null;
  groups: { objectId: string; displayName: string; isAssigned: boolean }[];
  appRoles: readonly string[];
  isAssigned: boolean;
  isInScope: boolean;
}

export interface GroupRowJson {
  objectId: string;
  displayName: string;
  members: number;
  isAssigned: boolean;
}

export interface GroupJson extends GroupRowJson {
  people: UserRowJson[];
  nested: { objectId: string; displayName: string }[];
}

export interface AssignmentJson {
  kind: Kind;
  objectId: string;
  displayName: string;
  /** User name of a person, members of a group. */
  about: string;
  roles: string[];
}

export interface AppRoleJson {
  value: string;
  displayName: string;
}

export interface MappingRowJson {
  source: string;
  target: string;
}

export interface MappingJson {
  isEnabled: boolean;
  rows: readonly MappingRowJson[];
  /** Attributes and expressions that can be chosen. */
  sources: readonly string[];
  /** Target attributes that the application's schema is known to have. */
  targets: readonly string[];
  /** The target attribute whose row has to stay. */
  matchedBy: string;
}

export interface RunJson {
  name: string;
  planned: number;
  worked: number;
}

export interface CycleJson {
  name: string;
  at: string;
  seconds: number;
  requests: number;
  created: number;
  updated: number;
  deleted: number;
  members: number;
  failures: number;
  stopped: string | null;
}

export interface ProvisioningJson {
  mode: 'manual' | 'automatic';
  tenantUrl: string;
  hasSecretToken: boolean;
  scope: ScopeName;
  status: 'on' | 'off';
  clock: ClockName;
  mappings: Record<Kind, Pick<MappingJson, 'isEnabled'>>;
  health: { state: 'healthy' | 'quarantined' | 'disabled'; reason: string | null };
  run: RunJson | null;
  /** Null while none is planned. */
  nextCycleInMs: number | null;
  /** The last first. */
  cycles: readonly CycleJson[];
  /** Where the command line provisions to, beside this page. */
  commandLine: string | null;
}

export interface SaveProvisioningJson {
  /** Manual turns the status off. */
  mode?: 'manual' | 'automatic';
  tenantUrl?: string;
  /** Left out or empty: the one that is kept. */
  secretToken?: string;
  scope?: ScopeName;
  status?: 'on' | 'off';
  clock?: ClockName;
}

export interface ExchangeJson {
  number: number;
  at: string;
  /** The cycle, `Test Connection` or `Provision on demand`. */
  run: string;
  /** Whom it is about, by name. */
  identity: string | null;
  method: string;
  path: string;
  status: number;
  milliseconds: number;
  sent: unknown;
  answer: unknown;
}

export interface ConnectionTestJson {
  isGood: boolean;
  title: string;
  detail: string;
  exchanges: ExchangeJson[];
}

export type StepName = 'import' | 'scope' | 'match' | 'action';

export interface StepJson {
  name: StepName;
  title: string;
  outcome: 'success' | 'failure' | 'skipped';
  says: string;
  facts: (readonly [name: string, value: string])[];
}

export interface PropertyJson {
  name: string;
  from: unknown;
  to: unknown;
}

export interface LogRowJson {
  id: number;
  at: string;
  run: string;
  kind: Kind;
  objectId: string;
  displayName: string;
  name: string;
  action: 'Create' | 'Update' | 'Disable' | 'Delete' | 'Other';
  status: 'Success' | 'Failure' | 'Warning' | 'Skipped';
}

export interface LogEntryJson extends LogRowJson {
  steps: StepJson[];
  modified: PropertyJson[];
  /** A warning is about an answer that Entra went on with. */
  errors: { code: string; says: string; answer: string; status: number; isWarning: boolean }[];
  exchanges: ExchangeJson[];
}

export interface OnDemandJson {
  entries: LogEntryJson[];
  /** Why nothing was begun, or it ended early; null where all was done. */
  stopped: string | null;
}
