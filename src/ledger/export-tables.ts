// Which tables an export has, with their columns and the key that orders their rows: one list for both engines, in an
// order in which the rows can be written. Locks, leases, live sessions and set-up links are not in it, nor is a run of comparing
// that is not done, with what it read: it is begun anew.

export type ExportCell = string | number | null;
export type ExportRow = readonly ExportCell[];

/** What stands in a column: text without NUL, a whole number, any number, or the text of a JSON object or array. */
export interface ExportColumn {
  readonly kind: 'text' | 'int' | 'number' | 'json';
  readonly mayBeNull: boolean;
}

export interface ExportTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of each column, in their order. */
  readonly cells: readonly ExportColumn[];
  /** Rows stand in this order; text by its bytes in UTF-8, so that every engine gives the same. */
  readonly key: readonly string[];
  /** SQL that both engines understand, for rows that stay behind. */
  readonly where?: string;
}

/** The row of `settings` that says how far an import has come; it belongs to this store alone. */
export const IMPORT_SETTING = 'import';

/** `name` is text, `name:int` of that kind; with a question mark behind it a row may have none. */
export const exportTables: readonly ExportTable[] = [
  {
    name: 'settings',
    ...columns('name value'),
    key: ['name'],
    where: `"name" <> '${IMPORT_SETTING}'`,
  },
  {
    name: 'providers',
    ...columns(
      `id name name_folded enabled:int scim_enabled:int declared:int revision:int settings:json ruleset:int
       groups_by_scim:int created_at:int`,
    ),
    key: ['id'],
  },
  {
    name: 'rulesets',
    ...columns('provider number:int strategy rules:json scim_attributes:json at:int actor'),
    key: ['provider', 'number'],
  },
  {
    name: 'tokens',
    ...columns(
      `provider id hash name last_four created_at:int created_by expires_at:int? revoked_at:int? until_use_of?
       declared:int last_used_at:int? last_used_from? ended:int`,
    ),
    key: ['provider', 'id'],
  },
  { name: 'roles', ...columns('id name system:int permissions:json description revision:int'), key: ['id'] },
  {
    name: 'users',
    ...columns(
      `provider id revision:int document:json supplied:json aside:json? user_name_folded sign_in_name_folded
       external_id? work_email_folded? several_work_emails:int status role? grants:json ruleset:int created_at:int
       modified_at:int removed_at:int? last_provisioned_at:int? last_sign_in_at:int? formerly? display_name_folded?
       source?`,
    ),
    key: ['provider', 'id'],
  },
  {
    name: 'directory_groups',
    ...columns(
      `provider id revision:int membership_version:int document:json display_name display_name_folded unique_name?
       external_id? created_at:int modified_at:int`,
    ),
    key: ['provider', 'id'],
  },
  {
    name: 'memberships',
    ...columns('provider group_id member member_kind display? since:int'),
    key: ['provider', 'group_id', 'member'],
  },
  {
    name: 'targets',
    ...columns('provider id kind name name_folded key created_at:int'),
    key: ['provider', 'id'],
  },
  {
    name: 'identities',
    ...columns('provider issuer subject person linked_by since:int'),
    key: ['provider', 'subject', 'issuer'],
  },
  { name: 'purged_identities', ...columns('provider hash at:int'), key: ['provider', 'hash'] },
  {
    name: 'link_requests',
    ...columns('id provider issuer subject person user_name asked_at:int'),
    key: ['id'],
  },
  {
    name: 'local_admins',
    ...columns(
      'id name name_folded password created_at:int password_at:int failures:int locked_until:int? last_sign_in_at:int?',
    ),
    key: ['id'],
  },
  {
    name: 'api_keys',
    ...columns(
      `id hash name last_four provider? person permissions:json created_at:int expires_at:int? revoked_at:int?
       last_used_at:int? last_used_from?`,
    ),
    key: ['id'],
  },
  { name: 'own_settings', ...columns('name revision:int value:json'), key: ['name'] },
  {
    name: 'reconciliations',
    ...columns(
      `id provider channel mode scope filter:json? preview:int begun_by actor started_at:int phase position counts:json
       outcome? problems:json finished_at:int?`,
    ),
    key: ['id'],
    where: `"phase" = 'done'`,
  },
  {
    name: 'drift',
    ...columns(
      `run id provider category person? directory_id? name name_folded about takes:int state why detail:json batch?
       healed_at:int?`,
    ),
    key: ['run', 'id'],
    where: `"run" IN (SELECT "id" FROM "reconciliations" WHERE "phase" = 'done')`,
  },
  {
    name: 'drift_ignored',
    ...columns('provider category whom about until:int? actor at:int'),
    key: ['provider', 'category', 'whom', 'about'],
  },
  {
    name: 'drift_pending',
    ...columns('provider directory_id since:int run'),
    key: ['provider', 'directory_id'],
  },
  {
    name: 'held_batches',
    ...columns(
      `id provider source origin people:int active:int body:json created_at:int state decided_at:int? decided_by?
       done:int revision:int`,
    ),
    key: ['id'],
  },
  {
    name: 'guard_takings',
    ...columns('provider source at:int people:int'),
    key: ['provider', 'source', 'at'],
  },
  {
    name: 'webhooks',
    ...columns(
      `id name name_folded url types:json providers:json secret former_secret? former_until:int? revision:int
       created_at:int position:int paused_at:int? pause_reason? failing_since:int? failures:int delivered_at:int?`,
    ),
    key: ['id'],
  },
  {
    name: 'webhook_deliveries',
    ...columns(
      `id webhook kind position:int? type subject state attempts:int created_at:int first_at:int? next_at:int?
       last_at:int? status:int? duration_ms:int? detail?`,
    ),
    key: ['id'],
  },
  { name: 'holdings', ...columns('target user provider'), key: ['target', 'user'] },
  {
    name: 'events',
    ...columns(
      `position:int at:int provider? type actor_kind actor subject_kind subject object_kind? object? cause_kind?
       cause? data:json? salt? data_hash hash`,
    ),
    key: ['position'],
  },
  {
    name: 'requests',
    ...columns(
      `id at:int provider? token? method path action body? status:int duration_ms:number tags:json? detail? remote?
       resource? effects:int first_event:int?`,
    ),
    key: ['id'],
  },
  {
    name: 'jobs',
    // Who holds one, and until when, stays behind: it is taken up anew.
    ...columns(
      `id kind provider? subject slot? position done:int total:int? chunks:int cause_kind cause created_at:int
       finished_at:int? outcome? failures:int last_error?`,
    ),
    key: ['id'],
  },
];

function columns(spec: string): Pick<ExportTable, 'columns' | 'cells'> {
  const words = spec.split(/\s+/).map((word) => /^(\w+)(?::(int|number|json))?(\?)?$/.exec(word)!);
  return {
    columns: words.map(([, name]) => name!),
    cells: words.map(([, , kind = 'text', orNull]) => ({
      kind: kind as ExportColumn['kind'],
      mayBeNull: orNull === '?',
    })),
  };
}
