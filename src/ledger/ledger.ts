// The one door to what is kept. An operation says what it needs, decides on it, and its changes are written together
// with their events and request row, or not at all; its answer comes after they are on disk. Each engine
// (sqlite/, postgres/; sql/ is what they share) gives this contract; test/ledger/ holds them to it.

import type { ChangeSet } from '../identity/change-set.ts';
import type { Actor, Cause, Event, EventDraft } from '../identity/event.ts';
import type { GrantReason, GrantRow } from '../identity/grant.ts';
import type { Group } from '../identity/group.ts';
import type { Provider, Retirement, SealedSecret } from '../identity/provider.ts';
import type { User, UserSource, UserStatus } from '../identity/user.ts';
import type { LoadedMember, LoadedPerson, LoadedUser, ProviderState } from '../mapping/decide.ts';
import type { Role, Ruleset } from '../mapping/ruleset.ts';
import type { Condition } from '../scim/condition.ts';
import type { Sort } from '../scim/sort.ts';
import type { ExportRow } from './export-tables.ts';
import type { LagStores, Trouble } from './lags.ts';
import type { PastLog } from './past-log.ts';
import type { Batch, ReconciliationStores } from './reconciliation.ts';
import type { RulesetHistory } from './ruleset-history.ts';
import type { SignInStores } from './sign-in.ts';
import type { WebhookStores } from './webhooks.ts';

// --- operations -------------------------------------------------------------------------------------------------

/** What a decision needs. Everything is of the one provider; ids of others are not found. */
export interface Needs {
  /** The caller's provisioning token: the operation is refused when it was revoked before `at`. */
  token?: { id: string; at: number };
  user?: string;
  /** Also find the removed user who last held this folded name. */
  formerHolderOf?: string;
  group?: string;
  /** Members to be: users with what decides their access, or nested groups. Unknown ids are missing in the answer. */
  members?: readonly string[];
  /** The decision may ask for the users in the group (a change of its name, its removal). */
  usersInGroup?: boolean;
  /** Ids of all members of the group, for a whole-set write. */
  memberIds?: boolean;
}

export interface Loaded {
  state: ProviderState;
  user: LoadedUser | null;
  formerly: string | null;
  group: Group | null;
  members: ReadonlyMap<string, LoadedMember>;
  /** Which of `needs.members` are in the group now. */
  inGroup: ReadonlySet<string>;
  /** Users in the group now, with what decides their access; 'many' when there are more than `most`. */
  usersInGroup(most: number): LoadedUser[] | 'many';
  memberIds: ReadonlySet<string>;
  /** More members by id, for a decision that learns whom it needs only from what was loaded. */
  loadMembers(ids: readonly string[]): ReadonlyMap<string, LoadedMember>;
}

export interface Decision<Answer> {
  changes: ChangeSet | null;
  /** Written in the same commit when there are changes, else with the next batch of reads. */
  request?: RequestRow;
  answer: Answer;
}

export interface Operation<Answer> {
  provider: string;
  needs: Needs;
  /** Pure and repeatable: an engine may call it again on fresher state. Throws a Refusal to write nothing. */
  decide(loaded: Loaded): Decision<Answer>;
}

// --- what is kept beside users and groups -----------------------------------------------------------------------

/** One line of the request log. `body` is masked before it comes here. */
export interface RequestRow {
  id: string;
  at: number;
  provider: string | null;
  token: string | null;
  method: string;
  path: string;
  /** In plain words: "Suspended Amara Osei". */
  action: string;
  body: string | null;
  status: number;
  durationMs: number;
  /** Dialect habits and other remarks. */
  tags: readonly string[];
  /** What the refusal said. */
  detail: string | null;
  remote: string | null;
  /** The user or group that the request was about. */
  resource: string | null;
}

export interface Token {
  provider: string;
  id: string;
  name: string;
  /** The last four characters, by which people tell tokens apart. */
  lastFour: string;
  createdAt: number;
  createdBy: string;
  expiresAt: number | null;
  /** Also a time to come. */
  revokedAt: number | null;
  /** Ended for good, whatever any clock says. */
  ended: boolean;
  /** This token is revoked when the named newer one is first used. */
  untilUseOf: string | null;
  /** Seeded by the configuration file. */
  declared: boolean;
  lastUsedAt: number | null;
  lastUsedFrom: string | null;
}

/** Two replicas' clocks differ: one that was ended at once is over on all of them, only a time to come is compared. */
export function isEnded({ ended, revokedAt }: Pick<Token, 'ended' | 'revokedAt'>, at: number): boolean {
  return ended || (revokedAt !== null && revokedAt <= at);
}

/** What people say of a role. */
export interface RoleWords {
  id: string;
  name: string;
  description: string;
  /** It comes with the product, and is not removed. */
  system: boolean;
  /** Each `resource:operation`. */
  permissions: readonly string[];
}

export interface StoredRole extends Role, RoleWords {
  revision: number;
}

/** A role that comes with the product, with all that this version gives it. */
export type RoleSeed = Omit<RoleWords, 'system'>;

// --- reading ----------------------------------------------------------------------------------------------------

/** A SCIM resource as stored: `document` is the JSON text without id, meta, groups and members. */
export interface ResourceRow {
  id: string;
  version: string;
  document: string;
  createdAt: number;
  modifiedAt: number;
}

export interface UserRow extends ResourceRow {
  groups: { id: string; displayName: string }[];
}

export interface MemberRow {
  id: string;
  kind: 'User' | 'Group';
  display: string | null;
}

export interface GroupRow extends ResourceRow {
  /** Absent when they were not asked for. */
  members?: MemberRow[];
}

/** Where a page begins: after so many rows, or behind the row with that key (a cursor). */
export type PageStart = { offset: number } | { after: PageKey | null };

/** The place of a row in the order of a list: what it is sorted by (null when absent), then its id. */
export interface PageKey {
  sorted: string | number | null;
  id: string;
}

export interface ResourceQuery {
  provider: string;
  condition: Condition | null;
  sort: Sort | null;
  start: PageStart;
  limit: number;
}

export interface ResourcePage<Row> {
  rows: Row[];
  total: number;
  /** Key of the last row when there are more behind it. */
  next: PageKey | null;
}

export interface EventQuery {
  after: number;
  limit: number;
  provider?: string;
  types?: readonly string[];
  /** Id of who did it, or a kind of them. */
  actor?: string;
  subject?: string;
  object?: string;
  cause?: string;
  /** Not before this time, in milliseconds, and before that one. */
  since?: number;
  until?: number;
  /** Looks at no other places: for what no index leads to. */
  among?: { above: number; upTo: number };
  newestFirst?: boolean;
}

export interface StoredEvent extends Event {
  hash: string;
}

/** Lists for people. */
export interface UserListQuery {
  provider?: string;
  status?: UserStatus;
  /** Id of a role, or 'none'. */
  role?: string;
  team?: string;
  businessUnit?: string;
  source?: UserSource;
  /** Those who are suspended or without a role. */
  canSignIn?: false;
  /** Part of a name or an address; of one or two letters: what the name begins with. */
  search?: string;
  sort: {
    by: 'userName' | 'displayName' | 'createdAt' | 'lastProvisionedAt' | 'lastSignInAt';
    descending: boolean;
  };
  after: PageKey | null;
  limit: number;
}

export interface ListedUser {
  user: User;
  /** The ruleset that the rest follows from; with an older number than the provider's it is to be resolved anew. */
  ruleset: number;
  role: { id: string; name: string } | null;
  /** Whether people gave it, or rules do. */
  roleBy: GrantReason['by'] | null;
  teams: { id: string; name: string }[];
  businessUnits: { id: string; name: string }[];
}

export interface TargetListQuery {
  kind: 'team' | 'businessUnit';
  provider?: string;
  search?: string;
  /** From the last name to the first. */
  descending?: boolean;
  after: PageKey | null;
  limit: number;
}

export interface ListedTarget {
  provider: string;
  id: string;
  kind: 'team' | 'businessUnit';
  name: string;
  key: string;
  members: number;
  createdAt: number;
}

export interface TargetMember {
  user: User;
  ruleset: number;
  reasons: Pick<GrantRow, 'reason' | 'since'>[];
}

/** Counting may stop early: nobody waits for a count over a million. */
export interface Total {
  total: number;
  totalIsCapped: boolean;
}

export interface RequestQuery {
  provider?: string;
  /** 'rejected': credentials that were refused. */
  status?: 'ok' | 'failed' | 'rejected';
  resource?: string;
  method?: string;
  /** Id of a provisioning token. */
  token?: string;
  /** A tag, or a family of them: what stands before its colon. */
  tag?: string;
  /** What `action` begins with, one of them. */
  actions?: readonly string[];
  /** Whether it caused events. */
  hasEffects?: boolean;
  /** Not before this time, in milliseconds, and before that one. */
  since?: number;
  until?: number;
  search?: string;
  before: string | null;
  limit: number;
}

/** Requests of one provider from `since` up to before `until`, in milliseconds. */
export interface RequestSpan {
  provider: string;
  since: number;
  until: number;
  /** So many are counted. */
  most: number;
}

export interface RequestCounts {
  accepted: number;
  /** 4xx and 5xx. */
  refused: number;
  /** There are more: those that were counted are the earliest. */
  isCapped: boolean;
}

/** Requests that were refused for their credential, as far as they are alike. */
export interface RejectedCredential {
  action: string;
  remote: string | null;
  detail: string | null;
  times: number;
  firstAt: number;
  lastAt: number;
  /** Id of the newest request. */
  last: string;
}

export interface StoredRequest extends RequestRow {
  effects: number;
}

/** A user with stored access, for `access`, `explain` and `verify`. */
export interface FullUser {
  loaded: LoadedUser;
  state: ProviderState;
  targets: ReadonlyMap<string, { name: string; kind: string }>;
  /** All of the same moment. */
  roles: readonly StoredRole[];
}

/** What apps know somebody by. `oid`: who is linked with it, and who was provisioned under it. */
export interface PersonKey {
  by: 'id' | 'userName' | 'externalId' | 'oid';
  value: string;
  provider?: string;
}

export interface Counts {
  users: number;
  groups: number;
  memberships: number;
  /** Edges between a user and a role, team or business unit. */
  holdings: number;
  events: number;
}

export interface VerifyReport {
  users: number;
  groups: number;
  events: number;
  /** Each a sentence; empty when all holds. At most 100 are listed. */
  problems: string[];
  problemCount: number;
}

/**
 * `resolve-all`: everybody, after a change of rules; `resolve-members`, `leave-group`, `resolve-others`: see JobDraft;
 * `remove-provider`, `end-scim`: whoever a provider has is kept, suspended or removed, because it goes or its SCIM does;
 * `purge`: erases what is personal of a removed user; `forget-provider`: what events say of the people of a provider that
 * was removed long ago; `retention`: forgets what has become old, once an hour.
 */
export type JobKind =
  | 'resolve-all'
  | 'resolve-members'
  | 'leave-group'
  | 'resolve-others'
  | 'remove-provider'
  | 'end-scim'
  | 'purge'
  | 'forget-provider'
  | 'retention';

/** Work in chunks that goes on wherever it stopped, whoever stopped. */
export interface Job {
  id: string;
  kind: JobKind;
  provider: string | null;
  /** The group or user that it is about; empty where it is about all. */
  subject: string;
  /** The last that it did; it goes on behind. */
  position: string;
  done: number;
  /** How many there were when it began; null where nobody counted. */
  total: number | null;
  /** Chunks that were committed. */
  chunks: number;
  cause: Cause;
  createdAt: number;
  finishedAt: number | null;
  outcome: 'done' | 'superseded' | null;
  /** How often a chunk broke since, and what was said last. */
  failures: number;
  lastError: string | null;
}

/** What has become old by now. */
export interface Retention {
  requestsBefore: number;
  removedUsersBefore: number;
}

/** For changes that are decided and not written: whether writing them would be refused for a name. */
export interface NameCheck {
  /** @throws Refusal `uniqueness` */
  refuseTaken(changes: ChangeSet): Promise<void>;
}

/**
 * Beside all of this, what is kept of signing in (sign-in.ts), of comparing with the directory (reconciliation.ts), of
 * former rules (ruleset-history.ts) and of webhooks (webhooks.ts), the log read for a past moment (past-log.ts), and how
 * far behind the work is (lags.ts).
 */
export interface Ledger
  extends SignInStores,
    ReconciliationStores,
    RulesetHistory,
    WebhookStores,
    PastLog,
    LagStores,
    NameCheck {
  readonly engine: 'sqlite' | 'postgres';

  transact<Answer>(operation: Operation<Answer>): Promise<Answer>;
  /** Written with the next batch; a crash may lose it. */
  noteRequest(row: RequestRow): void;
  noteTokenUse(token: { provider: string; id: string }, at: number, from: string | null): void;

  readUser(provider: string, id: string): Promise<UserRow | null>;
  readGroup(provider: string, id: string, withMembers: boolean): Promise<GroupRow | null>;
  queryUsers(query: ResourceQuery): Promise<ResourcePage<UserRow>>;
  queryGroups(query: ResourceQuery & { withMembers: boolean }): Promise<ResourcePage<GroupRow>>;

  providers(): Promise<ProviderState[]>;
  provider(id: string): Promise<ProviderState | null>;
  /** With its first rules and its first token, where they come together: one commit. */
  saveProvider(provider: Provider, expected: number, by: Change, also?: ProviderExtras): Promise<void>;
  /** At once, which holds up whoever writes by the settings: for one that has little (`retirementCounts`). */
  removeProvider(id: string, by: Change): Promise<void>;
  /**
   * Saves the provider as it is to be while it goes (or its SCIM does), and begins the job that decides on its people. In
   * the same commit its rules get a new number; where it goes it has no rules any more, and its tokens end.
   */
  retireProvider(provider: Provider, expected: number, how: RetirementAsked, by: Change): Promise<Job>;
  /** Whom that would be about. Nobody is held up by counting. */
  retirementCounts(provider: string, of: Retirement['of']): Promise<RetirementCounts>;
  /**
   * Numbers it, stores it, and begins the job that resolves everybody anew. Returns the number. Refused as stale
   * when `expected` is given and another number is the current one.
   */
  applyRuleset(ruleset: Omit<Ruleset, 'number'>, by: Change, expected?: number): Promise<number>;

  /** Whose token has that hash, with its provider as it is now: what every request of a provider asks first. */
  caller(hash: string): Promise<{ token: Token; state: ProviderState | null } | null>;
  tokens(provider: string): Promise<Token[]>;
  /** True when a token with that hash was ever there, revoked ones included. */
  knowsTokenHash(hash: string): Promise<boolean>;
  /** With `ends`, the other live ones (all, or those that the file seeded) end in the same commit. */
  addToken(token: Token, hash: string, by: Change, ends?: TokenEnds): Promise<void>;
  /** `untilUseOf` keeps it alive until that newer token is first used; otherwise it ends `at` that time. */
  revokeToken(
    provider: string,
    id: string,
    end: { at: number } | { untilUseOf: string },
    by: Change,
  ): Promise<boolean>;

  roles(): Promise<StoredRole[]>;
  /**
   * As this process holds them, asking nobody: another replica may have changed them since. null: it holds none yet. They are the
   * very ones of a `FullUser` who was read while they were right.
   */
  rolesHeld(): readonly StoredRole[] | null;
  /**
   * Makes the role (`expected` 0), or changes the one of that revision; gives the new revision. Where another number of
   * permissions can decide anew who wins, resolving people begins in the same commit.
   * @throws Refusal `stale`; `conflict` for a name that another has, and for a new name while rules use the former.
   */
  saveRole(role: RoleWords, expected: number, by: Change): Promise<number>;
  /** @throws Refusal `conflict` while rules give it or people hold it, and for one that comes with the product. */
  removeRole(id: string, expected: number, by: Change): Promise<void>;
  /** Makes what is missing of them. What one was given before and holds no longer, people took away: it stays away. */
  seedRoles(seeds: readonly RoleSeed[], by: Change): Promise<void>;

  listUsers(
    query: UserListQuery,
  ): Promise<{ items: ListedUser[]; total: number; totalIsCapped: boolean; next: PageKey | null }>;
  fullUser(id: string): Promise<FullUser | null>;
  /** What people call these, whatever they are; ids of what is gone are missing. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * The walk over everybody, without removed ones, by id, with what decides their access: each call gives the next so many, and
   * fewer at the end. It is no snapshot: whoever changes meanwhile is met as before or as after.
   */
  everybody(provider: string): (limit: number) => Promise<LoadedPerson[]>;
  /** Everybody who may be meant, with what they have, in no order: asked per request, so in as few round trips as can be. */
  peopleCalled(key: PersonKey): Promise<FullUser[]>;
  /** `subject`: who a sign-in with that `oid` or `sub` is linked with. */
  findPeople(by: {
    userName?: string;
    externalId?: string;
    subject?: string;
    provider?: string;
  }): Promise<string[]>;
  listTargets(
    query: TargetListQuery,
  ): Promise<{ items: ListedTarget[]; total: number; next: PageKey | null }>;
  target(id: string): Promise<ListedTarget | null>;
  targetMembers(
    id: string,
    after: string | null,
    limit: number,
  ): Promise<{ items: TargetMember[]; next: string | null; total: number }>;

  events(query: EventQuery): Promise<StoredEvent[]>;
  /** Called after each commit that added events, with the last position. Returns the way to stop. */
  follow(onSealed: (position: number) => void): () => void;
  /** How many events a query finds, without its limit. */
  countEvents(query: Omit<EventQuery, 'limit' | 'newestFirst'>): Promise<Total>;
  lastPosition(): Promise<number>;
  requests(query: RequestQuery): Promise<{ items: StoredRequest[]; next: string | null } & Total>;
  request(id: string): Promise<StoredRequest | null>;
  /** However many others there are. */
  newestRequest(provider: string): Promise<StoredRequest | null>;
  /** Of the first `most` of that time. */
  countRequests(span: RequestSpan): Promise<RequestCounts>;
  /** Those whose last try is the newest first; of the newest tries, which are many. */
  rejectedCredentials(limit: number): Promise<RejectedCredential[]>;

  /** Beside whoever writes, and so not of one moment. */
  counts(): Promise<Counts>;
  verify(onProgress?: (done: number, all: number) => void): Promise<VerifyReport>;
  /** Users whose stored access a job has still to reach. */
  staleUsers(): Promise<number>;
  /** Does one chunk of some job; false when there is nothing to do, or others do it. */
  work(at: number): Promise<boolean>;
  /** Called when there may be a job. */
  onWork(wake: () => void): void;
  /** Those under way, then the last that ended. */
  jobs(most: number): Promise<Job[]>;
  /** Begins the work of one hour, unless it was begun here or on another replica. `slot` names the hour. */
  beginRetention(slot: string, at: number): Promise<void>;
  /** What the jobs of retention go by. */
  retainBy(ages: (at: number) => Retention): void;
  /**
   * Begins to erase what is personal of a removed user; or, where more would be erased in a day than the guard lets pass, holds
   * it in the batch of purges that the provider has, which it gives. Refused while the user is not removed.
   */
  purgeUser(provider: string, id: string, by: Change): Promise<Batch | null>;
  /** Begins what a batch of purges holds, in one commit; false when it is not held any more. */
  purgeHeld(batch: string, by: Change): Promise<boolean>;
  /** Of all replicas, one at a time does this work. */
  alone<Answer>(work: () => Promise<Answer>): Promise<Answer>;
  /** Rejects when the storage does not answer at this moment. Where its disk was full, tries now and then whether it still is. */
  ready(): Promise<void>;
  /** As it is known by now; nothing is asked. */
  trouble(): Trouble;

  /**
   * Everything as it is at this moment, whatever is written later; what it shows is on disk. It holds back the
   * clearing away of older versions, so it is not kept open for longer than it is read.
   */
  snapshot(): Promise<Snapshot>;
  unfinishedImport(): Promise<UnfinishedImport | null>;
  /**
   * Begins an import, or goes on with the one under way. `file` is the hash of the whole file.
   * @throws Refusal `conflict` when there is anything that an import does not replace, or one of another file is
   * under way.
   */
  importer(file: string, at: number): Promise<Importer>;
  /**
   * Seals every stored secret anew that `reseal` gives another text for, in one commit with the event that `tell`
   * gives for their number. The revision of each provider it touches goes up, so that an edit under way is refused
   * as stale. What `reseal` throws undoes all of it.
   */
  reseal(
    reseal: (secret: SealedSecret) => string,
    tell: (resealed: number) => EventDraft | null,
    by: Change,
  ): Promise<number>;

  /** The storage failed in a way that only a restart can mend. */
  isLost(): boolean;
  close(): Promise<void>;
}

/** One moment of the store, table by table (export-tables.ts). */
export interface Snapshot {
  /** Number of the newest migration. */
  readonly schema: number;
  /** In the order of the table's key, in chunks that hold the event loop for a few milliseconds at most. */
  rows(table: string): AsyncIterable<readonly ExportRow[]>;
  close(): Promise<void>;
}

export interface UnfinishedImport {
  /** Hash of the whole file. */
  file: string;
  /** How many lines of it are stored. */
  lines: number;
  startedAt: number;
}

export interface Importer {
  /** How many lines of the file an earlier run has stored. */
  readonly linesDone: number;
  /** Rows and how far the file is read with them, in one commit. */
  write(table: string, rows: readonly ExportRow[], linesDone: number): Promise<void>;
  /** The store is whole: from now on it may be served. */
  finish(): Promise<void>;
}

export interface ProviderExtras {
  ruleset?: Omit<Ruleset, 'number'>;
  /** Refused as stale when another ruleset is the current one by then. */
  expectedRuleset?: number;
  token?: { token: Token; hash: string };
}

export type RetirementAsked = Pick<Retirement, 'of' | 'people'>;

/** People who are there, without removed ones. With `scim`, those of them whom SCIM brought. */
export interface RetirementCounts extends Total {
  active: number;
  suspended: number;
  withRole: number;
  /** Active with a role. */
  couldSignIn: number;
  /** Little enough to be removed in one go, if nobody is there. */
  isSmall: boolean;
}

export interface TokenEnds {
  which: 'all' | 'declared';
  how: { at: number } | { untilUseOf: string };
}

/** Who changes a provider, its rules or its tokens, when and from where: for the event. */
export interface Change {
  at: number;
  actor: Actor;
  cause: Cause | null;
}
