// What a directory says of its people when it is read, and how what stands here can differ from it. Whatever could not be
// read is absent or null; it is never "no". Who reads: reconcile. What follows: mapping/decide-directory.ts.

/** One person, as one complete answer of the directory has them. */
export interface DirectoryPerson {
  /** Their id there, in lower case: `oid` of Entra, `sub` elsewhere. */
  readonly id: string;
  /** Their name for signing in; null where it could not be read. */
  readonly userName: string | null;
  /** Whether the account may be used; null where it could not be read, which is no "disabled". */
  readonly enabled: boolean | null;
  /**
   * Under the names that rules and tokens have (`department`, `jobTitle`, `email`, `given_name`, ...). What could not be
   * read is absent; what the directory holds no value for is null. Without `roles` and `groups`: those follow from
   * assignments and memberships.
   */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface DirectoryGroup {
  readonly id: string;
  /** null where it could not be read. */
  readonly displayName: string | null;
}

/** Somebody, or everybody who is in a group directly, may use the application. */
export interface DirectoryAssignment {
  readonly principal: string;
  readonly kind: 'person' | 'group';
  /** Value of the application's role; null for an assignment without one. */
  readonly role: string | null;
}

/** What the directory says of one person who was not among those it listed, asked for by name. */
export type Whereabouts =
  | {
      readonly kind: 'there';
      readonly person: DirectoryPerson;
      /** Whether they are assigned, in person or by a group that holds them directly; null where that is not known. */
      readonly assigned: boolean | null;
      /** Ids of the groups that hold them directly; null where they could not be read. */
      readonly groups: readonly string[] | null;
      /** Of their assignments, in person and by groups that hold them directly; null where they could not be read. */
      readonly roles: readonly string[] | null;
    }
  /** In the recycle bin, where a person can be restored for a while. */
  | { readonly kind: 'deleted' }
  /** The directory has no trace of them. */
  | { readonly kind: 'gone' }
  /** It could not be known; `why` is a sentence for an administrator. */
  | { readonly kind: 'unknown'; readonly why: string };

export const driftCategories = [
  'missing-here',
  'missing-there',
  'disabled-there',
  'enabled-there',
  'unassigned',
  'attribute-differs',
  'member-differs',
  'name-differs',
] as const;
export type DriftCategory = (typeof driftCategories)[number];

/**
 * `unconfirmed`: an absence that the directory was not asked about by name yet; `open`: nothing was done (the run only
 * reports, or another channel has the say: `why`); `due`: to be healed by the run; `held`: waits for a person to decide on its
 * batch; `healed`; `dropped`: a person said no; `skipped`: another look showed something else (`why`); `ignored`: a person
 * said so before, until a time; `undone`: healed, and taken back.
 */
export type DriftState =
  | 'unconfirmed'
  | 'open'
  | 'due'
  | 'held'
  | 'healed'
  | 'dropped'
  | 'skipped'
  | 'ignored'
  | 'undone';

/** One difference between the directory and what stands here. */
export interface Drift {
  readonly category: DriftCategory;
  /** The user here; null for somebody who is missing here, and for a group. */
  readonly user: string | null;
  /** The id in the directory: of the person, or of the group; null where it is not known. */
  readonly directoryId: string | null;
  /** What people know them by: sign-in name, or the name of the group. */
  readonly name: string;
  /** Tells apart several of one category and one person: the attribute, or the id of the group in the directory. */
  readonly about: string;
  /** Whether healing it takes something from somebody: access, or the right to sign in. Those are counted by the guard. */
  readonly takes: boolean;
  readonly state: DriftState;
  /** Why nothing was done, or why this is to be done: a sentence for an administrator. */
  readonly why: string;
  /** Plain JSON: `here`, `there`, `group`, `lost`, `since`, ... */
  readonly detail: Readonly<Record<string, unknown>>;
}
