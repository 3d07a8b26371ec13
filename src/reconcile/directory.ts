// What reconciling and importing need of a directory, whichever it is: its people in parts and pages, and a second look at
// single persons. Each kind that can be read has a file here (entra-directory.ts, okta-directory.ts, keycloak-directory.ts).
// A reader keeps no state between calls: what is read is staged by the caller, and any call can be the first after a restart.

import type {
  DirectoryAssignment,
  DirectoryGroup,
  DirectoryPerson,
  Whereabouts,
} from '../identity/directory.ts';

/** Whom to read. */
export interface Reading {
  /** `assigned`: those who may use the application; `all`: everybody. */
  readonly scope: 'assigned' | 'all';
  /** Of an import alone. `group`: id or exact name; `query`: in the directory's own language. */
  readonly filter?: Readonly<Partial<Record<'group' | 'role' | 'department' | 'query', string>>>;
}

/** Where one part of the reading goes on: null for its first page, else what the page before gave as `next`. */
export interface PartPlace {
  /** Such as `application`, `assignments`, `people`, `groups`, `members <id of the group>`. */
  readonly part: string;
  readonly from: string | null;
}

/** One page, whole. */
export interface DirectoryPage {
  readonly people?: readonly DirectoryPerson[];
  readonly groups?: readonly DirectoryGroup[];
  /** Direct members who are people; ids of the directory. */
  readonly memberships?: readonly { readonly group: string; readonly member: string }[];
  readonly assignments?: readonly DirectoryAssignment[];
  /** Of the application: whether it lets in those alone who are assigned, and the values of its roles, disabled ones too. */
  readonly application?: { readonly assignmentRequired: boolean | null; readonly roles: readonly string[] };
  /** Further parts that this page tells of. One that is there already is not read twice. */
  readonly parts?: readonly string[];
  /** How many rows the directory says the whole part has, where it does. */
  readonly count?: number;
  /** Rows were there that we may not read whole: the part is not complete, and this says why. */
  readonly limited?: string;
  /** null at the end of the part. An opaque text, perhaps a link, never made by the caller. */
  readonly next: string | null;
}

export type PageOutcome =
  | { readonly ok: true; readonly page: DirectoryPage }
  /** The part as a whole is not there (a group that was deleted while it was read): it is over, with no rows at all. */
  | { readonly ok: false; readonly kind: 'gone'; readonly why: string }
  /** Where it stopped it can be read on later, once. */
  | { readonly ok: false; readonly kind: 'failed'; readonly why: string }
  /** What `from` named has expired: the part is read from its start. */
  | { readonly ok: false; readonly kind: 'expired'; readonly why: string }
  /** Nothing can be read at all: the application's own credentials, or a permission without which nothing can be told. */
  | { readonly ok: false; readonly kind: 'refused'; readonly why: string };

/** What reading has cost so far: of one reader. */
export interface ReadingCost {
  requests: number;
  /** Graph's resource units, as its answers say them; null where the directory has none. */
  resourceUnits: number | null;
  throttled: number;
}

export interface DirectoryReader {
  /** For people: "Microsoft Graph", "Okta", "Keycloak". */
  readonly name: string;
  /** The parts with which the reading begins. */
  parts(): readonly string[];
  /** How many parts one call of `read` may take. */
  readonly atOnce: number;
  /**
   * One page of each. Waits and tries again by itself where the directory is busy or away, for minutes at most; then the
   * outcome says so. Never rejects for what the directory does; with the reason of `signal` where that ended it.
   */
  read(places: readonly PartPlace[], signal: AbortSignal): Promise<readonly PageOutcome[]>;
  /** Persons by id, to be sure of an absence or a difference; one answer for each, in their order. At most 100. */
  lookAt(ids: readonly string[], signal: AbortSignal): Promise<readonly Whereabouts[]>;
  /** The same for people of whom the sign-in name alone is known. Whoever is there comes with their id. */
  lookFor(
    userNames: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly { readonly id: string | null; readonly found: Whereabouts }[]>;
  readonly cost: ReadingCost;
}
