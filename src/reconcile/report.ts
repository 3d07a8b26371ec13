// What a run says of itself: the shape of `Run.counts`, filled while it goes and shown as its report. Numbers are of people or
// rows; times in milliseconds.

export interface RunReport {
  /** Which directory it is about; null until it is begun. */
  readonly connection: string | null;
  /** As the directory said it in this run; null until then. */
  readonly application: {
    readonly assignmentRequired: boolean | null;
    readonly roles: readonly string[];
  } | null;
  readonly read: {
    readonly people: number;
    readonly groups: number;
    readonly memberships: number;
    readonly assignments: number;
    readonly requests: number;
    /** As the directory counts them (Graph's resource units); null where it counts none. */
    readonly resourceUnits: number | null;
    readonly throttled: number;
  };
  /** Everything was read whole, so that who is not there is absent. */
  readonly isWhole: boolean;
  /** People of the directory who were compared. */
  readonly compared: number;
  /** Of those, how many are here. */
  readonly matched: number;
  /** Users here who were active and whom the directory did not list. */
  readonly absent: number;
  /** From how many people healing would take something. */
  readonly losing: number;
  /** People who are to be here by now, and about whom facts were told that take nothing. */
  readonly told: number;
  readonly durationsMs: Readonly<Partial<Record<'reading' | 'comparing' | 'confirming' | 'healing', number>>>;
  /** Only of a run that was begun as a preview. */
  readonly preview?: RunPreview;
  /** Somebody applied it: from then on it is a run like others, and compares anew. */
  readonly isApplied?: boolean;
}

export interface RunPreview {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  /** Not taken: disabled there, removed here before, a name that somebody else has. */
  readonly skipped: number;
  /** How many would come to have each role, by its name; '' for none. */
  readonly roles: Readonly<Record<string, number>>;
  readonly first: readonly PreviewPerson[];
}

export interface PreviewPerson {
  readonly directoryId: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly becomes: 'created' | 'updated' | 'unchanged' | 'skipped';
  readonly why: string | null;
  readonly role: string | null;
  readonly teams: readonly string[];
  readonly businessUnits: readonly string[];
}

export const emptyReport: RunReport = {
  connection: null,
  application: null,
  read: {
    people: 0,
    groups: 0,
    memberships: 0,
    assignments: 0,
    requests: 0,
    resourceUnits: null,
    throttled: 0,
  },
  isWhole: false,
  compared: 0,
  matched: 0,
  absent: 0,
  losing: 0,
  told: 0,
  durationsMs: {},
};
