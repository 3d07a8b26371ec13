// What is kept of comparing with the directory: runs with their staged rows and their reports, what people said to ignore,
// and batches that are held until a person decides. Part of the contract of ledger.ts.

import type {
  DirectoryAssignment,
  DirectoryGroup,
  DirectoryPerson,
  Drift,
  DriftCategory,
  DriftState,
} from '../identity/directory.ts';
import type { EventDraft } from '../identity/event.ts';
import type { Change, Total } from './ledger.ts';

// --- runs -------------------------------------------------------------------------------------------------------

/**
 * `reading`: pages into staging; `comparing`: people, one after the other; `confirming`: absences, by name; `waiting`: a
 * preview that somebody looks at; `healing`; `done`.
 */
export type RunPhase = 'reading' | 'comparing' | 'confirming' | 'waiting' | 'healing' | 'done';

/** `partial`: a part could not be read whole, so nothing was taken from anybody because of it. */
export type RunOutcome = 'complete' | 'partial' | 'failed' | 'cancelled' | 'discarded';

export interface NewRun {
  readonly id: string;
  readonly provider: string;
  readonly channel: 'reconciliation' | 'import';
  /** `heal` also for an import. */
  readonly mode: 'heal' | 'report';
  readonly scope: 'assigned' | 'all';
  /** Of an import: `{ group?, role?, department?, query? }`. */
  readonly filter: Readonly<Record<string, string>> | null;
  /** Stops before it changes anything, and waits for `resume`. */
  readonly preview: boolean;
  readonly trigger: 'schedule' | 'person';
  readonly startedAt: number;
}

/** Plain JSON that the runner keeps for itself and for the report; its shape is reconcile's. */
export type RunCounts = Readonly<Record<string, unknown>>;

export interface Run extends NewRun {
  readonly phase: RunPhase;
  /** Where the phase goes on. */
  readonly position: string;
  readonly counts: RunCounts;
  readonly outcome: RunOutcome | null;
  /** What stopped it, or what was not complete: sentences. */
  readonly problems: readonly string[];
  readonly finishedAt: number | null;
  /** Who began it. */
  readonly actor: string;
}

// --- staging ----------------------------------------------------------------------------------------------------

export interface StagedPart {
  readonly part: string;
  /** Where it goes on; null before its first page. */
  readonly from: string | null;
  readonly state: 'waiting' | 'complete' | 'gone' | 'failed';
  readonly pages: number;
  readonly rows: number;
  /** What the directory said that there are; null where it said nothing. */
  readonly expected: number | null;
  /** Why it is not complete. */
  readonly why: string | null;
}

/** Pages of several parts, and what becomes of the parts, in one commit. */
export interface StagedPages {
  readonly people: readonly DirectoryPerson[];
  readonly groups: readonly DirectoryGroup[];
  readonly memberships: readonly { readonly group: string; readonly member: string }[];
  readonly assignments: readonly DirectoryAssignment[];
  /** Parts as they are from now on. */
  readonly parts: readonly StagedPart[];
  /** Added as `waiting` where they are not there yet. */
  readonly newParts: readonly string[];
}

/** A staged person with everything that was staged about them, and who they may be here. */
export interface StagedPerson {
  readonly person: DirectoryPerson;
  /** Ids of the groups (of the directory) that hold them directly, as far as those were staged. */
  readonly groups: readonly string[];
  /** Roles of assignments in person, and of assigned groups that hold them directly; without the null ones. */
  readonly roles: readonly string[];
  /** Assigned in person, or by a group that holds them directly. */
  readonly assigned: boolean;
  /** Users here who are not removed: linked with this id by a sign-in; with it as externalId (any case); with the name. */
  readonly linked: readonly string[];
  readonly byExternalId: readonly string[];
  /** By userName (folded), not in the recycle bin, and linked with no sign-in. */
  readonly byUserName: readonly string[];
  /** The user removed last who has this id as externalId or link: is not made again. */
  readonly removed: string | null;
  /** Purged, by the same hash as signing in asks for. */
  readonly purged: boolean;
}

export interface StagedGroup {
  readonly group: DirectoryGroup;
  /** The group here with that externalId (any case), or, where none has it, with that name; null where there is none. */
  readonly here: {
    readonly id: string;
    readonly displayName: string;
    readonly externalId: string | null;
    readonly revision: number;
  } | null;
  /** Its part `members <id>` is complete. */
  readonly isWhole: boolean;
  readonly members: number;
}

/** An active user here whom no staged person was found to be. */
export interface AbsentUser {
  readonly user: string;
  /** Their newest link, else an externalId that is an object id (GUID), in lower case; else null. */
  readonly directoryId: string | null;
  readonly userName: string;
}

// --- the report -------------------------------------------------------------------------------------------------

export interface DriftRow extends Drift {
  readonly run: string;
  /** Unique within the run, in the order in which rows were found; at most 40 characters. */
  readonly id: string;
  readonly batch: string | null;
  readonly healedAt: number | null;
}

export interface DriftQuery {
  readonly run?: string;
  readonly batch?: string;
  readonly user?: string;
  readonly category?: DriftCategory;
  readonly states?: readonly DriftState[];
  readonly takes?: boolean;
  /** Part of the name, any case. */
  readonly search?: string;
  readonly after: string | null;
  readonly limit: number;
}

/** A difference that a person said to leave alone until then; null: for good. */
export interface Ignored {
  readonly provider: string;
  readonly category: DriftCategory;
  /** Id of the user here, or of the person or group in the directory. */
  readonly whom: string;
  readonly about: string;
  readonly until: number | null;
  readonly actor: string;
  readonly at: number;
}

// --- held batches -----------------------------------------------------------------------------------------------

/**
 * `held`: waits for a person; `applying`: approved, and under way; `applied`; `dropped`; `dissolved`: what it was about is no
 * longer so; `replaced`: a later run holds the same; `undoing`, `undone`.
 */
export type BatchState =
  | 'held'
  | 'applying'
  | 'applied'
  | 'dropped'
  | 'dissolved'
  | 'replaced'
  | 'undoing'
  | 'undone';

export interface NewBatch {
  readonly id: string;
  readonly provider: string;
  readonly source: 'reconciliation' | 'rules' | 'purge';
  /** The run, or the request, that it came of. */
  readonly origin: string;
  /** From how many it would take something. */
  readonly people: number;
  /** How many the provider had who were active. */
  readonly active: number;
  /** Plain JSON by source: limits, categories, the wanted ruleset, first names, ids of users to purge. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

export interface Batch extends NewBatch {
  readonly state: BatchState;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  /** How far applying or undoing is. */
  readonly done: number;
  readonly revision: number;
}

// --- the stores -------------------------------------------------------------------------------------------------

export interface Reconciliations {
  /**
   * One commit with the event. null, and nothing written, while one of the same provider is unfinished (a preview that waits
   * is discarded by any new one, and does not count), or, with `unlessSince`, when one of the same channel was started after
   * that time: so that of all replicas one begins it.
   * @throws Refusal `notFound` where the provider is not there any more.
   */
  begin(run: NewRun, by: Change, tell: readonly EventDraft[], unlessSince?: number): Promise<Run | null>;
  find(id: string): Promise<Run | null>;
  /** Newest first. `after` is the id of the last on the page before. */
  list(query: {
    provider?: string;
    channel?: Run['channel'];
    after: string | null;
    limit: number;
  }): Promise<{ items: Run[]; next: string | null } & Total>;
  /** The newest of that provider and channel that is done, with one of these outcomes. */
  latest(provider: string, channel: Run['channel'], outcomes: readonly RunOutcome[]): Promise<Run | null>;
  /**
   * The oldest unfinished run (a waiting preview is none) that nobody works on, from now on held by `holder` on a lease by the
   * database's clock; null where there is none. Whoever held one under the same name before has it again at once.
   */
  take(holder: string): Promise<Run | null>;
  /** Keeps the lease and writes what is given, in one commit; false when another holds it by now, or it was cancelled. */
  advance(
    run: string,
    holder: string,
    to: Partial<Pick<Run, 'phase' | 'position' | 'counts' | 'problems'>>,
  ): Promise<boolean>;
  /** The lease goes. With the phase `waiting` it is no end. One commit with the events. */
  finish(
    run: string,
    holder: string,
    end: {
      phase: 'done' | 'waiting';
      outcome: RunOutcome | null;
      counts: RunCounts;
      problems: readonly string[];
    },
    by: Change,
    tell: readonly EventDraft[],
  ): Promise<boolean>;
  /** A waiting preview goes on to heal, from the beginning. false when it does not wait. */
  resume(run: string, by: Change, tell?: readonly EventDraft[]): Promise<boolean>;
  /** Whoever holds it stops at its next step; a preview that waits is discarded. false when it is done already. */
  cancel(run: string, by: Change, tell: readonly EventDraft[]): Promise<boolean>;
  /** Lets go of what this holder has, batches too, for a stop. */
  release(holder: string): Promise<void>;

  /** False when another holds the run by now: nothing was written. The same page again writes the same rows. */
  stage(run: string, holder: string, pages: StagedPages): Promise<boolean>;
  /** Rows of a part that is read from its start stay: they are written over by the same. */
  parts(run: string): Promise<StagedPart[]>;
  /**
   * Each of them once, in an order of the store's own that goes on behind the last id; the members of a group do not have to
   * be among them.
   */
  people(run: string, after: string, limit: number): Promise<StagedPerson[]>;
  /** By id of the directory. */
  groups(run: string, after: string, limit: number): Promise<StagedGroup[]>;
  /** Who each staged person was found to be; kept, so that nobody is taken for absent. */
  noteMatches(
    run: string,
    holder: string,
    matches: readonly { id: string; user: string | null }[],
    to: Partial<Pick<Run, 'phase' | 'position' | 'counts'>>,
  ): Promise<boolean>;
  /** Active users here whom nobody was found to be, by id. */
  absent(run: string, provider: string, after: string, limit: number): Promise<AbsentUser[]>;
  stagedCounts(
    run: string,
  ): Promise<{ people: number; groups: number; memberships: number; assignments: number }>;
  /** A portion of what was staged; false when nothing is left. Parts and groups stay with the run. */
  clearStaging(run: string): Promise<boolean>;

  /** Of these users, who came into which group after that time: `<user> <group>`, ids of here. */
  joinedSince(provider: string, users: readonly string[], since: number): Promise<ReadonlySet<string>>;

  /** Rows of the report, and how far the run is, in one commit. A row whose id is there is written over. */
  report(
    run: string,
    holder: string,
    rows: readonly DriftRow[],
    to: Partial<Pick<Run, 'phase' | 'position' | 'counts'>>,
  ): Promise<boolean>;
  /** Without a run's lease: what becomes of single rows, with the events that tell of it. */
  settleDrift(
    rows: readonly Pick<DriftRow, 'run' | 'id' | 'state' | 'why' | 'batch' | 'healedAt' | 'detail'>[],
    by: Change,
    tell: readonly EventDraft[],
    provider: string,
  ): Promise<void>;
  /** In the order in which they were found; of several runs the newest first. `after` is the `next` of the page before. */
  drift(query: DriftQuery): Promise<{ items: DriftRow[]; next: string | null } & Total>;
  /** Those of a run with these ids. */
  driftRows(run: string, ids: readonly string[]): Promise<DriftRow[]>;
  /** `people`: of those who are here or missing here; a group is nobody. */
  driftCounts(
    run: string,
  ): Promise<{ category: DriftCategory; state: DriftState; takes: boolean; rows: number; people: number }[]>;
  /** Since when a person has been missing here: of how many runs in a row, and the start of the first of them. */
  pendingSince(provider: string, directoryIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  notePending(provider: string, run: string, directoryIds: readonly string[], at: number): Promise<void>;
  /** Those who are no longer missing are forgotten: whoever was not noted by that run. */
  forgetPending(provider: string, run: string): Promise<void>;

  ignore(what: Ignored, by: Change, tell: readonly EventDraft[]): Promise<void>;
  unignore(
    what: Pick<Ignored, 'provider' | 'category' | 'whom' | 'about'>,
    by: Change,
    tell?: readonly EventDraft[],
  ): Promise<boolean>;
  ignored(provider: string, at: number): Promise<Ignored[]>;
  /**
   * Runs (with parts, reports) that ended before, but for the newest of each provider and those whose batch is not decided
   * or not done, and what was staged for runs that were cancelled or discarded: a portion; false when none is left.
   */
  forgetRuns(before: number): Promise<boolean>;
}

export interface HeldBatches {
  /**
   * One commit with the event, with the rows of the run's report that it holds (state `due` and `takes` become `held`), and
   * with what becomes of an older one that it replaces, if that is still held (its rows are `skipped`).
   */
  hold(
    batch: NewBatch,
    by: Change,
    tell: readonly EventDraft[],
    also?: { rowsOf?: string; replaces?: readonly string[] },
  ): Promise<void>;
  find(id: string): Promise<Batch | null>;
  list(query: {
    provider?: string;
    states?: readonly BatchState[];
    after: string | null;
    limit: number;
  }): Promise<{ items: Batch[]; next: string | null } & Total>;
  /**
   * From one of these states to another, with what is to be written beside it; rows of its reports in state `from` get the
   * state `rows`. false, and nothing written, when it is in another state by now.
   */
  move(
    id: string,
    from: readonly BatchState[],
    to: { state: BatchState; done?: number; body?: NewBatch['body'] },
    by: Change,
    tell: readonly EventDraft[],
    rows?: { from: DriftState; to: DriftState; why?: string },
  ): Promise<boolean>;
  /** A batch that is `applying` or `undoing` and that nobody works on; as `Reconciliations.take`. */
  take(holder: string): Promise<Batch | null>;
  advance(id: string, holder: string, done: number): Promise<boolean>;
  /** From how many something was taken since, without a person's word: what the rolling day counts. */
  taken(provider: string, source: NewBatch['source'] | 'scim', since: number): Promise<number>;
  noteTaken(provider: string, source: NewBatch['source'], people: number, at: number): Promise<void>;
  /** How many of the provider's users are active. */
  active(provider: string): Promise<number>;
  /**
   * Counts from whom SCIM took something, and tells of all whom it did in the day before: since when, from how many, and how
   * many are active now. `tell` gives null where that is no alarm; it is not asked where one was raised in that day, by
   * whichever replica. One commit with the event. Returns whether one was raised now.
   */
  noteWave(
    provider: string,
    people: number,
    by: Change,
    tell: (wave: { people: number; since: number; active: number }) => EventDraft | null,
  ): Promise<boolean>;
}

/** What the body of a batch of purges holds. */
export interface PurgeBody {
  readonly limits: { readonly percent: number; readonly count: number };
  /** How many were purged in the day before. */
  readonly takenBefore: number;
  /** Ids. */
  readonly users: readonly string[];
}

export interface ReconciliationStores {
  readonly reconciliations: Reconciliations;
  readonly heldBatches: HeldBatches;
}
